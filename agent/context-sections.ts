/** Where the tokens of a context go, by a model's measure. */
import { type Context, messageTokens } from "./context.ts";
import type { ContextTokens } from "./fleet-port.ts";
import type { LogState } from "./log-state.ts";
import type { Message } from "./message.ts";
import type { Model, ToolSpec } from "./model.ts";
import { specsText } from "./tool.ts";

export interface ContextParts {
  readonly model: Model;
  readonly context: Context;
  readonly log: LogState;
  readonly system: string;
  readonly specs: readonly ToolSpec[];
}

/** Estimates; a round whose results are not all in yet is left out, as from a request. */
export function contextSections({ model, context, log, system, specs }: ContextParts): ContextTokens {
  const sizes = { summary: 0, user: 0, assistant: 0, toolResults: 0 };
  for (const [index, entry] of context.messages().entries()) {
    const isSummary = index === 0 && log.summary !== null && log.start > 0;
    sizes[isSummary ? "summary" : sectionOf(entry)] += messageTokens(model, entry);
  }
  return { system: model.estimateText(system), tools: model.estimateText(specsText(specs)), ...sizes };
}

function sectionOf(entry: Message): "user" | "assistant" | "toolResults" {
  if (entry.type === "assistant") return "assistant";
  return entry.type === "toolResult" || (entry.type === "notice" && entry.call) ? "toolResults" : "user";
}
