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

/** Silence after which the other end is asked for a sign, and how long it has for one. */
export interface Patience {
  readonly silentMs: number;
  readonly answerMs: number;
  /** How long a cut lasts before it is told. */
  readonly lostMs: number;
}

const usual: Patience = { silentMs: 20_000, answerMs: 4_000, lostMs: 5_000 };
/** After so many tries in vain it is asked whether the page is let in at all. */
const triesBeforeProbe = 4;
const longestWaitMs = 5_000;

export class Socket implements Disposable {
  readonly #url: string;
  readonly #events: SocketEvents;
  readonly #asked = new Map<string, { frame: Keyed; done: (frame: Extract<ServerFrame, { type: "done" }>) => void }>();
  #socket: WebSocket | undefined;
  #link: Link = "connecting";
  #tries = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #lostTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  readonly #patience: Patience;
  #heardAt = 0;
  #pulse: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, events: SocketEvents, patience = usual) {
    this.#patience = patience;
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
    clearTimeout(this.#pulse);
    globalThis.removeEventListener?.("online", this.#hurry);
    globalThis.document?.removeEventListener("visibilitychange", this.#hurry);
    this.#socket?.close();
  }

  /** The network is back, or the person: a connection that slept may be dead without having been told. */
  readonly #hurry = (): void => {
    if (this.#closed) return;
    if (this.#socket?.readyState === WebSocket.OPEN) return this.#feel(this.#socket, 0);
    if (this.#socket) return;
    clearTimeout(this.#retryTimer);
    this.#connect();
  };

  /** Asks for a sign once nothing was heard for a while, and gives the connection up where none comes. */
  #feel(socket: WebSocket, afterMs = this.#patience.silentMs): void {
    const { silentMs, answerMs } = this.#patience;
    clearTimeout(this.#pulse);
    this.#pulse = setTimeout(() => {
      if (this.#socket !== socket) return;
      const silentFor = performance.now() - this.#heardAt;
      if (afterMs > 0 && silentFor < silentMs) return this.#feel(socket, silentMs - silentFor);
      const askedAt = performance.now();
      this.send({ type: "ping" });
      this.#pulse = setTimeout(() => {
        if (this.#heardAt >= askedAt) return this.#feel(socket);
        socket.onclose = null;
        socket.onmessage = null;
        socket.close();
        this.#again(socket);
      }, answerMs);
    }, afterMs);
  }

  #connect(): void {
    const reader = new FrameReader();
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#seek();
    socket.onopen = () => {
      this.#tries = 0;
      this.#heardAt = performance.now();
      this.#feel(socket);
      this.#tell("open");
      this.#events.opened();
      for (const { frame } of this.#asked.values()) this.send(frame);
    };
    socket.onmessage = ({ data }) => {
      this.#heardAt = performance.now();
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
    this.#seek();
    const waitMs = Math.min(longestWaitMs, 25 * 2 ** this.#tries) * (0.5 + Math.random() / 2);
    this.#tries += 1;
    if (this.#tries === triesBeforeProbe) void this.#probe();
    this.#retryTimer = setTimeout(() => this.#connect(), waitMs);
  }

  /** A server that answers but refuses has another token: trying again is in vain until the person has a new link. */
  async #probe(): Promise<void> {
    const health = this.#url.replace(/^ws/, "http").replace(/\/api\/socket$/, "/api/health");
    const status = await fetch(health).then(
      (answer) => answer.status,
      () => 0,
    );
    if ((status === 401 || status === 403) && !this.#socket?.readyState) this.#tell("refused");
  }

  /** What was told of a cut stays told until it is over. */
  #seek(): void {
    if (this.#link === "lost" || this.#link === "refused") return;
    this.#tell("connecting");
    this.#lostTimer ??= setTimeout(() => this.#tell("lost"), this.#patience.lostMs);
  }

  #tell(link: Link): void {
    if (link !== "connecting") {
      clearTimeout(this.#lostTimer);
      this.#lostTimer = undefined;
    }
    this.#link = link;
    this.#events.link(link);
  }
}
