/** One session's fleet as the page knows it: pure, from the frames that tell of it. */
import type { AgentCard, OpenAsk, Passing, ServerFrame, Span, TerminalRow } from "../../server/protocol.ts";

export interface FleetView {
  readonly session: string;
  readonly root: string;
  /** By label, in the order in which they began. */
  readonly cards: ReadonlyMap<string, AgentCard>;
  readonly asks: readonly OpenAsk[];
  readonly passing: readonly Passing[];
  readonly spans: readonly Span[];
  readonly terminals: readonly TerminalRow[];
}

const keptPassing = 500;
const keptSpans = 20_000;

export function fromJoined(frame: Extract<ServerFrame, { type: "joined" }>, before?: FleetView): FleetView {
  const { session, root, cards, asks, passing, spans } = frame;
  const terminals = before?.session === session ? before.terminals : [];
  return { session, root, cards: new Map(cards.map((card) => [card.label, card])), asks, passing, spans, terminals };
}

export function applyFleet(view: FleetView, frame: Extract<ServerFrame, { type: "fleet" | "terminals" }>): FleetView {
  if (frame.session !== view.session) return view;
  if (frame.type === "terminals") return { ...view, terminals: frame.terminals };
  const cards = new Map(view.cards);
  for (const card of frame.cards) cards.set(card.label, card);
  return {
    ...view,
    cards: frame.cards.length > 0 ? cards : view.cards,
    asks: frame.asks ?? view.asks,
    passing: frame.passing ? [...view.passing, ...frame.passing].slice(-keptPassing) : view.passing,
    spans: frame.spans ? [...view.spans, ...frame.spans].slice(-keptSpans) : view.spans,
  };
}

/** The labels that lead from the root to an agent. */
export function lineage(card: AgentCard): readonly string[] {
  return card.path.split("/");
}
