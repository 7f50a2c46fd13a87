/**
 * Which files and definitions matter most: PageRank over the graph, with the factors of Aider's repository map
 * (`aider/repomap.py`, `get_ranked_tags`), led to what a query and a conversation are about.
 */
import type { Graph } from "./graph.ts";
import type { Interest } from "./interest.ts";
import type { Pace } from "./pace.ts";

export interface Ranks {
  /** By number of file. */
  readonly files: Float64Array;
  /** What each definer of a name gets by it, by number of name. */
  readonly names: Float64Array;
}

/** How much of its rank a file hands on to what it uses; less where the start is what is asked for. */
const dampings = { usual: 0.85, led: 0.5 } as const;
const maxLift = 30;
const maxRounds = 40;
/** Sum of changes at which it is good enough. */
const tolerance = 1e-4;
const factor = {
  mentioned: 10,
  spelledOut: 2,
  isPrivate: 0.1,
  common: 0.1,
  method: 0.05,
  builtIn: 0.03,
  everywhere: 0.2,
} as const;
/** Files that define a common name, at least. */
const commonFrom = 6;

/** Methods of a name that a larger share of all files uses are seldom one and the same. */
const everywhereShare = 0.04;

/** Names that mostly mean what the language brings along. */
const builtIns = new Set([
  ...Object.getOwnPropertyNames(globalThis),
  ...[
    Object,
    Function,
    Array,
    String,
    Map,
    Set,
    Promise,
    RegExp,
    Date,
    Uint8Array,
    Error,
    Iterator,
    Response,
    EventTarget,
    ReadableStream,
  ].flatMap((type) => [...Object.getOwnPropertyNames(type), ...Object.getOwnPropertyNames(type.prototype)]),
  ..."append extend items remove insert update format strip startswith endswith encode decode read write close open".split(
    " ",
  ),
  ..."len size put contains equals hashCode new default clone unwrap expect iter into from to_string each send".split(
    " ",
  ),
  ..."String Error Len Less Swap Write Read Close self this main test type value data result print println log on off once emit lines".split(
    " ",
  ),
]);

/**
 * Ranks where nothing is asked for are those of PageRank. Where something is, what gains by it is lifted over what everything
 * uses anyway.
 */
export async function rank(graph: Graph, interest: Interest, pace: Pace): Promise<Ranks> {
  const led = await flow(graph, interest, pace);
  if (!interest.isLed) return led;
  const usual = await flow(graph, { ...interest, files: interest.unled, isLed: false }, pace);
  const lift = (now: Float64Array, before: Float64Array) =>
    now.map((value, at) => value * Math.sqrt(Math.min(maxLift, value / Math.max(before[at] ?? 0, Number.MIN_VALUE))));
  return { files: lift(led.files, usual.files), names: lift(led.names, usual.names) };
}

async function flow(graph: Graph, interest: Interest, pace: Pace): Promise<Ranks> {
  const users = new Uint32Array(graph.names.length);
  for (const name of graph.used) users[name] = (users[name] ?? 0) + 1;
  const factors = Float64Array.from(graph.names, (name, at) => {
    const isMentioned = (interest.names[at] ?? 0) > 0;
    const isEverywhere = name.startsWith(".") && (users[at] ?? 0) > everywhereShare * graph.files.length;
    const own = factorOf(name, graph.definers[at] ?? 0) * (isEverywhere ? factor.everywhere : 1);
    return own * (isMentioned ? factor.mentioned : 1);
  });
  const shares = edgeShares(graph, factors);
  const names = new Float64Array(graph.names.length);
  let files = interest.files;
  for (let round = 0; round < maxRounds; round++) {
    await pace.rest();
    const next = step(graph, shares, interest, files, names);
    const change = next.reduce((sum, value, at) => sum + Math.abs(value - (files[at] ?? 0)), 0);
    files = next;
    if (change < tolerance) break;
  }
  return { files, names };
}

function factorOf(name: string, definers: number): number {
  const spelledOut = name.length >= 8 && /\w_\w|[a-z][A-Z]|\w-\w/.test(name) ? factor.spelledOut : 1;
  const isPrivate = /^\.?[_#]/.test(name) ? factor.isPrivate : 1;
  const isMethod = name.startsWith(".") ? factor.method : 1;
  const builtIn = builtIns.has(name.replace(/^\./, "")) ? factor.builtIn : 1;
  return spelledOut * isPrivate * isMethod * builtIn * (definers >= commonFrom ? factor.common : 1);
}

/** Of each edge from a file to a name, which share of the file's rank goes there; a file's shares are 1 together. */
function edgeShares({ used, usedAt, counts, files }: Graph, factors: Float64Array): Float64Array {
  const shares = new Float64Array(used.length);
  for (const file of files.keys()) {
    const [from, to] = [usedAt[file] ?? 0, usedAt[file + 1] ?? 0];
    let sum = 0;
    for (let at = from; at < to; at++) {
      shares[at] = (factors[used[at] ?? 0] ?? 0) * Math.sqrt(counts[at] ?? 0);
      sum += shares[at] ?? 0;
    }
    for (let at = from; at < to; at++) shares[at] = (shares[at] ?? 0) / sum;
  }
  return shares;
}

/** One round: each file's rank flows to the names it uses, and of each name in equal parts to those who define it. */
function step(graph: Graph, shares: Float64Array, interest: Interest, files: Float64Array, names: Float64Array) {
  const { used, usedAt, defined, definedAt, definers } = graph;
  names.fill(0);
  const { files: start, isLed } = interest;
  const damping = isLed ? dampings.led : dampings.usual;
  let still = 0;
  for (let file = 0; file < files.length; file++) {
    const [from, to] = [usedAt[file] ?? 0, usedAt[file + 1] ?? 0];
    const own = files[file] ?? 0;
    if (from === to) still += own;
    for (let at = from; at < to; at++) {
      const name = used[at] ?? 0;
      names[name] = (names[name] ?? 0) + own * (shares[at] ?? 0);
    }
  }
  for (let name = 0; name < names.length; name++) names[name] = (names[name] ?? 0) / (definers[name] ?? 1);
  const next = new Float64Array(files.length);
  for (let file = 0; file < files.length; file++) {
    let flow = 0;
    for (let at = definedAt[file] ?? 0; at < (definedAt[file + 1] ?? 0); at++) flow += names[defined[at] ?? 0] ?? 0;
    next[file] = (1 - damping) * (start[file] ?? 0) + damping * (flow + still * (start[file] ?? 0));
  }
  return next;
}
