/** What happened in a fleet beyond any one agent: who worked when, and who said what to whom. Bounded: the oldest goes. */
import type { AgentEvent } from "../agent/event.ts";
import { spanOf } from "./card.ts";
import type { Passing, Span } from "./protocol.ts";

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
  #newSpans: Span[] = [];
  #newPassing: Passing[] = [];

  /** Takes an event; `model` is its agent's. */
  note(event: AgentEvent, model: string): void {
    if (event.type === "message" && event.message.type === "peer") {
      const { from, text } = event.message;
      const passed = { from, to: event.agent, text: text.slice(0, passingChars), at: event.at };
      keep(this.passing, passed, keptPassing);
      this.#newPassing.push(passed);
    }
    const span = spanOf(event, model);
    if (!span) return;
    keep(this.spans, span, keptSpans);
    this.#newSpans.push(span);
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
