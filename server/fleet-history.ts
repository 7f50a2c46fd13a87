/** What happened in a fleet beyond any one agent: who worked when, and who said what to whom. Bounded: the oldest goes. */
import type { AgentEvent } from "../agent/event.ts";
import { spanOf } from "./card.ts";
import type { AgentCard, Passing, Span } from "./protocol.ts";

const keptSpans = 20_000;
const keptPassing = 500;
const passingChars = 300;

export interface FleetNews {
  readonly passing?: readonly Passing[];
  readonly spans?: readonly Span[];
}

export class FleetHistory {
  readonly spans: Span[] = [];
  readonly passing: Passing[] = [];
  /** The last call of each agent that no answer has come of: a summary's, where one follows. */
  readonly #unanswered = new Map<string, Span>();
  #newSpans: Span[] = [];
  #newPassing: Passing[] = [];

  /** Takes an event; `card` is its agent's. */
  note(event: AgentEvent, card: AgentCard): void {
    if (event.type === "message" && event.message.type === "assistant") this.#unanswered.delete(event.agent);
    if (event.type === "compacted") this.#noteSummary(event.agent);
    if (event.type === "message" && event.message.type === "peer") {
      const { id: message, from, text } = event.message;
      const passed = { message, from, to: event.agent, text: text.slice(0, passingChars), at: event.at };
      keep(this.passing, passed, keptPassing);
      this.#newPassing.push(passed);
    }
    const span = spanOf(event, card);
    if (!span) return;
    if (span.kind === "model") this.#unanswered.set(event.agent, span);
    keep(this.spans, span, keptSpans);
    this.#newSpans.push(span);
  }

  /** A session's file does not tell that an agent was at its summary; what follows the call does. */
  #noteSummary(agent: string): void {
    const call = this.#unanswered.get(agent);
    this.#unanswered.delete(agent);
    const at = call ? this.spans.lastIndexOf(call) : -1;
    if (call && at >= 0) this.spans[at] = { ...call, kind: "compaction" };
  }

  /** What came since the last call. */
  news(): FleetNews {
    const [passing, spans] = [this.#newPassing, this.#newSpans];
    this.#newPassing = [];
    this.#newSpans = [];
    return { ...(passing.length > 0 ? { passing } : {}), ...(spans.length > 0 ? { spans } : {}) };
  }
}

function keep<T>(list: T[], item: T, limit: number): void {
  list.push(item);
  if (list.length > limit * 1.2) list.splice(0, list.length - limit);
}
