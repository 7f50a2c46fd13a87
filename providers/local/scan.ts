/** Reads a model's answer as it streams: text, thinking, and where a call opens or a stop sequence stands. */

export type Scan =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  /** A call opens; `at` is where in the answer, in UTF-16 units. */
  | { readonly type: "open"; readonly at: number }
  | { readonly type: "stop"; readonly sequence: string };

export interface Scanner {
  /** Takes new text of the answer and gives what is certain now. After `open` or `stop` it has given all it will. */
  push(text: string): Scan[];
  /** Gives what was held back because it could have become a mark. */
  end(): Scan[];
}

export interface ScanOptions {
  /** What opens a call; none means calls are not looked for. */
  readonly open?: string | undefined;
  /** The opening counts only at the start of a line. */
  readonly openAtLine?: boolean;
  readonly stops?: readonly string[];
  /** The answer begins inside thinking, because its prompt ended in `<think>`. */
  readonly thinking?: boolean;
  /** `false` takes marks of thinking for text. */
  readonly thinks?: boolean;
  /** Space in front of the first word is left out. */
  readonly trims?: boolean;
  /** Where in the answer this scanner starts. */
  readonly from?: number;
}

const thinkOpen = "<think>";
const thinkClose = "</think>";

export function createScanner(options: ScanOptions): Scanner {
  let thinking = options.thinking ?? false;
  let pending = "";
  let at = options.from ?? 0;
  let lineStart = true;
  let trim = options.trims ?? false;
  const out: Scan[] = [];

  const give = (length: number) => {
    let text = pending.slice(0, length);
    pending = pending.slice(length);
    at += length;
    if (trim) text = text.trimStart();
    if (!text) return;
    trim = false;
    lineStart = text.endsWith("\n");
    out.push({ type: thinking ? "thinking" : "text", text });
  };
  const skip = (length: number) => {
    pending = pending.slice(length);
    at += length;
  };

  const step = (last: boolean): "more" | "wait" | "done" => {
    const marks = thinking
      ? [thinkClose]
      : [
          ...(options.thinks === false ? [] : [thinkOpen]),
          ...(options.stops ?? []),
          ...(options.open ? [options.open] : []),
        ];
    const found = firstMark(
      pending,
      marks,
      (mark, index) => mark !== options.open || !options.openAtLine || atLine(index),
    );
    if (!found) {
      give(last ? pending.length : pending.length - heldBack(pending, marks));
      return "wait";
    }
    give(found.index);
    if (found.mark === options.open && !thinking) {
      out.push({ type: "open", at });
      return "done";
    }
    if (found.mark !== thinkOpen && found.mark !== thinkClose) {
      out.push({ type: "stop", sequence: found.mark });
      return "done";
    }
    thinking = found.mark === thinkOpen;
    trim = true;
    lineStart = true;
    skip(found.mark.length);
    return "more";
  };
  const atLine = (index: number) => pending[index - 1] === "\n" || (lineStart && !pending.slice(0, index).trim());

  const run = (last: boolean) => {
    while (step(last) === "more");
    return out.splice(0);
  };
  return {
    push(text) {
      pending += text;
      return run(false);
    },
    end: () => run(true),
  };
}

function firstMark(text: string, marks: readonly string[], counts: (mark: string, index: number) => boolean) {
  let first: { mark: string; index: number } | undefined;
  for (const mark of marks) {
    let index = text.indexOf(mark);
    while (index >= 0 && !counts(mark, index)) index = text.indexOf(mark, index + 1);
    if (index >= 0 && (!first || index < first.index)) first = { mark, index };
  }
  return first;
}

/** Length of the longest end of the text that could grow into a mark. */
function heldBack(text: string, marks: readonly string[]): number {
  const longest = Math.max(0, ...marks.map((mark) => mark.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const tail = text.slice(-length);
    if (marks.some((mark) => mark.startsWith(tail))) return length;
  }
  return 0;
}
