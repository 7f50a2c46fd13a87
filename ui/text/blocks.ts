/**
 * Markdown that grows, as blocks. Only the tail can still change: what is before it keeps its object, so that it is drawn
 * once, and a new piece costs what the tail costs, however long the text before it is. An open fence is not even read again.
 */
import { lexer } from "marked";

export interface Block {
  /** `code` is a fence: `source` is what stands in it. */
  readonly type: "markdown" | "code";
  readonly source: string;
  /** What the fence says that it holds. */
  readonly lang: string;
  /** Nothing will be added to it. */
  readonly done: boolean;
}

interface Fence {
  readonly marker: string;
  readonly lang: string;
  /** Where its text begins, in the whole. */
  readonly from: number;
  /** Where the last line begins that was looked at for its end. */
  seen: number;
}

const opening = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\n`]*)\n/;

export class Blocks {
  #text = "";
  #done: Block[] = [];
  /** Where what can still change begins. */
  #tail = 0;
  #fence: Fence | undefined;
  /** Characters read by the lexer so far, for those who doubt. */
  lexed = 0;

  /** The blocks of a text; quick where it goes on from the last one. `live` says that it may grow. */
  update(text: string, live = false): readonly Block[] {
    if (!text.startsWith(this.#text)) this.#reset();
    this.#text = text;
    const open = this.#fence ? this.#inFence(live) : this.#lex(live);
    return [...this.#done, ...open];
  }

  #reset(): void {
    this.#done = [];
    this.#tail = 0;
    this.#fence = undefined;
  }

  /** The open blocks, at most the last one of them a fence. */
  #lex(live: boolean): Block[] {
    const source = this.#text.slice(this.#tail);
    const match = opening.exec(source);
    if (match) return this.#enter(match, live);
    const tokens = lexer(source);
    this.lexed += source.length;
    const last = tokens.findLastIndex(({ type }) => type !== "space");
    const settled = live ? last : tokens.length;
    for (const { raw, type } of tokens.slice(0, Math.max(0, settled))) {
      this.#tail += raw.length;
      if (type === "code" && opening.test(raw)) this.#done.push(fenced(raw));
      else if (type !== "space") this.#done.push({ type: "markdown", source: raw, lang: "", done: true });
    }
    const rest = this.#text.slice(this.#tail);
    if (rest.trim() === "") return [];
    if (opening.test(rest)) return this.#lex(live);
    return [{ type: "markdown", source: rest, lang: "", done: false }];
  }

  #enter([whole, marker = "", lang = ""]: RegExpExecArray, live: boolean): Block[] {
    const from = this.#tail + whole.length;
    this.#fence = { marker, lang: lang.trim().split(/\s/, 1)[0] ?? "", from, seen: from };
    return this.#inFence(live);
  }

  #inFence(live: boolean): Block[] {
    const fence = this.#fence;
    if (!fence) return [];
    const { marker, lang, from } = fence;
    for (let at = fence.seen; at <= this.#text.length; ) {
      const end = this.#text.indexOf("\n", at);
      const line = this.#text.slice(at, end < 0 ? undefined : end);
      if (isClosing(line, marker) && (end >= 0 || !live)) {
        this.#done.push({ type: "code", source: withoutLastBreak(this.#text.slice(from, at)), lang, done: true });
        this.#tail = end < 0 ? this.#text.length : end + 1;
        this.#fence = undefined;
        return this.#lex(live);
      }
      fence.seen = at;
      if (end < 0) break;
      at = end + 1;
    }
    return [{ type: "code", source: this.#text.slice(from), lang, done: !live }];
  }
}

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
  const end = lines.findLastIndex((line) => isClosing(line, marker));
  const source = lines.slice(0, end < 0 ? undefined : end).join("\n");
  return { type: "code", source: withoutLastBreak(source), lang: lang.trim().split(/\s/, 1)[0] ?? "", done: true };
}

const withoutLastBreak = (text: string) => (text.endsWith("\n") ? text.slice(0, -1) : text);
