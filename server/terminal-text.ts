/** Text from models and tools, made safe and readable on a terminal. */

/** Without control characters, escape sequences and marks that reorder text: a model cannot move the cursor or lie about order. */
export function printable(text: string): string {
  return text.replace(controls, "");
}

// C0 but for tab and line feed, DEL, C1, and the bidirectional overrides and isolates.
const controls = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu;

export interface Style {
  dim(text: string): string;
  bold(text: string): string;
  red(text: string): string;
}

/** Colours where the stream is a terminal and NO_COLOR is not set. */
export function styleFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Style {
  const colour = stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  const wrap = (code: string) => (text: string) => (colour && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text);
  return { dim: wrap("2"), bold: wrap("1"), red: wrap("31") };
}
