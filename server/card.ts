/**
 * An agent in a line, folded from its events: the same on the server, in the page and in a replay. Pure and browser-safe.
 */
import type { AgentEvent, AgentState } from "../agent/event.ts";
import { addUsage, noUsage, type ToolDetails } from "../agent/message.ts";
import type { AgentCard, Span, Step } from "./protocol.ts";

export function newCard(label: string, path: string, at: number): AgentCard {
  return {
    label,
    path,
    state: "idle",
    status: "",
    model: null,
    settings: null,
    tool: null,
    running: 0,
    startedAt: at,
    busySince: null,
    workedMs: 0,
    usage: noUsage,
    costUsd: 0,
    rounds: 0,
    asks: 0,
    queued: 0,
    plan: [],
    reason: null,
    error: null,
    suspendedUntil: null,
    persistent: false,
    ended: false,
  };
}

/** The card after an event of its agent; the same object where nothing of it shows. */
export function foldCard(card: AgentCard, event: AgentEvent): AgentCard {
  switch (event.type) {
    case "started":
      return { ...card, model: event.model, settings: event.settings, ended: false };
    case "switched":
      return { ...card, model: event.model, settings: event.settings };
    case "state":
      return inState(card, event.state, event.at);
    case "idle":
      return { ...inState(card, "idle", event.at), reason: event.reason, tool: null, running: 0, suspendedUntil: null };
    case "error":
      return { ...card, error: event.error.message };
    case "callStarted":
      return { ...card, error: null, reason: null, suspendedUntil: null };
    case "suspended":
      return event.waits ? { ...card, suspendedUntil: event.until } : card;
    case "callEnded":
      return { ...card, usage: addUsage(card.usage, event.usage), costUsd: card.costUsd + event.costUsd };
    case "tuned":
      return event.status === undefined ? card : { ...card, status: event.status };
    case "toolStarted":
      return { ...card, tool: event.label, running: card.running + 1 };
    case "toolEnded":
      return { ...card, running: Math.max(0, card.running - 1), tool: card.running > 1 ? card.tool : null };
    default:
      return foldCounts(card, event);
  }
}

function foldCounts(card: AgentCard, event: AgentEvent): AgentCard {
  switch (event.type) {
    case "message":
      if (event.message.type === "user") return { ...card, rounds: 0 };
      if (event.message.type === "toolResult") return planned(card, planOf(event.message.details));
      if (event.message.type !== "assistant") return card;
      return event.message.parts.some((part) => part.type === "toolCall") ? { ...card, rounds: card.rounds + 1 } : card;
    case "asked":
      return { ...card, asks: card.asks + 1 };
    case "answered":
      return { ...card, asks: Math.max(0, card.asks - 1) };
    case "queued":
      return { ...card, queued: card.queued + 1 };
    case "dequeued":
      return { ...card, queued: Math.max(0, card.queued - 1) };
    case "cleared":
      return { ...card, error: null, plan: [] };
    default:
      return card;
  }
}

/** The same card where no plan was told, as foldCard promises. */
function planned(card: AgentCard, plan: AgentCard["plan"] | undefined): AgentCard {
  return plan ? { ...card, plan } : card;
}

const stepStates: Readonly<Record<string, Step["state"]>> = {
  pending: "open",
  in_progress: "doing",
  completed: "done",
};

/** The plan that a result tells, if it tells one. What is no step is left out: the details of results are anybody's. */
export function planOf(details: ToolDetails | undefined): readonly Step[] | undefined {
  if (details?.type !== "custom" || details.name !== "plan" || !Array.isArray(details.data)) return undefined;
  return details.data.flatMap((row): Step[] => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) return [];
    const state = typeof row.status === "string" ? stepStates[row.status] : undefined;
    return state && typeof row.content === "string" ? [{ text: row.content, state }] : [];
  });
}

function inState(card: AgentCard, state: AgentState, at: number): AgentCard {
  const busy = state !== "idle" && state !== "waiting";
  if (busy) return { ...card, state, busySince: card.busySince ?? at };
  const stretch = card.busySince === null ? 0 : at - card.busySince;
  return { ...card, state, busySince: null, workedMs: card.workedMs + Math.max(0, stretch) };
}

/** The agent is gone: what it was is kept. */
export function endCard(card: AgentCard, at: number): AgentCard {
  return {
    ...inState(card, "idle", at),
    tool: null,
    running: 0,
    asks: 0,
    queued: 0,
    suspendedUntil: null,
    ended: true,
  };
}

/**
 * The stretch of time that an event ends, if it ends one; `card` is its agent's. Calls of the model and results of tools
 * say how long they took.
 */
export function spanOf(event: AgentEvent, { state, model }: Pick<AgentCard, "state" | "model">): Span | undefined {
  const { agent, at } = event;
  if (event.type === "callEnded") {
    const kind = state === "compacting" ? "compaction" : "model";
    return { agent, kind, name: model?.model ?? "", startAt: at - event.durationMs, endAt: at, costUsd: event.costUsd };
  }
  if (event.type !== "message") return undefined;
  const { message } = event;
  if (message.type !== "toolResult" && message.type !== "notice") return undefined;
  if (message.durationMs === undefined) return undefined;
  const name = message.type === "toolResult" ? message.name : (message.call?.name ?? "");
  return { agent, kind: "tool", name, startAt: at - message.durationMs, endAt: at, costUsd: 0 };
}
