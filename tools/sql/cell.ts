/** Values of a database as cells: on one line, NULL apart from the text NULL, large ones told by their size. */

const maxCellChars = 2_000;

export function showCell(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (value instanceof Uint8Array) return `<blob ${sizeOf(value.length)}>`;
  if (typeof value === "number")
    return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
  if (typeof value !== "string") return String(value);
  if (value === "NULL" || value === "") return JSON.stringify(value);
  const text = value.length > maxCellChars ? `${value.slice(0, maxCellChars)}… (${value.length} characters)` : value;
  return text.replace(
    /[\t\r\n\\]|\p{Cc}/gu,
    (char) => escapes[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

const escapes: Readonly<Record<string, string>> = { "\t": "\\t", "\r": "\\r", "\n": "\\n", "\\": "\\" };

function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
