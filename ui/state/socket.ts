/**
 * The page's one connection. It comes back by itself; what was asked and not yet answered is asked again under the same
 * key, and what was followed is followed from where it stopped. Nothing is shown as an error before it has lasted.
 */
import { FrameReader } from "../../server/codec.ts";
import type { ClientFrame, ServerFrame } from "../../server/protocol.ts";

export type Link = "open" | "connecting" | "lost" | "refused";

export interface SocketEvents {
  frame(frame: ServerFrame): void;
  /** A connection has begun: say again what is followed. */
  opened(): void;
  link(link: Link): void;
}

type Keyed = Extract<ClientFrame, { key: string }>;
/** A request before it gets its key. */
export type Request = Keyed extends infer Each ? (Each extends Keyed ? Omit<Each, "key"> : never) : never;

export interface RequestError {
  readonly message: string;
  readonly hint?: string | undefined;
}

const quietMs = 5_000;
const longestWaitMs = 5_000;

export class Socket implements Disposable {
  readonly #url: string;
  readonly #events: SocketEvents;
  readonly #asked = new Map<string, { frame: Keyed; done: (frame: Extract<ServerFrame, { type: "done" }>) => void }>();
  #socket: WebSocket | undefined;
  #tries = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #lostTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(url: string, events: SocketEvents) {
    this.#url = url;
    this.#events = events;
    this.#connect();
    globalThis.addEventListener?.("online", this.#hurry);
    globalThis.document?.addEventListener("visibilitychange", this.#hurry);
  }

  /** Sent if the connection stands; what must not be lost is a request. */
  send(frame: ClientFrame): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** Asks, across cuts, until there is an answer. Rejects with a `RequestError`. */
  request(request: Request): Promise<unknown> {
    const frame = { ...request, key: crypto.randomUUID() } as Keyed;
    return new Promise((resolve, reject) => {
      this.#asked.set(frame.key, {
        frame,
        done: ({ value, error }) => (error ? reject(error) : resolve(value)),
      });
      this.send(frame);
    });
  }

  /** Requests that wait for their answer. */
  get waiting(): number {
    return this.#asked.size;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#lostTimer);
    globalThis.removeEventListener?.("online", this.#hurry);
    globalThis.document?.removeEventListener("visibilitychange", this.#hurry);
    this.#socket?.close();
  }

  readonly #hurry = (): void => {
    if (this.#socket || this.#closed) return;
    clearTimeout(this.#retryTimer);
    this.#connect();
  };

  #connect(): void {
    const reader = new FrameReader();
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#events.link("connecting");
    this.#lostTimer ??= setTimeout(() => this.#events.link("lost"), quietMs);
    socket.onopen = () => {
      this.#tries = 0;
      clearTimeout(this.#lostTimer);
      this.#lostTimer = undefined;
      this.#events.link("open");
      this.#events.opened();
      for (const { frame } of this.#asked.values()) this.send(frame);
    };
    socket.onmessage = ({ data }) => {
      try {
        this.#take(reader.read(String(data)));
      } catch (error) {
        socket.close();
        throw error;
      }
    };
    socket.onclose = () => this.#again(socket);
  }

  #take(frame: ServerFrame): void {
    if (frame.type === "done") {
      const asked = this.#asked.get(frame.key);
      this.#asked.delete(frame.key);
      asked?.done(frame);
    }
    this.#events.frame(frame);
  }

  #again(socket: WebSocket): void {
    if (this.#socket !== socket || this.#closed) return;
    this.#socket = undefined;
    this.#events.link("connecting");
    this.#lostTimer ??= setTimeout(() => this.#events.link("lost"), quietMs);
    const waitMs = Math.min(longestWaitMs, 25 * 2 ** this.#tries) * (0.5 + Math.random() / 2);
    this.#tries += 1;
    this.#retryTimer = setTimeout(() => this.#connect(), waitMs);
  }
}
