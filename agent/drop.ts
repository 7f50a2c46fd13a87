/** Finds the results that a person or a model means by "the reads" or "src/a.ts", to leave them out of what the model sees. */
import { unreadFrom } from "./compact.ts";
import { UsageError } from "./error.ts";
import type { LogState } from "./log-state.ts";
import { type CallId, diffsOf, type NoticeMessage, type ToolResultMessage, toolCalls } from "./message.ts";

/** A result that may be left out: of a call in its slot, or one that came forward later. */
export interface DroppableResult {
  readonly call: CallId;
  readonly name: string;
  readonly entry: ToolResultMessage | NoticeMessage;
}

/**
 * The results that the wishes mean: call ids, names of tools, or paths that a call was given or its result names. Throws
 * `UsageError`, which lists what there is, where none is meant.
 */
export function findResults(log: LogState, wishes: readonly string[]): readonly DroppableResult[] {
  const all = droppableResults(log);
  const args = argsByCall(log);
  const found = all.filter((result) =>
    wishes.some((wish) => {
      if (wish === result.call || wish === result.name) return true;
      const changed = diffsOf(result.entry.details).map(({ path }) => path);
      const values = [...strings(args.get(result.call)), ...changed];
      return values.some((value) => isSamePath(value, wish));
    }),
  );
  if (found.length > 0) return found;
  const asked = wishes.map((wish) => `"${wish}"`).join(", ");
  throw new UsageError(`No result that can be dropped fits ${asked || "nothing"}; nothing was dropped.`, {
    hint: all.length === 0 ? "There is none yet: results of the present round stay." : `There are: ${listed(all)}.`,
  });
}

/** What the model has read and still sees, oldest first. */
export function droppableResults(log: LogState): DroppableResult[] {
  const seen = log.entries.slice(log.start);
  return seen.slice(0, unreadFrom(seen)).flatMap((entry) => {
    const result = resultOf(entry);
    return result && !log.dropped.has(result.call) ? [result] : [];
  });
}

function resultOf(entry: LogState["entries"][number]): DroppableResult | undefined {
  if (entry.type === "toolResult" && entry.kind !== "pending") return { call: entry.callId, name: entry.name, entry };
  if (entry.type === "notice" && entry.call) return { call: entry.call.id, name: entry.call.name, entry };
  return undefined;
}

function argsByCall(log: LogState): ReadonlyMap<CallId, unknown> {
  const answers = log.entries.filter((entry) => entry.type === "assistant");
  return new Map(answers.flatMap(toolCalls).map(({ callId, args }) => [callId, args]));
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}

/** Equal, or one is the end of the other: `src/a.ts` is `/w/src/a.ts`. */
function isSamePath(a: string, b: string): boolean {
  const [one, other] = [rooted(a), rooted(b)];
  return one.length > 1 && other.length > 1 && (one.endsWith(other) || other.endsWith(one));
}

const rooted = (path: string) => `/${path.replace(/^(\.?\/)+/, "")}`;

/** The latest, with the call ids that name them. */
function listed(results: readonly DroppableResult[]): string {
  const shown = results.slice(-20).map(({ call, name }) => `${call} ${name}`);
  return (results.length > shown.length ? ["…", ...shown] : shown).join(", ");
}
