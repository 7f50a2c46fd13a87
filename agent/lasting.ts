/** What calls have told that must be known still once a summary stands for them, such as a plan. */
import type { LogState } from "./log-state.ts";
import { type MessageId, toolCalls } from "./message.ts";
import type { AnyTool } from "./tool.ts";

/** Of the last call of each tool that went well, where it is not after `upTo`, the last entry that is summarised. */
export function lastingWords(
  tools: readonly AnyTool[],
  { entries, cleared }: Pick<LogState, "entries" | "cleared">,
  upTo: MessageId,
): readonly string[] {
  const since = entries.slice(cleared);
  const end = since.findIndex(({ id }) => id === upTo);
  const isDone = new Set(
    since.flatMap((entry) =>
      entry.type === "toolResult" && entry.kind === "final" && !entry.isError ? entry.callId : [],
    ),
  );
  const calls = since.flatMap((entry, at) => {
    if (entry.type !== "assistant") return [];
    return toolCalls(entry).flatMap((call) => (isDone.has(call.callId) ? { ...call, at } : []));
  });
  return tools.flatMap(({ name, schema, lasting }) => {
    const last = lasting && calls.findLast((call) => call.name === name);
    const args = last && last.at <= end ? schema.safeParse(last.args) : undefined;
    return (args?.success && lasting?.(args.data as never)) || [];
  });
}
