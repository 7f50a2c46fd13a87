/** Word documents (docx) as Markdown: headings, lists, tables, links and notes. */
import { markdownTable, partsOf, type Relation, relationsOf } from "./package.ts";
import type { Document } from "./window.ts";
import { attribute, type XmlEvent, xmlEvents } from "./xml.ts";
import type { Zip } from "./zip.ts";

export function readDocx(zip: Zip): Document {
  const parts = partsOf(zip);
  const root = "word/document.xml";
  const headings = parts.has("word/styles.xml")
    ? headingStyles(parts.text("word/styles.xml"))
    : new Map<string, number>();
  const relations = relationsOf(parts, root);
  return {
    sections: [
      {
        name: "the document",
        *lines() {
          yield* blocks(parts.text(root), headings, relations);
          for (const name of ["footnotes", "endnotes"]) {
            const path = `word/${name}.xml`;
            if (parts.has(path)) yield* blocks(parts.text(path), headings, relationsOf(parts, path));
          }
        },
      },
    ],
  };
}

/** In place of a level: a list. */
const listLevel = -1;

/** Level of heading by style, those derived from others included. */
function headingStyles(xml: string): Map<string, number> {
  const levels = new Map<string, number>();
  let style = "";
  for (const event of xmlEvents(xml)) {
    if (event.type !== "open") continue;
    if (event.name === "style") style = attribute(event, "styleId") ?? "";
    const value = attribute(event, "val") ?? "";
    const named = event.name === "name" ? /^heading (\d)/i.exec(value)?.[1] : undefined;
    if (named !== undefined) levels.set(style, Number(named));
    if (event.name === "name" && /^title$/i.test(value)) levels.set(style, 1);
    if (event.name === "numPr" && !levels.get(style)) levels.set(style, listLevel);
    if (event.name === "basedOn" && !levels.has(style)) levels.set(style, levels.get(value) ?? 0);
    if (event.name === "outlineLvl" && /^[0-5]$/.test(value)) levels.set(style, Number(value) + 1);
  }
  return levels;
}

function* blocks(
  xml: string,
  headings: ReadonlyMap<string, number>,
  relations: ReadonlyMap<string, Relation>,
): Generator<string> {
  const writer = new Writer(headings, relations);
  for (const event of xmlEvents(xml)) yield* writer.take(event);
}

/** Most tables within tables that are told apart; deeper ones are text of the one around. */
const maxTableDepth = 8;

class Writer {
  readonly #headings: ReadonlyMap<string, number>;
  readonly #relations: ReadonlyMap<string, Relation>;
  #text = "";
  #prefix = "";
  #link: { readonly target: string; readonly at: number } | undefined;
  #isText = false;
  #note = "";
  /** Inside what repeats the text before it in an older form. */
  #fallbacks = 0;
  /** Open tables, each its rows. */
  readonly #tables: string[][][] = [];
  /** Open tables below those. */
  #deeper = 0;

  constructor(headings: ReadonlyMap<string, number>, relations: ReadonlyMap<string, Relation>) {
    this.#headings = headings;
    this.#relations = relations;
  }

  *take(event: XmlEvent): Generator<string> {
    if (event.type !== "text" && event.name === "Fallback") this.#fallbacks += event.type === "open" ? 1 : -1;
    if (this.#fallbacks > 0) return;
    if (event.type === "text") {
      if (this.#isText) this.#text += event.text;
    } else if (event.type === "open") {
      this.#open(event);
    } else {
      yield* this.#close(event.name);
    }
  }

  #open(event: XmlEvent & { readonly type: "open" }): void {
    const value = () => attribute(event, "val") ?? "";
    switch (event.name) {
      case "t":
        this.#isText = true;
        break;
      case "tab":
        this.#text += "\t";
        break;
      case "br":
      case "cr":
        this.#text += "\n";
        break;
      case "pStyle": {
        const level = this.#headings.get(value()) ?? 0;
        if (level > 0) this.#prefix = `${"#".repeat(level)} `;
        if (level === listLevel) this.#prefix = "- ";
        break;
      }
      case "ilvl":
        if (!this.#prefix.startsWith("#")) this.#prefix = `${"  ".repeat(Math.min(8, Number(value())))}- `;
        break;
      case "hyperlink": {
        const target = this.#relations.get(attribute(event, ":id") ?? "")?.target;
        if (target !== undefined) this.#link = { target, at: this.#text.length };
        break;
      }
      case "footnoteReference":
      case "endnoteReference":
        this.#text += `[^${attribute(event, "id") ?? ""}]`;
        break;
      case "footnote":
      case "endnote":
        this.#note = attribute(event, "type") === undefined ? `[^${attribute(event, "id") ?? ""}]: ` : "";
        break;
      case "docPr":
        this.#text += `[image: ${attribute(event, "descr") || attribute(event, "name") || "no description"}]`;
        break;
      case "tbl":
        if (this.#tables.length < maxTableDepth) this.#tables.push([]);
        else this.#deeper++;
        break;
      case "tr":
        this.#tables.at(-1)?.push([]);
        break;
      case "tc":
        this.#tables.at(-1)?.at(-1)?.push("");
        break;
    }
  }

  *#close(name: string): Generator<string> {
    if (name === "t") this.#isText = false;
    if (name === "hyperlink" && this.#link) {
      const { target, at } = this.#link;
      this.#text = `${this.#text.slice(0, at)}[${this.#text.slice(at)}](${target})`;
      this.#link = undefined;
    }
    if (name === "p") yield* this.#paragraph();
    if (name === "tbl" && this.#deeper > 0) this.#deeper--;
    else if (name === "tbl") yield* this.#table();
  }

  /** A table within another becomes text of its cell. */
  *#table(): Generator<string> {
    const rows = this.#tables.pop() ?? [];
    const outer = this.#tables.at(-1)?.at(-1);
    if (!outer) return yield* ["", ...markdownTable(rows), ""];
    const lines = rows.map((row) => row.filter(Boolean).join(", ")).filter(Boolean);
    outer.push([outer.pop() ?? "", lines.join("; ")].filter(Boolean).join(" "));
  }

  *#paragraph(): Generator<string> {
    const text = this.#text.trimEnd();
    const line = text === "" ? "" : `${this.#note}${this.#prefix}${text}`;
    if (text !== "") this.#note = "";
    const row = this.#tables.at(-1)?.at(-1);
    if (row) row.push([row.pop() ?? "", text].filter(Boolean).join("\n"));
    else if (line !== "") yield this.#prefix.includes("- ") ? line : `${line}\n`;
    [this.#text, this.#prefix, this.#link] = ["", "", undefined];
  }
}
