/** JSON as a person reads it: facts, a table, or a tree of so many nodes. */
import { plain } from "./plain.ts";

export type JsonNode =
  | { readonly type: "leaf"; readonly key: string; readonly text: string; readonly isText: boolean }
  | {
      readonly type: "branch";
      readonly key: string;
      /** `3 fields`, `12 items`. */
      readonly size: string;
      readonly nodes: readonly JsonNode[];
      /** So many that are not among the nodes. */
      readonly more: number;
    };

const [mostNodes, mostChildren, mostDepth, mostChars, mostKey] = [2_000, 200, 20, 4_000, 200];

/** An object or a list as a tree. */
export function treeOf(data: unknown): JsonNode {
  let left = mostNodes;
  const nodeOf = (key: string, value: unknown, depth: number): JsonNode => {
    if (typeof value !== "object" || value === null) return { type: "leaf", key, ...leafOf(value) };
    const entries = Object.entries(value);
    const room = depth >= mostDepth ? 0 : Math.min(mostChildren, left);
    const shown = entries.slice(0, room);
    left -= shown.length;
    const isList = Array.isArray(value);
    const nodes = shown.map(([name, each]) => nodeOf(plain(name.slice(0, mostKey)), each, depth + 1));
    const word = isList ? "item" : "field";
    const size = `${entries.length} ${word}${entries.length === 1 ? "" : "s"}`;
    return { type: "branch", key, size, nodes, more: entries.length - shown.length };
  };
  return nodeOf("", data, 0);
}

function leafOf(value: unknown): { readonly text: string; readonly isText: boolean } {
  const text = String(value);
  return {
    text: plain(text.length > mostChars ? `${text.slice(0, mostChars)}…` : text),
    isText: typeof value === "string",
  };
}

type Row = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown) => value === null || typeof value !== "object";
const isObject = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);

/** An object of plain values. */
export const isFlat = (data: unknown): data is Row => isObject(data) && Object.values(data).every(isPlain);

const mostColumns = 12;

/** Two or more objects of plain values that have much the same names, as the rows of a table. */
export function tableOfObjects(data: unknown) {
  if (!Array.isArray(data) || data.length < 2 || !data.every(isFlat)) return undefined;
  const columns = [...new Set(data.flatMap((row) => Object.keys(row)))];
  const filled = data.reduce((sum, row) => sum + Object.keys(row).length, 0);
  if (columns.length === 0 || columns.length > mostColumns || filled < (data.length * columns.length) / 2)
    return undefined;
  const rows = data.map((row) => columns.map((name) => (row[name] === undefined ? "" : leafOf(row[name]).text)));
  return { columns, rows, note: `${rows.length} rows` };
}
