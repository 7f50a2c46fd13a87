/** The Socket Mode of a fake Slack: single-use addresses, envelopes that must be acknowledged in time, connections that end. */
import type { Server, ServerWebSocket, WebSocketHandler } from "bun";
import { isObject, parseJson } from "./fake-json.ts";

export interface Ticket {
  readonly id: string;
}

type Socket = ServerWebSocket<Ticket>;

interface Envelope {
  readonly envelope_id: string;
  readonly payload: unknown;
  attempts: number;
  timer: Timer | undefined;
}

/** Slack sends again what is not acknowledged by then. */
const ackMs = 3_000;

export class FakeSockets implements Disposable {
  readonly #problem: (words: string) => void;
  readonly #tickets = new Set<string>();
  readonly #open: Socket[] = [];
  readonly #unacknowledged = new Map<string, Envelope>();
  readonly #acknowledged = new Set<string>();
  #count = 0;
  /** Envelopes that were acknowledged, in order. */
  readonly acks: string[] = [];
  /** Connections that were ever made. */
  connections = 0;
  /** False: the answers to acknowledgements get lost, so that envelopes are sent again. */
  takesAcks = true;

  constructor(problem: (words: string) => void) {
    this.#problem = problem;
  }

  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  /** Everything that was sent has been acknowledged. */
  get isSettled(): boolean {
    return this.#unacknowledged.size === 0;
  }

  ticket(host: string): string {
    const id = `ticket-${++this.#count}`;
    this.#tickets.add(id);
    return `ws://${host}/link?ticket=${id}`;
  }

  accept(request: Request, server: Server<Ticket>): Response | undefined {
    const id = new URL(request.url).searchParams.get("ticket") ?? "";
    if (!this.#tickets.delete(id)) {
      this.#problem(`the address ${id} was used twice, or was never given`);
      return new Response("", { status: 401 });
    }
    return server.upgrade(request, { data: { id } }) ? undefined : new Response("", { status: 400 });
  }

  readonly handlers: WebSocketHandler<Ticket> = {
    open: (socket) => {
      this.connections++;
      this.#open.push(socket);
      const info = { type: "hello", num_connections: this.#open.length, connection_info: { app_id: "A0FAKE" } };
      socket.send(JSON.stringify({ ...info, debug_info: { approximate_connection_time: 18060 } }));
      for (const envelope of this.#unacknowledged.values()) this.#send(envelope);
    },
    message: (_, text) => this.#hear(String(text)),
    close: (socket) => {
      this.#open.splice(this.#open.indexOf(socket), 1);
    },
  };

  /** Wraps an event as Slack does and sends it on the newest connection, now or once there is one. */
  deliver(event: Record<string, unknown>, eventId = `Ev${++this.#count}`): void {
    const payload = { type: "event_callback", team_id: "T0FAKE", event_id: eventId, event_time: 1, event };
    const envelope: Envelope = { envelope_id: crypto.randomUUID(), payload, attempts: 0, timer: undefined };
    this.#unacknowledged.set(envelope.envelope_id, envelope);
    this.#send(envelope);
  }

  /** Says that the connections are about to end; the client makes another. */
  warn(reason: "warning" | "refresh_requested" | "link_disabled"): void {
    for (const socket of [...this.#open]) socket.send(JSON.stringify({ type: "disconnect", reason, debug_info: {} }));
  }

  /** Ends all connections without a word. */
  cut(): void {
    for (const socket of [...this.#open]) socket.terminate();
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#unacknowledged.values()) clearTimeout(timer);
    this.#unacknowledged.clear();
  }

  #send(envelope: Envelope): void {
    const socket = this.#open.at(-1);
    if (!socket) return;
    const { envelope_id, payload } = envelope;
    const retry = envelope.attempts > 0 ? { retry_attempt: envelope.attempts, retry_reason: "timeout" } : {};
    envelope.attempts++;
    socket.send(
      JSON.stringify({ envelope_id, type: "events_api", accepts_response_payload: false, ...retry, payload }),
    );
    clearTimeout(envelope.timer);
    envelope.timer = setTimeout(() => {
      if (this.takesAcks && this.#open.includes(socket))
        this.#problem(`an envelope was not acknowledged within ${ackMs} ms`);
      this.#send(envelope);
    }, ackMs);
  }

  #hear(text: string): void {
    const message = parseJson(text);
    const id = isObject(message) ? message.envelope_id : undefined;
    const envelope = typeof id === "string" ? this.#unacknowledged.get(id) : undefined;
    if (typeof id !== "string" || (!envelope && !this.#acknowledged.has(id))) {
      this.#problem(`a frame that acknowledges nothing: ${text}`);
      return;
    }
    if (!this.takesAcks || !envelope) return;
    clearTimeout(envelope.timer);
    this.#unacknowledged.delete(id);
    this.#acknowledged.add(id);
    this.acks.push(id);
  }
}
