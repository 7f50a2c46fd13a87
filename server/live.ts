/**
 * The present moment of an agent: what waits, what the model is saying, which tools run. Told to a client that joins as
 * the events that would have brought it there, so that the page has one way to understand anything.
 */
import { type AgentEvent, type EventOf, type EventType, requeueIn } from "../agent/event.ts";
import type { AssistantMessage, Message } from "../agent/message.ts";

/** Of the live output of a running tool, this much of the end is kept. */
const outputChars = 64 * 1024;

/** Of the present, what outlives a process. */
const lasting: ReadonlySet<EventType> = new Set<EventType>(["queued", "dequeued", "requeued", "tuned"]);

interface GrowingPart {
  readonly started: EventOf<"partStarted">;
  last: EventOf<"delta"> | undefined;
  text: string;
}

interface RunningTool {
  readonly started: EventOf<"toolStarted">;
  readonly outputs: Map<string, EventOf<"toolOutput">>;
  moved: EventOf<"toolDetached" | "toolUndetached"> | undefined;
}

/** Events of which only the newest counts. */
type Latest = EventOf<"state" | "retry" | "suspended" | "limits" | "compactStarted" | "tuned">;

export class Live {
  readonly #queue = new Map<string, EventOf<"queued">>();
  readonly #asks = new Map<string, EventOf<"asked">>();
  readonly #tools = new Map<string, RunningTool>();
  readonly #latest = new Map<string, Latest>();
  #call: EventOf<"callStarted"> | undefined;
  #parts = new Map<number, GrowingPart>();

  /** Questions that wait for a person. */
  get asks(): readonly EventOf<"asked">[] {
    return [...this.#asks.values()];
  }

  /** Takes an event of an earlier process: only what lasts of it counts. */
  replay(event: AgentEvent): void {
    if (lasting.has(event.type)) this.take(event);
  }

  grow(event: EventOf<"delta">): void {
    const part = this.#parts.get(event.part);
    if (!part) return;
    part.text += event.text;
    part.last = event;
  }

  take(event: AgentEvent): void {
    switch (event.type) {
      case "queued":
        return void this.#queue.set(event.queueId, event);
      case "dequeued":
        return void this.#queue.delete(event.queueId);
      case "requeued":
        return this.#requeue(event);
      case "asked":
        return void this.#asks.set(event.askId, event);
      case "answered":
        return void this.#asks.delete(event.askId);
      case "callStarted":
        this.#call = event;
        this.#stopWaiting();
        return this.#parts.clear();
      case "partStarted":
        return void this.#parts.set(event.part, { started: event, last: undefined, text: "" });
      case "partsReset":
        return this.#parts.clear();
      case "message":
        return this.#takeMessage(event.message);
      case "cleared":
        return this.#endCall();
      case "idle":
        this.#tools.clear();
        return this.#endCall();
      case "compacted":
      case "compactFailed":
        return void this.#latest.delete("compactStarted");
      case "suspended":
        if (event.waits) this.#latest.set(event.type, event);
        return;
      case "state":
      case "retry":
      case "limits":
      case "compactStarted":
      case "tuned":
        return void this.#latest.set(event.type, event);
      default:
        return this.#takeTool(event);
    }
  }

  /** The client saw every text and thought of this message grow. */
  holds(message: AssistantMessage): boolean {
    if (this.#call?.message !== message.id) return false;
    return message.parts.every(
      (part, index) => part.type === "toolCall" || (part.text !== "" && this.#parts.get(index)?.text === part.text),
    );
  }

  /** What brings a client that knows the timeline to the present. */
  events(): AgentEvent[] {
    const parts = [...this.#parts.values()].flatMap(({ started, last, text }) =>
      last ? [started, { ...last, text }] : [started],
    );
    const tools = [...this.#tools.values()].flatMap(({ started, outputs, moved }) => [
      started,
      ...(moved ? [moved] : []),
      ...outputs.values(),
    ]);
    const call = this.#call ? [this.#call, ...parts] : [];
    return [...this.#latest.values(), ...this.#queue.values(), ...call, ...tools, ...this.#asks.values()];
  }

  #requeue({ queueId, policy, text, before }: EventOf<"requeued">): void {
    const queued = this.#queue.get(queueId);
    if (queued) requeueIn(this.#queue, { ...queued, policy, text }, queueId, before);
  }

  #takeMessage(message: Message): void {
    if (message.type === "assistant") return this.#endCall();
    if (message.type === "toolResult" && message.kind !== "pending") this.#tools.delete(message.callId);
    if (message.type === "notice" && message.call) this.#tools.delete(message.call.id);
  }

  #endCall(): void {
    this.#call = undefined;
    this.#parts.clear();
    this.#stopWaiting();
  }

  #stopWaiting(): void {
    this.#latest.delete("retry");
    this.#latest.delete("suspended");
  }

  #takeTool(event: AgentEvent): void {
    switch (event.type) {
      case "toolStarted":
        return void this.#tools.set(event.call, { started: event, outputs: new Map(), moved: undefined });
      case "toolOutput": {
        const outputs = this.#tools.get(event.call)?.outputs;
        const text = event.stream === "status" ? event.text : (outputs?.get(event.stream)?.text ?? "") + event.text;
        return void outputs?.set(event.stream, { ...event, text: tail(text) });
      }
      case "toolDetached":
      case "toolUndetached": {
        const tool = this.#tools.get(event.call);
        if (tool) tool.moved = event;
        return;
      }
      case "toolEnded":
        return void this.#tools.delete(event.call);
      default:
        return;
    }
  }
}

/** Cuts seldom, since each cut copies. */
function tail(text: string): string {
  return text.length > 2 * outputChars ? text.slice(-outputChars) : text;
}
