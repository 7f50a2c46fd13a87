/**
 * What a terminal would show of a program's output: colours, and lines written over. Everything else that an escape can do,
 * titles, links, questions, the mouse, is left out. Lines are data; nothing of the text becomes markup.
 */

export interface Style {
  /** A name of the 16 colours as `a0` to `a15`, or `#rrggbb`. */
  readonly fg?: string;
  readonly bg?: string;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
  readonly strike?: boolean;
}

export interface Span {
  readonly text: string;
  readonly style: Style;
}

interface Cell {
  readonly char: string;
  readonly style: Style;
}

const plainStyle: Style = {};
const hidden = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;
const sequence =
  /(?:\u001b\[|\u009b)([0-9;:?<=>]*)[ -/]*([@-~])|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)|\u001b[PX^_][^\u001b]*(?:\u001b\\|$)|\u001b[ -/]*[0-~]?/y;

/** The lines of an output, the last one perhaps empty. Cost grows with the text. */
export function terminalLines(text: string): readonly (readonly Span[])[] {
  const screen = new Screen();
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === 0x1b || (code >= 0x80 && code < 0xa0)) {
      sequence.lastIndex = at;
      const match = sequence.exec(text);
      screen.control(match?.[1], match?.[2]);
      at += match ? Math.max(1, match[0].length) : 1;
      continue;
    }
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
    screen.put(char);
    at += char.length;
  }
  return screen.lines();
}

class Screen {
  readonly #lines: Cell[][] = [[]];
  #row = 0;
  #column = 0;
  #style = plainStyle;

  put(char: string): void {
    switch (char) {
      case "\n":
        this.#row += 1;
        this.#column = 0;
        if (this.#row === this.#lines.length) this.#lines.push([]);
        return;
      case "\r":
        this.#column = 0;
        return;
      case "\b":
        this.#column = Math.max(0, this.#column - 1);
        return;
      case "\t":
        for (const end = this.#column + 8 - (this.#column % 8); this.#column < end; ) this.#write(" ");
        return;
      default:
        return hidden.test(char) ? undefined : this.#write(char);
    }
  }

  control(args: string | undefined, final: string | undefined): void {
    const first = Number(args?.split(/[;:]/)[0] || 0);
    const line = this.#line();
    switch (final) {
      case "m":
        this.#style = styled(this.#style, (args ?? "").split(/[;:]/).map(Number));
        return;
      case "K":
        if (first === 0) line.length = Math.min(line.length, this.#column);
        else line.fill({ char: " ", style: plainStyle }, 0, first === 1 ? this.#column : line.length);
        return;
      case "A":
        this.#row = Math.max(0, this.#row - Math.max(1, first));
        return;
      case "G":
        this.#column = Math.max(0, Math.min(first - 1, 1_000));
        return;
      case "C":
        this.#column = Math.min(this.#column + Math.max(1, first), 1_000);
        return;
      case "D":
        this.#column = Math.max(0, this.#column - Math.max(1, first));
        return;
      default:
        return;
    }
  }

  lines(): Span[][] {
    return this.#lines.map(spansOf);
  }

  #line(): Cell[] {
    const line = this.#lines[this.#row] ?? [];
    this.#lines[this.#row] = line;
    return line;
  }

  #write(char: string): void {
    const line = this.#line();
    while (line.length < this.#column) line.push({ char: " ", style: plainStyle });
    line[this.#column] = { char, style: this.#style };
    this.#column += 1;
  }
}

function spansOf(cells: readonly Cell[]): Span[] {
  const spans: { text: string; style: Style }[] = [];
  for (const { char, style } of cells) {
    const last = spans.at(-1);
    if (last?.style === style) last.text += char;
    else spans.push({ text: char, style });
  }
  return spans;
}

/** The style after the codes of one SGR sequence. */
function styled(before: Style, codes: readonly number[]): Style {
  let style = before;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, used] = extended(codes.slice(at + 1));
      if (colour) style = { ...style, [code === 38 ? "fg" : "bg"]: colour };
      at += used;
    } else style = plainCode(style, code);
  }
  return style;
}

const flags: Readonly<Record<number, Style>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
};

function plainCode(style: Style, code: number): Style {
  if (code === 0) return plainStyle;
  if (code >= 30 && code <= 37) return { ...style, fg: `a${code - 30}` };
  if (code >= 40 && code <= 47) return { ...style, bg: `a${code - 40}` };
  if (code >= 90 && code <= 97) return { ...style, fg: `a${code - 82}` };
  if (code >= 100 && code <= 107) return { ...style, bg: `a${code - 92}` };
  if (code === 39 || code === 49) return without(style, code === 39 ? "fg" : "bg");
  return flags[code] ? { ...style, ...flags[code] } : style;
}

function without(style: Style, name: "fg" | "bg"): Style {
  const { [name]: _, ...rest } = style;
  return rest;
}

/** What stands behind 38 or 48, and how many codes that took. */
function extended([kind, a = 0, b = 0, c = 0]: readonly number[]): readonly [string | undefined, number] {
  if (kind === 2) return [hex(a, b, c), 4];
  if (kind !== 5) return [undefined, 1];
  if (a < 16) return [`a${a}`, 2];
  if (a >= 232) return [hex(8 + (a - 232) * 10, 8 + (a - 232) * 10, 8 + (a - 232) * 10), 2];
  const step = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = a - 16;
  return [hex(step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6)), 2];
}

function hex(...parts: readonly number[]): string {
  return `#${parts
    .map((part) =>
      Math.max(0, Math.min(255, part || 0))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}
