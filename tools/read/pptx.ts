/** Slides (pptx): of each its title, its text, its tables and its notes. */
import { markdownTable, type Package, partsOf, relationsOf } from "./package.ts";
import type { Document, Section } from "./window.ts";
import { attribute, xmlEvents } from "./xml.ts";
import type { Zip } from "./zip.ts";

export function readPptx(zip: Zip): Document {
  const parts = partsOf(zip);
  const root = "ppt/presentation.xml";
  const targets = relationsOf(parts, root);
  const paths: string[] = [];
  for (const event of xmlEvents(parts.text(root))) {
    if (event.type !== "open" || event.name !== "sldId") continue;
    const path = targets.get(attribute(event, ":id") ?? "")?.target;
    if (path !== undefined && parts.has(path)) paths.push(path);
  }
  const sections = paths.map(
    (path, index): Section => ({ name: `slide ${index + 1}`, lines: () => slideLines(parts, path, index + 1) }),
  );
  return { sections };
}

function* slideLines(parts: Package, path: string, number: number): Generator<string> {
  yield `## Slide ${number}`;
  yield* shapeLines(parts.text(path));
  for (const { type, target } of relationsOf(parts, path).values()) {
    if (type !== "notesSlide" || !parts.has(target)) continue;
    const notes = [...shapeLines(parts.text(target))].filter((line) => line !== "");
    if (notes.length > 0) yield* ["### Notes", ...notes, ""];
  }
}

/** Paragraphs of text, and tables, in the order of the file. */
function* shapeLines(xml: string): Generator<string> {
  let text = "";
  let isText = false;
  let placeholder = "";
  let indent = 0;
  let rows: string[][] | undefined;
  for (const event of xmlEvents(xml)) {
    if (event.type === "text") {
      if (isText) text += event.text;
      continue;
    }
    const isOpen = event.type === "open";
    if (event.name === "t") isText = isOpen;
    if (event.type === "open") {
      if (event.name === "sp") placeholder = "";
      if (event.name === "ph") placeholder = attribute(event, "type") ?? "body";
      if (event.name === "pPr") indent = Math.min(8, Number(attribute(event, "lvl") ?? 0));
      if (event.name === "br") text += " ";
      if (event.name === "tbl") rows = [];
      if (event.name === "tr") rows?.push([]);
      if (event.name === "tc") rows?.at(-1)?.push("");
      if (event.name === "cNvPr" && attribute(event, "descr")) yield `[image: ${attribute(event, "descr")}]`;
    } else if (event.name === "p") {
      const row = rows?.at(-1);
      if (row) row.push([row.pop() ?? "", text].filter(Boolean).join("\n"));
      else yield* paragraph(text, placeholder, indent);
      [text, indent] = ["", 0];
    } else if (event.name === "tbl") {
      yield* markdownTable(rows ?? []);
      rows = undefined;
    } else if (event.name === "sp") {
      yield "";
    }
  }
}

function* paragraph(text: string, placeholder: string, indent: number): Generator<string> {
  if (text.trim() === "" || /^(sldNum|dt|ftr|sldImg)$/.test(placeholder)) return;
  if (/title/i.test(placeholder)) yield `### ${text.trim()}`;
  else yield `${"  ".repeat(indent)}- ${text.trim()}`;
}
