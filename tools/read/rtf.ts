/** The text of RTF files; formats, pictures and fields' codes are passed over. */
import type { Document } from "./window.ts";

/** Groups whose text is not shown. */
const hidden =
  /^(?:fonttbl|colortbl|stylesheet|info|pict|object|themedata|datastore|listtable|listoverridetable|rsidtbl|generator|fldinst|header|footer|headerl|headerr|footerl|footerr)$/;
const breaks: Readonly<Record<string, string>> = {
  par: "\n",
  line: "\n",
  row: "\n",
  page: "\n",
  tab: "\t",
  cell: "\t",
  emdash: "—",
  endash: "–",
  bullet: "•",
  lquote: "‘",
  rquote: "’",
  ldblquote: "“",
  rdblquote: "”",
};
const token = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([\da-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)/gi;

export function readRtf(bytes: Uint8Array): Document {
  return { sections: [{ name: "the document", lines: () => [textOf(Buffer.from(bytes).toString("latin1"))] }] };
}

function textOf(rtf: string): string {
  const decoder = new TextDecoder("windows-1252");
  const out: string[] = [];
  let depth = 0;
  let hiddenFrom = Number.POSITIVE_INFINITY;
  let skip = 0;
  for (const [, word, number, hex, symbol, brace, text] of rtf.matchAll(token)) {
    const put = (part: string) => depth < hiddenFrom && out.push(part);
    if (brace === "{") depth++;
    else if (brace === "}") {
      depth--;
      if (depth < hiddenFrom) hiddenFrom = Number.POSITIVE_INFINITY;
    } else if (word === "u" && number !== undefined) {
      put(String.fromCharCode((Number(number) + 65_536) % 65_536));
      skip = 1;
    } else if (word !== undefined) {
      if (hidden.test(word)) hiddenFrom = Math.min(hiddenFrom, depth);
      const stands = Object.hasOwn(breaks, word) ? breaks[word] : undefined;
      if (stands !== undefined) put(stands);
    } else if (symbol === "*") hiddenFrom = Math.min(hiddenFrom, depth);
    else if (symbol === "~") put(" ");
    else if (symbol !== undefined && /[\\{}]/.test(symbol)) put(symbol);
    else if (hex !== undefined) {
      if (skip > 0) skip--;
      else put(decoder.decode(Uint8Array.of(Number.parseInt(hex, 16))));
    } else if (text !== undefined) {
      put(text.slice(skip));
      skip = 0;
    }
  }
  return out.join("").trim();
}
