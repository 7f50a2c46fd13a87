/** The comment that was read last, so that what follows it can have it as its own. */
import type { Node, TreeCursor } from "@vscode/tree-sitter-wasm";
import { firstSentence } from "./outline.ts";

export class CommentTracker {
  readonly #text: string;
  #start = 0;
  #end = 0;
  /** Row up to which nothing stands between it and what comes next; -2 for none. */
  #row = -2;

  constructor(text: string) {
    this.#text = text;
  }

  static sentence(comment: string): string {
    return firstSentence(comment);
  }

  /** Comments on lines that follow each other are one; an attribute below one does not part it from what it is about. */
  see(cursor: TreeCursor, isAttribute: boolean): void {
    const { row } = cursor.startPosition;
    const follows = row - this.#row <= 1;
    if (isAttribute && !follows) return;
    const end = cursor.endPosition;
    this.#row = end.column === 0 ? Math.max(row, end.row - 1) : end.row;
    if (isAttribute) return;
    if (!follows) this.#start = cursor.startIndex;
    this.#end = cursor.endIndex;
  }

  /** Its first sentence, once, if it stands right before a node; a comment at the end of the line before is not of it. */
  before(node: Node, nameRow: number): string {
    const { row } = node.startPosition;
    if (this.#row < row - 1 || this.#row > nameRow || this.#row < 0) return "";
    const lineStart = this.#text.lastIndexOf("\n", this.#start - 1) + 1;
    if (this.#text.slice(lineStart, this.#start).trim() !== "") return "";
    this.#row = -2;
    return firstSentence(this.#text.slice(this.#start, this.#end));
  }
}
