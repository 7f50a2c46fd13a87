/** How a terminal's text looks, as its escape sequences change it. */

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

const mostKept = 5_000;

/** The style that holds now. Styles that are alike are one object. */
export class Styles {
  readonly plain: Style = {};
  readonly #kept = new Map<string, Style>();
  now: Style = this.plain;

  reset(): void {
    this.now = this.plain;
  }

  /** Takes the arguments of one `m` sequence, such as `1;38;5;208`. */
  set(args: string): void {
    // Private sequences are about other things.
    if (/[?<=>]/.test(args)) return;
    this.now = this.#one(styled(this.now, args.split(";").flatMap(codesOf)));
  }

  #one(style: Style): Style {
    const key = JSON.stringify(Object.entries(style).sort());
    if (key === "[]") return this.plain;
    const known = this.#kept.get(key) ?? style;
    if (this.#kept.size < mostKept) this.#kept.set(key, known);
    return known;
  }
}

/** With colons, a kind of underline, or a colour, perhaps with the name of its colour space. */
function codesOf(arg: string): number[] {
  const parts = arg.split(":").map(Number);
  if (parts[0] === 4 && parts.length > 1) return [parts[1] === 0 ? 24 : 4];
  return parts.length === 6 ? parts.toSpliced(2, 1) : parts;
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

const flags: Readonly<Record<number, keyof Style>> = {
  1: "bold",
  2: "dim",
  3: "italic",
  4: "underline",
  7: "inverse",
  9: "strike",
  21: "underline",
};

const ended: Readonly<Record<number, readonly (keyof Style)[]>> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["strike"],
  39: ["fg"],
  49: ["bg"],
};

function plainCode(style: Style, code: number): Style {
  if (code === 0) return {};
  if (code >= 30 && code <= 37) return { ...style, fg: `a${code - 30}` };
  if (code >= 40 && code <= 47) return { ...style, bg: `a${code - 40}` };
  if (code >= 90 && code <= 97) return { ...style, fg: `a${code - 82}` };
  if (code >= 100 && code <= 107) return { ...style, bg: `a${code - 92}` };
  const flag = flags[code];
  if (flag) return { ...style, [flag]: true };
  const off = ended[code];
  return off ? Object.fromEntries(Object.entries(style).filter(([name]) => !off.some((each) => each === name))) : style;
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
