/** A paper's pages as text, as many as fit. */
import { messageOf } from "../../agent/error.ts";
import { fit } from "../output.ts";
import { pdfText } from "../pdf.ts";

export interface PageRange {
  readonly from: number;
  /** Infinity for the last one. */
  readonly to: number;
}

/** `3`, `2-5`, `7-`; a sentence where it is none of them. */
export function readPages(text: string | undefined): PageRange | string {
  if (text === undefined) return { from: 1, to: Number.POSITIVE_INFINITY };
  const [, first, dash, last] = /^\s*(\d+)\s*(-)?\s*(\d+)?\s*$/.exec(text) ?? [];
  const from = Number(first);
  const to = dash === undefined ? from : Number(last ?? Number.POSITIVE_INFINITY);
  if (first === undefined || (dash === undefined && last !== undefined)) {
    return `pages is a number or a range such as "2-5" or "7-", not ${JSON.stringify(text.slice(0, 40))}.`;
  }
  return from >= 1 && to >= from
    ? { from, to }
    : `There are no pages ${text}: they count from 1, the smaller number first.`;
}

export interface FullText {
  readonly text: string;
  readonly isError: boolean;
}

/** The text of a PDF's pages, with what to ask for next where not all of it fits. */
export async function fullText(
  bytes: Uint8Array,
  range: PageRange,
  countTokens: (text: string) => number,
  maxTokens: number,
): Promise<FullText> {
  try {
    const { pages, total } = await pdfText(bytes, range.from, range.to);
    if (pages.length === 0) return { text: `It has ${total} pages; there is no page ${range.from}.`, isError: true };
    if (pages.every((page) => page.trim() === "")) {
      return { text: "Its pages have no text; they may be scanned pictures, which Read can show.", isError: false };
    }
    const units = pages.map((page, at) => `--- page ${range.from + at} of ${total} ---\n${page.trim()}\n`);
    const { text, count, omittedBytes } = fit(units, countTokens, maxTokens);
    const next = range.from + count;
    const notes = [
      ...(omittedBytes > 0 ? [`[${omittedBytes.toLocaleString("en")} bytes of this page are left out.]`] : []),
      ...(count < pages.length ? [`[There is more: pages "${next}-" goes on.]`] : []),
    ];
    return { text: [text, ...notes].join("\n"), isError: false };
  } catch (cause) {
    return { text: `Its PDF cannot be read: ${messageOf(cause).replace(/\.$/, "")}.`, isError: true };
  }
}
