/** Reading JSON of unknown shape without trusting it: what is missing or of another type reads as empty. */

export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function obj(value: unknown): Json {
  return isObject(value) ? value : {};
}

export function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(obj) : [];
}

export function str(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The parsed text, or undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A text in pieces of about `size` characters; a surrogate pair is never torn. */
export function pieces(text: string, size: number): string[] {
  const out: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = from + size;
    const code = text.charCodeAt(to - 1);
    if (code >= 0xd800 && code < 0xdc00) to++;
    out.push(text.slice(from, to));
    from = to;
  }
  return out;
}
