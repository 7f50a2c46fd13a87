/**
 * Markdown that grows, as blocks. Only the last one can still change: what is before it keeps its object, so that it is
 * drawn once, and a new piece costs what the last block costs, however long the text before it is. The text is read again
 * only when a line is whole; an open fence and an open table are read line by line, a long list is cut into several.
 */
import { lexer, type Token, type Tokens } from "marked";

export interface Block {
  /** `code` is a fence: `source` is what stands in it. A `table` has its head in the first two lines. */
  readonly type: "markdown" | "code" | "table";
  readonly source: string;
  /** What the fence says that it holds. */
  readonly lang: string;
  /** Nothing will be added to it. */
  readonly done: boolean;
}

/** A block that is read line by line. */
interface Open {
  readonly type: "code" | "table";
  /** The fence's own sign, or the table's head. */
  readonly mark: string;
  readonly lang: string;
  /** Where its source begins. */
  readonly from: number;
  /** Where the first line begins that was not looked at. */
  next: number;
}

const opening = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\n`]*)\n/;
/** A list with more items is cut after the first of them. */
const mostItems = 30;
const cutItems = 20;
/** Deeper than anybody nests. */
const tooDeep = /^(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])){40}/m;

export class Blocks {
  #given = "";
  #text = "";
  #done: Block[] = [];
  /** Where what can still change begins. */
  #tail = 0;
  /** How far the open block was read, so that it is read once a line. */
  #read = 0;
  #open: Open | undefined;
  /** Characters that were read as Markdown so far, for those who doubt. */
  lexed = 0;

  /** The blocks of a text; quick where it goes on from the last one. `live` says that it may grow. */
  update(text: string, live = false): readonly Block[] {
    this.#take(text, live);
    let open: Block | undefined;
    do {
      open = this.#open ? this.#lines(this.#open, live) : this.#lex(live);
    } while (!open && this.#tail < this.#text.length);
    return open && open.source !== "" ? [...this.#done, open] : [...this.#done];
  }

  #take(text: string, live: boolean): void {
    if (!text.startsWith(this.#given)) {
      this.#done = [];
      this.#given = this.#text = "";
      this.#tail = this.#read = 0;
      this.#open = undefined;
    }
    const given = live && text.endsWith("\r") ? text.slice(0, -1) : text;
    this.#text += given.slice(this.#given.length).replace(/\r\n?/g, "\n");
    this.#given = given;
  }

  /** Settles what is whole; returns the block that is not, if it is not one to be read by lines. */
  #lex(live: boolean): Block | undefined {
    const end = live ? this.#readable() : this.#text.length;
    if (live && end <= this.#read) return this.#rest();
    this.#read = end;
    const isWholeLine = this.#text[end - 1] === "\n";
    const source = this.#text.slice(this.#tail, live && !isWholeLine ? undefined : end);
    const tokens = this.#tokens(source);
    const last = tokens.findLastIndex(({ type }) => type !== "space");
    for (const token of live ? tokens.slice(0, Math.max(0, last)) : tokens) this.#settle(token);
    const token = tokens[last];
    if (!live || !token) return this.#rest();
    if (token.type === "list") this.#settleItems(token as Tokens.List, false);
    this.#open = isWholeLine ? this.#openOf(token) : undefined;
    return this.#open ? undefined : this.#rest();
  }

  #tokens(source: string): readonly Token[] {
    this.lexed += source.length;
    return isTooDeep(source) ? [{ type: "paragraph", raw: source }] : lexer(source);
  }

  /**
   * How far lines are whole, as more text never undoes what they are; and a letter into the last one where it stands
   * below a blank line, as it then begins a block of its own.
   */
  #readable(): number {
    const line = this.#text.lastIndexOf("\n") + 1;
    const isApart = /\n[ \t]*\n$/.test(this.#text.slice(Math.max(0, line - 20), line));
    return isApart && /^(?:\*\*)?\p{L}/u.test(this.#text.slice(line, line + 4)) ? line + 1 : line;
  }

  #rest(): Block | undefined {
    const source = withoutBreaks(this.#text.slice(this.#tail));
    return source.trim() === "" ? { ...emptyBlock } : { ...emptyBlock, source };
  }

  #settle(token: Token): void {
    const { raw, type } = token;
    if (type === "list") return this.#settleItems(token as Tokens.List, true);
    this.#tail += raw.length;
    if (type === "code" && opening.test(raw)) this.#done.push(fenced(raw));
    else if (type !== "space") this.#add(type === "table" ? "table" : "markdown", raw);
  }

  /** Of a long list the first items, of one that is `whole` all, as lists of their own. */
  #settleItems({ items, ordered, start, raw }: Tokens.List, whole: boolean): void {
    const end = this.#tail + raw.length;
    let first = 0;
    while (items.length - first > mostItems) {
      const next = first + cutItems;
      const goesOn = Number.parseInt(items[next]?.raw ?? "", 10) === Number(start) + next;
      if (ordered && !goesOn) break;
      const part = items.slice(first, next).reduce((text, item) => text + item.raw, "");
      this.#tail += part.length;
      this.#add("markdown", part);
      first = next;
    }
    if (!whole) return;
    this.#add("markdown", this.#text.slice(this.#tail, end));
    this.#tail = end;
  }

  #add(type: "markdown" | "table", raw: string): void {
    this.#done.push({ type, source: withoutBreaks(raw), lang: "", done: true });
  }

  #openOf({ type, raw }: Token): Open | undefined {
    const from = this.#tail;
    const [whole, mark = "", lang = ""] = opening.exec(raw) ?? [];
    const inside = from + (whole?.length ?? 0);
    if (type === "code" && whole) return { type, mark, lang: firstWord(lang), from: inside, next: inside };
    if (type !== "table") return undefined;
    const head = raw.split("\n", 2).join("\n");
    return { type, mark: head, lang: "", from, next: from + head.length + 1 };
  }

  /** Reads on in a block of lines; undefined where it has ended. */
  #lines(open: Open, live: boolean): Block | undefined {
    const { type, mark, lang, from } = open;
    while (open.next < this.#text.length) {
      const end = this.#text.indexOf("\n", open.next);
      if (end < 0 && live) break;
      const line = this.#text.slice(open.next, end < 0 ? undefined : end);
      if (type === "code" ? isClosing(line, mark) : !this.#isRow(line, mark)) {
        const next = type === "table" ? open.next : end < 0 ? this.#text.length : end + 1;
        return this.#close(open, next);
      }
      open.next = end < 0 ? this.#text.length : end + 1;
    }
    if (!live) return this.#close(open, this.#text.length);
    return { type, source: this.#text.slice(from), lang, done: false };
  }

  #close({ type, lang, from, next }: Open, tail: number): undefined {
    const text = this.#text.slice(from, next);
    const source = type === "code" ? withoutLastBreak(text) : withoutBreaks(text);
    this.#done.push({ type, source, lang, done: true });
    this.#tail = tail;
    this.#read = tail;
    this.#open = undefined;
  }

  #isRow(line: string, head: string): boolean {
    if (line.trim() === "") return false;
    const tokens = this.#tokens(`${head}\n${line}`);
    return tokens.length === 1 && tokens[0]?.type === "table";
  }
}

/** Whether to read it would take for ever. */
export const isTooDeep = (markdown: string) => tooDeep.test(markdown);

const emptyBlock: Block = { type: "markdown", source: "", lang: "", done: false };

function isClosing(line: string, marker: string): boolean {
  const text = line.trim();
  return (
    text.length >= marker.length &&
    line.length - line.trimStart().length <= 3 &&
    text === marker[0]?.repeat(text.length)
  );
}

/** A fence that is whole. */
function fenced(raw: string): Block {
  const [whole = "", marker = "", lang = ""] = opening.exec(raw) ?? [];
  const lines = raw.slice(whole.length).split("\n");
  const end = lines.findIndex((line) => isClosing(line, marker));
  const source = lines.slice(0, end < 0 ? undefined : end).join("\n");
  return { type: "code", source: end < 0 ? withoutLastBreak(source) : source, lang: firstWord(lang), done: true };
}

const firstWord = (text: string) => text.trim().split(/\s/, 1)[0] ?? "";
const withoutLastBreak = (text: string) => (text.endsWith("\n") ? text.slice(0, -1) : text);
const withoutBreaks = (text: string) => text.replace(/^\n+|\n+$/g, "");
