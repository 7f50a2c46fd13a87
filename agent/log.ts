/**
 * An agent's append-only log and its one stream of events. Entries are stored as they came. Whatever is emitted gets
 * the next `seq`, changes the state through the same reducer that a replay uses, goes to the session file if it is
 * durable, and then to every observer in order.
 */
import type { AskId } from "./ask.ts";
import type { Clock } from "./clock.ts";
import { type AgentEvent, durable, type EventBody } from "./event.ts";
import { emptyLogState, type LogState, reduce } from "./log-state.ts";
import type { Entry } from "./machine-state.ts";
import type { CallId, Message, MessageId } from "./message.ts";

export type Observer = (event: AgentEvent) => void;

/** Where durable events go; `Session` is one. */
export interface EventSink {
  append(event: AgentEvent): void;
}

export interface LogOptions {
  readonly agent: string;
  /** Labels from the root down; undefined for a root. */
  readonly path?: string | undefined;
  readonly clock: Clock;
  readonly state?: LogState;
  readonly sink?: EventSink | undefined;
}

export class Log {
  readonly state: LogState;
  readonly #options: LogOptions;
  #observers: readonly Observer[] = [];
  #seq: number;
  #nextCall = 1;
  #nextAsk = 1;

  constructor(options: LogOptions) {
    this.#options = options;
    this.state = options.state ?? emptyLogState();
    this.#seq = this.state.lastSeq;
  }

  /** Number of the last event. */
  get seq(): number {
    return this.#seq;
  }

  emit(body: EventBody): AgentEvent {
    const { agent, path, clock, sink } = this.#options;
    this.#seq += 1;
    const place = path === undefined ? { agent } : { agent, path };
    const event: AgentEvent = { ...body, seq: this.#seq, ...place, at: clock.now() };
    reduce(this.state, event);
    if (durable.has(event.type)) sink?.append(event);
    for (const observer of this.#observers) notify(observer, event);
    return event;
  }

  /** Adds an entry; it gets the next id and the present time. */
  append(entry: Entry, id: MessageId = this.nextMessageId()): Message {
    const message: Message = { ...entry, id, at: this.#options.clock.now() };
    this.emit({ type: "message", message });
    return message;
  }

  /** The id that the next entry will have. */
  nextMessageId(): MessageId {
    return `m${this.state.nextMessage}`;
  }

  /** A call id never given before. An answer that came too late takes its own with it, so the state does not count them. */
  nextCallId(): CallId {
    const next = Math.max(this.#nextCall, this.state.nextCall);
    this.#nextCall = next + 1;
    return `c${next}`;
  }

  /** An ask id never given before. */
  nextAskId(): AskId {
    const next = Math.max(this.#nextAsk, this.state.nextAsk);
    this.#nextAsk = next + 1;
    return `a${next}`;
  }

  /** Observers are called in order of subscription; one that throws does not keep the others from hearing. */
  subscribe(observer: Observer): Disposable {
    this.#observers = [...this.#observers, observer];
    return {
      [Symbol.dispose]: () => {
        this.#observers = this.#observers.filter((each) => each !== observer);
      },
    };
  }
}

/** An observer that throws is reported as a warning; it stops nothing. */
export function notify(observer: Observer, event: AgentEvent): void {
  try {
    observer(event);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error), { code: "SAGENT_OBSERVER" });
  }
}
