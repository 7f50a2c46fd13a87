/** Spreadsheets (xlsx): each row a line of tab-separated values, its number first. */

import { type Package, partsOf, relationsOf } from "./package.ts";
import type { Document, Section } from "./window.ts";
import { attribute, type XmlEvent, xmlEvents } from "./xml.ts";
import type { Zip } from "./zip.ts";

interface Book {
  readonly parts: Package;
  readonly strings: readonly string[];
  /** By cell style: whether numbers in it are dates. */
  readonly isDate: readonly boolean[];
  readonly startsIn1904: boolean;
}

export function readXlsx(zip: Zip): Document {
  const parts = partsOf(zip);
  const root = "xl/workbook.xml";
  const targets = relationsOf(parts, root);
  const sheets: { readonly name: string; readonly path: string; readonly isHidden: boolean }[] = [];
  let startsIn1904 = false;
  for (const event of xmlEvents(parts.text(root))) {
    if (event.type !== "open") continue;
    if (event.name === "workbookPr") startsIn1904 = /^(1|true)$/.test(attribute(event, "date1904") ?? "");
    if (event.name !== "sheet") continue;
    const path = targets.get(attribute(event, ":id") ?? "")?.target;
    const isHidden = (attribute(event, "state") ?? "visible") !== "visible";
    if (path !== undefined) sheets.push({ name: attribute(event, "name") ?? "", path, isHidden });
  }
  const book: Book = {
    parts,
    strings: [...sharedStrings(parts.has("xl/sharedStrings.xml") ? parts.text("xl/sharedStrings.xml") : "")],
    isDate: parts.has("xl/styles.xml") ? dateStyles(parts.text("xl/styles.xml")) : [],
    startsIn1904,
  };
  const names = sheets.map(
    ({ name, isHidden }, index) => `${index + 1} ${JSON.stringify(name)}${isHidden ? " (hidden)" : ""}`,
  );
  const sections = sheets.map(
    ({ path }, index): Section => ({
      name: `sheet ${names[index]}`,
      lines: () => sheetLines(book, path, names[index] ?? ""),
    }),
  );
  return { head: [`Sheets: ${names.join(", ")}`], sections };
}

function* sheetLines(book: Book, path: string, name: string): Generator<string> {
  yield "";
  yield `## Sheet ${name}`;
  if (!book.parts.has(path)) return;
  let isEmpty = true;
  let row = 0;
  for (const { number, cells } of rowsOf(book, book.parts.text(path))) {
    row = number ?? row + 1;
    if (cells.every((cell) => cell === "")) continue;
    isEmpty = false;
    yield `${row}\t${cells.join("\t")}`;
  }
  if (isEmpty) yield "(empty)";
}

const maxColumns = 16_384;

interface Cell {
  readonly style: number;
  readonly kind: string;
  value: string;
  formula: string;
}

function* rowsOf(
  book: Book,
  xml: string,
): Generator<{ readonly number: number | undefined; readonly cells: readonly string[] }> {
  let number: number | undefined;
  let cells: string[] = [];
  let cell: Cell | undefined;
  let into: "value" | "formula" | undefined;
  for (const event of xmlEvents(xml)) {
    if (event.type === "text") {
      if (cell && into) cell[into] += event.text;
    } else if (event.name === "row") {
      if (event.type === "open") {
        const at = attribute(event, "r");
        [number, cells] = [at === undefined ? undefined : Number(at), []];
      } else {
        yield { number, cells };
      }
    } else if (event.name === "c") {
      if (event.type === "open") {
        while (cells.length < Math.min(columnOf(attribute(event, "r")) ?? 0, maxColumns)) cells.push("");
        cell = newCell(event);
      } else if (cell) {
        cells.push(show(book, cell));
        cell = undefined;
      }
    } else if (event.name === "v" || event.name === "t" || event.name === "f") {
      into = event.type === "close" ? undefined : event.name === "f" ? "formula" : "value";
    }
  }
}

function newCell(event: XmlEvent & { readonly type: "open" }): Cell {
  return { style: Number(attribute(event, "s") ?? 0), kind: attribute(event, "t") ?? "n", value: "", formula: "" };
}

/** Columns before that of a cell: 27 for `AB3`. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? "")?.[0];
  if (letters === undefined) return undefined;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function show(book: Book, { kind, style, value, formula }: Cell): string {
  if (value === "" && formula !== "") return `=${formula}`;
  const text = kind === "s" ? (book.strings[Number(value)] ?? "") : value;
  if (kind === "b") return value === "1" ? "TRUE" : "FALSE";
  if (kind === "n" && value !== "" && book.isDate[style]) return dateOf(Number(value), book.startsIn1904);
  return text.replace(/[\t\r\n]+/g, " ");
}

/** Each is the runs of one item joined, without how it is pronounced. */
function* sharedStrings(xml: string): Generator<string> {
  let text = "";
  let isText = false;
  let isPhonetic = false;
  for (const event of xmlEvents(xml)) {
    if (event.type === "text") {
      if (isText && !isPhonetic) text += event.text;
    } else if (event.name === "t") {
      isText = event.type === "open";
    } else if (event.name === "rPh") {
      isPhonetic = event.type === "open";
    } else if (event.name === "si") {
      if (event.type === "close") yield text;
      text = "";
    }
  }
}

/** Number formats that show dates without being written out in the file: ECMA-376 part 1, 18.8.30. */
const builtinDates = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 30, 36, 45, 46, 47, 50, 57]);

function dateStyles(xml: string): boolean[] {
  const formats = new Map<number, string>();
  const styles: boolean[] = [];
  let isCellStyles = false;
  for (const event of xmlEvents(xml)) {
    if (event.type === "text") continue;
    if (event.name === "cellXfs") isCellStyles = event.type === "open";
    if (event.type === "close") continue;
    const id = Number(attribute(event, "numFmtId") ?? 0);
    if (event.name === "numFmt") formats.set(id, attribute(event, "formatCode") ?? "");
    if (event.name === "xf" && isCellStyles) styles.push(builtinDates.has(id) || isDateFormat(formats.get(id) ?? ""));
  }
  return styles;
}

function isDateFormat(format: string): boolean {
  return /[ymdhs]/i.test(format.replace(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|General/gi, ""));
}

/** Days since the end of 1899, as a date, a time, or both. */
function dateOf(serial: number, startsIn1904: boolean): string {
  const days = startsIn1904 ? serial + 1462 : serial;
  const at = new Date(Date.UTC(1899, 11, 30) + Math.round(days * 86_400) * 1000);
  if (Number.isNaN(at.getTime())) return String(serial);
  const [day, time] = at.toISOString().slice(0, 19).split("T");
  if (days >= 0 && days < 1) return time ?? "";
  return time === "00:00:00" ? (day ?? "") : `${day} ${time}`;
}
