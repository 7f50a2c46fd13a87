/**
 * The fake server on real HTTP: streamable, with sessions, and the older SSE. Its faults are those of networks and of the
 * servers behind them.
 */
import { FakeMcp, type Message } from "./fake-mcp.ts";

export interface HttpFaults {
  /** Every request is answered so. */
  answer?: () => Response;
  /** Streams of calls end before their answer. */
  cut?: boolean;
  /** Nothing but the older SSE is spoken. */
  old?: boolean;
  /** What requests have to carry. */
  key?: string;
}

type Push = (text: string) => void;

export class FakeMcpHttp implements AsyncDisposable {
  readonly violations: string[] = [];
  readonly faults: HttpFaults;
  /** Headers of every request. */
  readonly seen: Headers[] = [];
  readonly #sessions = new Map<string, Session>();
  readonly #server: Bun.Server<undefined>;
  /** Sessions that were ended by their client. */
  ended = 0;

  constructor(faults: HttpFaults = {}) {
    this.faults = faults;
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 0,
      fetch: (request) => this.#route(request),
    });
  }

  get url(): string {
    return `${this.#server.url.origin}/${this.faults.old ? "sse" : "mcp"}`;
  }

  /** As when the server was started anew. */
  forget(): void {
    this.#sessions.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
    for (const { fake } of this.#sessions.values()) this.violations.push(...fake.violations);
    if (this.violations.length > 0) throw new Error(this.violations.join("\n"));
  }

  async #route(request: Request): Promise<Response> {
    this.seen.push(request.headers);
    const { pathname, searchParams } = new URL(request.url);
    if (this.faults.answer) return this.faults.answer();
    const { key } = this.faults;
    if (key !== undefined && request.headers.get("authorization") !== `Bearer ${key}`) {
      return new Response("No.", { status: 401, headers: { "www-authenticate": "Bearer" } });
    }
    if (this.faults.old) return this.#old(request, pathname, searchParams.get("session") ?? "");
    if (pathname !== "/mcp") return new Response(null, { status: 404 });
    return this.#streamable(request);
  }

  async #streamable(request: Request): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    const known = id === null ? undefined : this.#sessions.get(id);
    if (id !== null && !known) return new Response("Session not found", { status: 404 });
    if (request.method === "DELETE") {
      this.ended += 1;
      return new Response(null, { status: 204 });
    }
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const message = (await request.json()) as Message;
    const session = known ?? this.#begin();
    if (known && request.headers.get("mcp-protocol-version") !== "2025-11-25") {
      this.violations.push("no protocol version");
    }
    const headers = { "content-type": "text/event-stream", "mcp-session-id": session.id };
    if (message.id === undefined || message.method === undefined) {
      await session.fake.receive(message);
      return new Response(null, { status: 202, headers });
    }
    const { id: about } = message;
    const stream = eventStream((push) => session.streams.set(about, push));
    if (this.faults.cut && message.method === "tools/call") session.end(about);
    else void session.fake.receive(message).then(() => session.endIfAnswered(about));
    return new Response(stream, { headers });
  }

  async #old(request: Request, pathname: string, id: string): Promise<Response> {
    if (pathname === "/sse" && request.method === "GET") {
      const session = this.#begin();
      const stream = eventStream((push) => {
        session.all = push;
        push(`event: endpoint\ndata: /messages?session=${session.id}\n\n`);
      });
      return new Response(stream, { headers: { "content-type": "text/event-stream" } });
    }
    if (pathname !== "/messages" || request.method !== "POST") return new Response(null, { status: 405 });
    const session = this.#sessions.get(id);
    if (!session) return new Response(null, { status: 404 });
    void session.fake.receive(await request.json());
    return new Response("Accepted", { status: 202 });
  }

  #begin(): Session {
    const session = new Session();
    this.#sessions.set(session.id, session);
    return session;
  }
}

class Session {
  readonly id = crypto.randomUUID();
  /** What writes to the stream of a request. */
  readonly streams = new Map<string | number, Push | undefined>();
  /** What writes to the one stream of the older kind. */
  all: Push | undefined;
  readonly #answered = new Set<string | number>();
  readonly fake = new FakeMcp({ send: (message, about) => this.#send(message, about) });

  end(about: string | number): void {
    this.streams.get(about)?.("");
    this.streams.delete(about);
  }

  endIfAnswered(about: string | number): void {
    if (this.#answered.has(about)) this.end(about);
  }

  #send(message: Message, about?: string | number): void {
    const event = `event: message\ndata: ${JSON.stringify(message)}\n\n`;
    if (this.all) return this.all(event);
    if (about !== undefined) this.streams.get(about)?.(event);
    if (about !== undefined && message.method === undefined) this.#answered.add(about);
  }
}

/** An empty text ends it. */
function eventStream(take: (push: Push) => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      take((text) => (text === "" ? controller.close() : controller.enqueue(Buffer.from(text))));
    },
  });
}
