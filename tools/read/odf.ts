/** OpenDocument: texts as Markdown, spreadsheets as numbered rows, presentations slide by slide. */
import { markdownTable, partsOf } from "./package.ts";
import type { Document, Section } from "./window.ts";
import { attribute, type XmlEvent, xmlEvents } from "./xml.ts";
import type { Zip } from "./zip.ts";

export type OdfKind = "text" | "spreadsheet" | "presentation";

export function readOdf(zip: Zip, kind: OdfKind): Document {
  const xml = partsOf(zip).text("content.xml");
  if (kind === "text") return { sections: [{ name: "the document", lines: () => textLines(xml) }] };
  const [tag, noun] = kind === "spreadsheet" ? (["table", "sheet"] as const) : (["page", "slide"] as const);
  const pieces = piecesOf(xml, tag);
  const names = pieces.map(({ name }, index) =>
    noun === "sheet" ? `${index + 1} ${JSON.stringify(name)}` : `${index + 1}`,
  );
  const sections = pieces.map(({ text }, index): Section => {
    const title = `## ${noun === "sheet" ? "Sheet" : "Slide"} ${names[index]}`;
    return {
      name: `${noun} ${names[index]}`,
      *lines() {
        yield title;
        yield* noun === "sheet" ? sheetLines(text) : textLines(text);
        yield "";
      },
    };
  });
  return noun === "sheet" ? { head: [`Sheets: ${names.join(", ")}`], sections } : { sections };
}

/** The outermost elements of a name, each with the text of its inside. */
function piecesOf(xml: string, tag: "table" | "page"): { readonly name: string; readonly text: string }[] {
  const prefix = tag === "table" ? "table" : "draw";
  const [start, end] = [`<${prefix}:${tag} `, `</${prefix}:${tag}>`];
  const pieces: { name: string; text: string }[] = [];
  for (let at = xml.indexOf(start); at >= 0; ) {
    const close = xml.indexOf(end, at);
    const text = xml.slice(at, close < 0 ? undefined : close);
    const head = { attributes: text.slice(start.length - 1, text.indexOf(">")) };
    pieces.push({ name: attribute(head, "name") ?? "", text });
    at = close < 0 ? -1 : xml.indexOf(start, close);
  }
  return pieces;
}

const maxRepeats = 1_000;

function* sheetLines(xml: string): Generator<string> {
  let row = 0;
  let repeatRow = 1;
  let cells: string[] = [];
  let text = "";
  let repeat = 1;
  for (const event of xmlEvents(xml)) {
    if (event.type === "text") text += event.text;
    else if (event.type === "open") {
      text += spacing(event);
      if (event.name === "table-row") {
        [repeatRow, cells] = [Number(attribute(event, "number-rows-repeated") ?? 1), []];
      } else if (isCell(event.name)) {
        [repeat, text] = [Number(attribute(event, "number-columns-repeated") ?? 1), ""];
      }
    } else if (isCell(event.name)) {
      const value = text.replace(/[\t\r\n]+/g, " ").trim();
      for (let count = 0; count < Math.min(repeat, maxRepeats); count++) cells.push(value);
    } else if (event.name === "table-row") {
      while (cells.at(-1) === "") cells.pop();
      const shown = cells.length === 0 ? 0 : Math.min(repeatRow, maxRepeats);
      for (let count = 1; count <= shown; count++) yield `${row + count}\t${cells.join("\t")}`;
      row += repeatRow;
    }
  }
}

const isCell = (name: string) => name === "table-cell" || name === "covered-table-cell";

/** What stands for white space. */
function spacing(event: XmlEvent & { readonly type: "open" }): string {
  if (event.name === "s") return " ".repeat(Math.min(1_000, Number(attribute(event, "c") ?? 1) || 1));
  if (event.name === "tab") return "\t";
  return event.name === "line-break" ? "\n" : "";
}

function* textLines(xml: string): Generator<string> {
  const bodyAt = xml.indexOf("<office:body");
  let text = "";
  let level = 0;
  let depth = 0;
  let rows: string[][] | undefined;
  let isSkipped = false;
  for (const event of xmlEvents(bodyAt < 0 ? xml : xml.slice(bodyAt))) {
    if (event.type === "text") {
      if (!isSkipped) text += event.text;
      continue;
    }
    if (event.name === "tracked-changes" || event.name === "annotation") isSkipped = event.type === "open";
    if (event.type === "open") {
      text += spacing(event);
      if (event.name === "h") [level, text] = [Number(attribute(event, "outline-level") ?? 1), ""];
      if (event.name === "p") text = rows ? text : "";
      if (event.name === "list") depth++;
      if (event.name === "table" && !rows) rows = [];
      if (event.name === "table-row") rows?.push([]);
      if (isCell(event.name)) text = "";
      if (event.name === "notes" && !rows) yield "### Notes";
    } else if (event.name === "list") {
      depth--;
    } else if (isCell(event.name)) {
      rows?.at(-1)?.push(text);
      text = "";
    } else if (event.name === "table" && rows) {
      yield* ["", ...markdownTable(rows), ""];
      [rows, text] = [undefined, ""];
    } else if ((event.name === "p" || event.name === "h") && !isSkipped) {
      if (rows) text += "\n";
      else if (text.trim() !== "") yield line(text.trim(), level, depth);
      if (!rows) text = "";
      level = 0;
    }
  }
}

function line(text: string, level: number, depth: number): string {
  if (level > 0) return `${"#".repeat(Math.min(6, level))} ${text}\n`;
  return depth > 0 ? `${"  ".repeat(Math.min(8, depth - 1))}- ${text}` : `${text}\n`;
}
