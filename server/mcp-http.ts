/**
 * MCP over streamable HTTP, for clients on this machine: only what addresses this server, comes from no other site and
 * carries the token is let in. Streams can be taken up again where they were cut.
 */
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  type EventStore,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  InitializeRequestSchema,
  type JSONRPCMessage,
  LATEST_PROTOCOL_VERSION,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/sdk/types.js";
import { allowedHosts, baseUrl } from "./hosts.ts";
import { isSame } from "./token.ts";

export interface HttpOptions {
  /** Makes the server of one client. */
  readonly host: () => Server;
  /** 0 means a free one. */
  readonly port: number;
  /** What every request has to carry; undefined lets every client of this machine in. */
  readonly token: string | undefined;
}

export interface McpHttp extends AsyncDisposable {
  readonly url: string;
}

interface Client {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly server: Server;
  /** Of the protocol, as the handshake agreed on it. */
  readonly version: string;
  usedAt: number;
}

const address = "127.0.0.1";
const path = "/mcp";
const versionHeader = "mcp-protocol-version";
const mostClients = 100;
/** When a client that was not heard of makes room for others. */
const idleMs = 3_600_000;
const retryMs = 1_000;

export function serveHttp({ host, port, token }: HttpOptions): McpHttp {
  const clients = new Map<string, Client>();
  const listener: Bun.Server<undefined> = Bun.serve({
    hostname: address,
    port,
    idleTimeout: 0,
    development: false,
    fetch: (request) => refusal(request, listener.port ?? port, token) ?? answer(request),
  });
  const answer = async (request: Request): Promise<Response> => {
    const id = request.headers.get("mcp-session-id");
    const client = id === null ? undefined : clients.get(id);
    if (client) {
      client.usedAt = Date.now();
      return client.transport.handleRequest(agreed(request, client.version));
    }
    if (id !== null) return told(404, "There is no such session.");
    await makeRoom(clients);
    if (clients.size >= mostClients) return told(503, "Too many clients are connected.");
    return welcome(clients, host, request);
  };
  return {
    url: `${baseUrl(address, listener.port ?? port)}${path}`,
    async [Symbol.asyncDispose]() {
      await Promise.all([...clients.values()].map(({ server }) => server.close()));
      await listener.stop(true);
    },
  };
}

/** One that begins with anything but a handshake is turned away by the transport, and is kept nowhere. */
async function welcome(clients: Map<string, Client>, host: () => Server, request: Request): Promise<Response> {
  const version = await wantedVersion(request);
  const server = host();
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => crypto.randomUUID(),
    eventStore: new RecentEvents(),
    retryInterval: retryMs,
    onsessioninitialized: (id) => void clients.set(id, { transport, server, version, usedAt: Date.now() }),
    onsessionclosed: (id) => void clients.delete(id),
  });
  // The SDK's transports do not satisfy its own interface under exactOptionalPropertyTypes.
  const plain: unknown = transport;
  await server.connect(plain as Transport);
  return transport.handleRequest(request);
}

/** What the SDK will agree to. */
async function wantedVersion(request: Request): Promise<string> {
  const body: unknown = await request
    .clone()
    .json()
    .catch(() => undefined);
  const wanted = InitializeRequestSchema.safeParse(body).data?.params.protocolVersion ?? "";
  return SUPPORTED_PROTOCOL_VERSIONS.includes(wanted) ? wanted : LATEST_PROTOCOL_VERSION;
}

/** What the handshake agreed on counts, not what a request says or leaves out; a version that nobody knows is still refused. */
function agreed(request: Request, version: string): Request {
  const said = request.headers.get(versionHeader);
  if (said === version || (said !== null && !SUPPORTED_PROTOCOL_VERSIONS.includes(said))) return request;
  const headers = new Headers(request.headers);
  headers.set(versionHeader, version);
  return new Request(request, { headers });
}

async function makeRoom(clients: Map<string, Client>): Promise<void> {
  for (const [id, { server, usedAt }] of clients) {
    if (clients.size < mostClients && Date.now() - usedAt < idleMs) continue;
    if (Date.now() - usedAt < idleMs) continue;
    clients.delete(id);
    await server.close();
  }
}

/** Undefined where the request may pass. */
function refusal(request: Request, port: number, token: string | undefined): Response | undefined {
  const host = request.headers.get("host") ?? "";
  const origin = request.headers.get("origin");
  if (!allowedHosts(address, port).has(host)) return told(403, "This server does not go by that name.");
  if (origin !== null && origin !== `http://${host}`) return told(403, "No other site is let in.");
  if (new URL(request.url).pathname !== path) return told(404, `MCP is served at ${path}.`);
  const given = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  if (token === undefined || isSame(given, token)) return undefined;
  return told(401, "Send the token: Authorization: Bearer TOKEN.", { "www-authenticate": "Bearer" });
}

const told = (status: number, message: string, headers: Record<string, string> = {}) =>
  Response.json({ jsonrpc: "2.0", error: { code: -32_000, message }, id: null }, { status, headers });

const mostEvents = 2_000;
const mostChars = 8_000_000;

/** What was sent last, so that a client that was cut off finds what it missed. */
class RecentEvents implements EventStore {
  readonly #events: {
    readonly id: string;
    readonly stream: string;
    readonly message: JSONRPCMessage;
    readonly chars: number;
  }[] = [];
  #count = 0;
  #chars = 0;

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    this.#count += 1;
    const id = `${this.#count}`;
    const chars = JSON.stringify(message).length;
    this.#events.push({ id, stream, message, chars });
    this.#chars += chars;
    while (this.#events.length > mostEvents || (this.#chars > mostChars && this.#events.length > 1)) {
      this.#chars -= this.#events.shift()?.chars ?? 0;
    }
    return id;
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#events.find((event) => event.id === id)?.stream;
  }

  async replayEventsAfter(
    last: string,
    { send }: { readonly send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const at = this.#events.findIndex(({ id }) => id === last);
    const stream = this.#events[at]?.stream ?? "";
    for (const event of this.#events.slice(at + 1)) {
      // What only primed the stream says nothing.
      if (event.stream === stream && "jsonrpc" in event.message) await send(event.id, event.message);
    }
    return stream;
  }
}
