/**
 * What a terminal would show of a program's output: colours, and lines written over. Everything else that an escape can do,
 * titles, links, questions, the mouse, is left out. Lines are data; nothing of the text becomes markup.
 */
import { type Style, Styles } from "./ansi-style.ts";

export interface Span {
  readonly text: string;
  readonly style: Style;
}

export type TerminalLine = readonly Span[];

/** A cell of a wide character's right half holds nothing. */
interface Line {
  chars: string[];
  styles: Style[];
  /** As it was shown last; undefined where it changed since. */
  shown: TerminalLine | undefined;
}

/** So many lines from the end can still be written over. */
const reach = 200;
const mostColumns = 1_000;
const mostHeld = 65_536;
const printable = /[ -~]+/y;
const hidden = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;
const joining = /\p{M}|\u200c|\u200d|[\u{1f3fb}-\u{1f3ff}]/u;
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const [esc, bell, end] = ["\u001b", "\u0007", "\u009c"];
const sequence = new RegExp(
  [
    `(?:${esc}\\[|\u009b)([0-9;:?<=>]*)[ -/]*([@-~])?`,
    // It ends with its line at the latest, so that nothing can swallow all that follows.
    `(?:${esc}[\\]PX^_]|[\u0090\u0098\u009d-\u009f])[^${bell}${esc}${end}\\r\\n]*(${bell}|${esc}\\\\|${end})?`,
    `${esc}[ -/]*([0-~])?`,
  ].join("|"),
  "y",
);

/** Reads output as it grows: what was read is not read again, and lines that did not change keep their objects. */
export class TerminalText {
  readonly #styles = new Styles();
  #text = "";
  #at = 0;
  #lines: Line[] = [newLine()];
  #row = 0;
  #column = 0;

  /** The lines of an output, the last one perhaps empty; quick where the text goes on from the last one. */
  update(text: string): readonly TerminalLine[] {
    if (!text.startsWith(this.#text)) this.#reset();
    this.#text = text;
    this.#read(text);
    return this.#lines.map((line) => {
      line.shown ??= spansOf(line);
      return line.shown;
    });
  }

  #reset(): void {
    this.#styles.reset();
    this.#lines = [newLine()];
    this.#at = this.#row = this.#column = 0;
  }

  #read(text: string): void {
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      if (code === 0x1b || (code >= 0x80 && code < 0xa0)) {
        if (!this.#escape(text)) return;
        continue;
      }
      printable.lastIndex = this.#at;
      const run = printable.exec(text)?.[0];
      const char = run ?? String.fromCodePoint(text.codePointAt(this.#at) ?? 0);
      if (/^[\ud800-\udbff]$/.test(char) && this.#at + 1 === text.length) return;
      this.#at += char.length;
      if (run) for (const each of run) this.#write(each, 1);
      else this.#put(char);
    }
  }

  /** False where more of it has to come first. */
  #escape(text: string): boolean {
    sequence.lastIndex = this.#at;
    const [whole = "?", args = "", final, end, short] = sequence.exec(text) ?? [];
    const isOpen = this.#at + whole.length === text.length && !(final || end || short) && whole !== "?";
    if (isOpen && whole.length < mostHeld) return false;
    this.#at += whole.length;
    if (final) this.#control(args, final);
    return true;
  }

  #put(char: string): void {
    switch (char) {
      case "\n":
        return this.#toRow(this.#row + 1);
      case "\r":
        this.#column = 0;
        return;
      case "\b":
        this.#column = Math.max(0, this.#column - 1);
        return;
      case "\t":
        for (const end = this.#column + 8 - (this.#column % 8); this.#column < end; ) this.#write(" ", 1);
        return;
      default:
        if (hidden.test(char)) return;
        if (joining.test(char) || this.#joins()) return this.#join(char);
        this.#write(char, wide.test(char) ? 2 : 1);
    }
  }

  #control(args: string, final: string): void {
    const given = Number.parseInt(args, 10) || 0;
    const count = Math.min(Math.max(1, given), mostColumns);
    switch (final) {
      case "m":
        return this.#styles.set(args);
      case "K":
        return this.#erase(given);
      case "J":
        // Only what is below: what was said before stays to be read.
        if (given === 0) this.#eraseBelow();
        return;
      case "A":
      case "F":
        this.#row = Math.max(0, this.#lines.length - reach, this.#row - count);
        if (final === "F") this.#column = 0;
        return;
      case "B":
      case "E":
        this.#row = Math.min(this.#lines.length - 1, this.#row + count);
        if (final === "E") this.#column = 0;
        return;
      case "G":
        this.#column = count - 1;
        return;
      case "C":
        this.#column = Math.min(this.#column + count, mostColumns);
        return;
      case "D":
        this.#column = Math.max(0, this.#column - count);
    }
  }

  #toRow(row: number): void {
    this.#row = row;
    this.#column = 0;
    if (row < this.#lines.length) return;
    this.#lines.push(newLine());
    const left = this.#lines[row - reach];
    if (!left) return;
    left.shown ??= spansOf(left);
    left.chars = [];
    left.styles = [];
  }

  /** The line under the cursor, which is about to change. */
  #line(): Line {
    const line = this.#lines[this.#row] ?? newLine();
    line.shown = undefined;
    return line;
  }

  #erase(what: number): void {
    const line = this.#line();
    const { chars, styles } = line;
    if (what === 0) {
      chars.length = styles.length = Math.min(chars.length, this.#column);
    } else if (what === 2) {
      chars.length = styles.length = 0;
    } else {
      chars.fill(" ", 0, this.#column + 1);
      styles.fill(this.#styles.plain, 0, this.#column + 1);
    }
  }

  #eraseBelow(): void {
    this.#erase(0);
    this.#lines.length = this.#row + 1;
  }

  #write(char: string, width: 1 | 2): void {
    const { chars, styles } = this.#line();
    while (chars.length < this.#column) {
      chars.push(" ");
      styles.push(this.#styles.plain);
    }
    // Half of a wide character does not stay.
    if (chars[this.#column] === "" && this.#column > 0) chars[this.#column - 1] = " ";
    if (chars[this.#column + width] === "") chars[this.#column + width] = " ";
    for (let half = 0; half < width; half += 1) {
      chars[this.#column] = half === 0 ? char : "";
      styles[this.#column] = this.#styles.now;
      this.#column += 1;
    }
  }

  /** Where the character before the cursor stands. */
  #before(): number {
    const at = this.#column - 1;
    return this.#lines[this.#row]?.chars[at] === "" ? at - 1 : at;
  }

  #joins(): boolean {
    return this.#lines[this.#row]?.chars[this.#before()]?.endsWith("\u200d") ?? false;
  }

  #join(char: string): void {
    const at = this.#before();
    const { chars } = this.#line();
    const before = chars[at];
    // No more than a few marks on one character.
    if (before !== undefined && before.length < 32) chars[at] = before + char;
  }
}

/** The lines of a whole output. */
export function terminalLines(text: string): readonly TerminalLine[] {
  return new TerminalText().update(text);
}

const newLine = (): Line => ({ chars: [], styles: [], shown: undefined });

function spansOf({ chars, styles }: Line): TerminalLine {
  const spans: { text: string; style: Style }[] = [];
  for (const [at, style] of styles.entries()) {
    const last = spans.at(-1);
    if (last?.style === style) last.text += chars[at];
    else spans.push({ text: chars[at] ?? "", style });
  }
  return spans;
}
