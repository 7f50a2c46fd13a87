/** A ranked map as text: files in order of rank, of each the lines of its most important definitions. */
import type { Graph } from "./graph.ts";
import type { Interest } from "./interest.ts";
import { type Definition, flat } from "./outline.ts";
import type { Ranks } from "./rank.ts";
import { sharedName } from "./store.ts";

export interface MapText {
  readonly text: string;
  readonly rows: readonly MapRow[];
  readonly files: number;
  readonly definitions: number;
}

/** A definition as it stands in the map. */
export interface MapRow {
  /** From the project's root. */
  readonly path: string;
  readonly line: number;
  readonly kind: string;
  /** Its head, set in by what it is in. */
  readonly text: string;
}

/** A definition chosen for the map, by its file and name. */
interface Choice {
  readonly file: number;
  readonly name: number;
  readonly score: number;
}

const maxLineChars = 120;
/** A definition costs 6 tokens at least. */
const tokensEach = 6;
/** Share of a file's rank that each of its definitions is worth by itself, and one that the query names. */
const ownWorth = { usual: 0.002, led: 0.02 } as const;
const mentionedWorth = 0.5;

/** The best definitions, as many as a budget could ever hold, best first. */
function choices(graph: Graph, ranks: Ranks, interest: Interest, most: number): Choice[] {
  const { defined, definedAt, files } = graph;
  const all: Choice[] = [];
  for (const file of files.keys()) {
    const rank = ranks.files[file] ?? 0;
    for (let at = definedAt[file] ?? 0; at < (definedAt[file + 1] ?? 0); at++) {
      const name = defined[at] ?? 0;
      const worth = (interest.isLed ? ownWorth.led : ownWorth.usual) + mentionedWorth * (interest.names[name] ?? 0);
      all.push({ file, name, score: (ranks.names[name] ?? 0) + rank * worth });
    }
  }
  return all.sort((a, b) => b.score - a.score || a.file - b.file || a.name - b.name).slice(0, most);
}

/** The largest map that fits, found by halving. At least one definition is shown if there is any. */
export function mapText(
  graph: Graph,
  ranks: Ranks,
  interest: Interest,
  budget: number,
  tools: {
    readonly definitionsOf: (path: string) => readonly Definition[];
    readonly countTokens: (text: string) => number;
  },
): MapText {
  const best = choices(graph, ranks, interest, Math.ceil(budget / tokensEach));
  const outlines = new Map<number, readonly Definition[]>();
  const outline = (file: number) => {
    const known = outlines.get(file) ?? tools.definitionsOf(graph.files[file] ?? "");
    outlines.set(file, known);
    return known;
  };
  const drawn = (count: number) => draw(best.slice(0, count), graph, ranks, outline);
  let [fits, over] = [Math.min(1, best.length), best.length + 1];
  let rows = drawn(fits);
  let text = textOf(rows);
  while (over - fits > Math.max(1, fits / 50)) {
    const middle = Math.floor((fits + over) / 2);
    const tried = drawn(middle);
    const triedText = textOf(tried);
    if (tools.countTokens(triedText) <= budget) [fits, rows, text] = [middle, tried, triedText];
    else over = middle;
  }
  const files = new Set(best.slice(0, fits).map(({ file }) => file)).size;
  return { text, rows, files, definitions: fits };
}

function draw(
  chosen: readonly Choice[],
  graph: Graph,
  ranks: Ranks,
  outline: (file: number) => readonly Definition[],
): MapRow[] {
  const byFile = new Map<number, Set<string>>();
  for (const { file, name } of chosen) {
    const names = byFile.get(file) ?? new Set();
    byFile.set(file, names.add(graph.names[name] ?? ""));
  }
  return [...byFile]
    .sort(([a], [b]) => (ranks.files[b] ?? 0) - (ranks.files[a] ?? 0) || a - b)
    .flatMap(([file, names]) => rowsOf(graph.files[file] ?? "", outline(file), names));
}

/** With a mark where lines are left out. */
function textOf(rows: readonly MapRow[]): string {
  const out: string[] = [];
  let before: MapRow | undefined;
  for (const row of rows) {
    if (row.path !== before?.path) out.push(...(before ? [""] : []), `${row.path}:`);
    else if (row.line > before.line + 1) out.push("⋮");
    out.push(`${row.line}│${row.text}`);
    before = row;
  }
  return out.join("\n");
}

/** Definitions of these names and what they are in. */
function rowsOf(path: string, definitions: readonly Definition[], names: ReadonlySet<string>): MapRow[] {
  const shown = new Set<number>();
  for (const [at, definition] of definitions.entries()) {
    if (!definition.isShared || !names.has(sharedName(definition))) continue;
    for (let each = at; each >= 0 && !shown.has(each); each = definitions[each]?.parent ?? -1) shown.add(each);
  }
  const rows: MapRow[] = [];
  for (const at of [...shown].sort((a, b) => a - b)) {
    const definition = definitions[at];
    if (definition === undefined || definition.line === rows.at(-1)?.line) continue;
    const { line, kind, signature } = definition;
    rows.push({
      path,
      line,
      kind,
      text: `${"  ".repeat(depth(definitions, definition))}${flat(signature, maxLineChars)}`,
    });
  }
  return rows;
}

function depth(definitions: readonly Definition[], { parent }: Definition): number {
  let count = 0;
  for (let at = parent; at >= 0 && count < 20; at = definitions[at]?.parent ?? -1) count += 1;
  return count;
}
