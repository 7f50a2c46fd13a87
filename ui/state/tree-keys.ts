/** What keys do in the tree of agents, as the ARIA pattern for trees has it. Pure. */
import type { TreeRow } from "./tree.ts";

export type TreeMove =
  | { readonly type: "go"; readonly label: string }
  | { readonly type: "fold"; readonly labels: readonly string[]; readonly isFolded: boolean };

const pageRows = 10;

/** Undefined for a key that means nothing here. */
export function treeMove(rows: readonly TreeRow[], at: string, key: string): TreeMove | undefined {
  const index = rows.findIndex(({ label }) => label === at);
  const row = rows[index];
  if (!row) return undefined;
  const go = (to: number): TreeMove => {
    const { label } = rows[Math.max(0, Math.min(rows.length - 1, to))] ?? row;
    return { type: "go", label };
  };
  const fold = (isFolded: boolean, ...labels: string[]): TreeMove => ({ type: "fold", labels, isFolded });
  switch (key) {
    case "ArrowDown":
      return go(index + 1);
    case "ArrowUp":
      return go(index - 1);
    case "PageDown":
      return go(index + pageRows);
    case "PageUp":
      return go(index - pageRows);
    case "Home":
      return go(0);
    case "End":
      return go(rows.length - 1);
    case "ArrowRight":
      if (row.isFolded) return fold(false, at);
      return row.children > 0 ? go(index + 1) : undefined;
    case "ArrowLeft":
      if (row.children > 0 && !row.isFolded) return fold(true, at);
      return row.depth > 0 ? go(parentIndex(rows, index, row.depth)) : undefined;
    case "*":
      return fold(false, ...siblingsOf(rows, index, row.depth));
    default:
      return undefined;
  }
}

const parentIndex = (rows: readonly TreeRow[], index: number, depth: number) =>
  rows.findLastIndex((row, at) => at < index && row.depth < depth);

function siblingsOf(rows: readonly TreeRow[], index: number, depth: number): string[] {
  const from = parentIndex(rows, index, depth) + 1;
  const behind = rows.findIndex((row, at) => at > index && row.depth < depth);
  return rows
    .slice(from, behind < 0 ? rows.length : behind)
    .filter((row) => row.depth === depth)
    .map(({ label }) => label);
}

/** The next label that begins with what was typed; with one letter, again and again, the one behind `at`. */
export function typeAhead(labels: readonly string[], at: string, typed: string): string | undefined {
  const isOneLetter = new Set(typed).size === 1;
  const wanted = (isOneLetter ? typed.slice(0, 1) : typed).toLowerCase();
  const index = labels.indexOf(at) + (isOneLetter ? 1 : 0);
  return [...labels.slice(index), ...labels.slice(0, index)].find((label) => label.toLowerCase().startsWith(wanted));
}
