/**
 * Our tools for programs that take tools as MCP servers only: one listener on 127.0.0.1 for the process, started when
 * first needed, with a place of its own for every conversation, behind a secret path and a bearer token.
 */

import { timingSafeEqual } from "node:crypto";
import type { Server as MCPServer } from "@modelcontextprotocol/sdk/server/index.js";
import type { CallToolRequest, CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { messageOf } from "../../agent/error.ts";
import type { ToolSpec } from "../../agent/model.ts";
import type { CallAnswer } from "./link.ts";

/** The name that programs know our tools by. */
export const bridgeName = "sagent";

/** A call as it comes in. `key` is the program's own id of it, where it tells one. */
export interface BridgeCall {
  readonly key: string | undefined;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Aborts when the program no longer waits. */
  readonly signal: AbortSignal;
}

export interface BridgeOptions {
  readonly tools: readonly ToolSpec[];
  /** Answers one call, however late; a throw is told as a failed call. */
  readonly onCall: (call: BridgeCall) => Promise<CallAnswer>;
}

/** Where one program finds the tools; disposing it turns everybody away from there. */
export interface Mount extends Disposable {
  readonly url: string;
  readonly token: string;
  /** Resolves when the program has been told of the tools. */
  readonly listed: Promise<void>;
}

interface Place {
  readonly token: string;
  readonly handle: (request: Request) => Promise<Response>;
}

const places = new Map<string, Place>();
let listener: Bun.Server<undefined> | undefined;

/** Says that a call is still being worked on, for programs that give up on silent ones. */
const progressMs = 15_000;

export async function mountBridge(options: BridgeOptions): Promise<Mount> {
  const load = await Promise.all([
    import("@modelcontextprotocol/sdk/server/index.js"),
    import("@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js"),
    import("@modelcontextprotocol/sdk/types.js"),
  ]);
  const [{ Server }, { WebStandardStreamableHTTPServerTransport }, { ListToolsRequestSchema, CallToolRequestSchema }] =
    load;
  const listed = Promise.withResolvers<void>();
  const handle = async (request: Request): Promise<Response> => {
    // Without a session there is nothing to stream from this side, and nothing to end.
    if (request.method !== "POST") return new Response(null, { status: 405, headers: { allow: "POST" } });
    const server: MCPServer = new Server({ name: bridgeName, version: "1" }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, () => {
      listed.resolve();
      return { tools: options.tools.map(describe) };
    });
    server.setRequestHandler(CallToolRequestSchema, async (call, { signal, sendNotification }) => {
      const tell = progressTeller(call, (progress, progressToken) =>
        sendNotification({ method: "notifications/progress", params: { progress, progressToken } }),
      );
      using _ = tell;
      return runCall(call, signal, options);
    });
    const transport = new WebStandardStreamableHTTPServerTransport({});
    await server.connect(transport);
    return transport.handleRequest(request);
  };
  const path = secret();
  const token = secret();
  places.set(path, { token, handle });
  listener ??= listen();
  return {
    url: `http://127.0.0.1:${listener.port}/${path}`,
    token,
    listed: listed.promise,
    [Symbol.dispose]: () => void places.delete(path),
  };
}

const secret = () => Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");

/** Never taken down: it costs nothing while nobody asks, and does not keep the process alive. */
function listen(): Bun.Server<undefined> {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    development: false,
    fetch(request) {
      const place = places.get(new URL(request.url).pathname.slice(1));
      if (!place || request.headers.has("origin")) return new Response("Not found", { status: 404 });
      if (!bears(request, place.token)) return new Response("Unauthorized", { status: 401 });
      return place.handle(request);
    },
  });
  server.unref();
  return server;
}

function bears(request: Request, token: string): boolean {
  const given = Buffer.from(request.headers.get("authorization") ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function describe({ name, description, schema }: ToolSpec) {
  return { name, description, inputSchema: { ...schema, type: "object" as const } };
}

async function runCall(
  { params }: CallToolRequest,
  signal: AbortSignal,
  options: BridgeOptions,
): Promise<CallToolResult> {
  const { name, arguments: args = {}, _meta: meta } = params;
  const key = meta?.["claudecode/toolUseId"];
  try {
    const { blocks, isError } = await options.onCall({
      key: typeof key === "string" ? key : undefined,
      name,
      args,
      signal,
    });
    const content = blocks.map((block) =>
      block.type === "text" ? block : { type: "image" as const, mimeType: block.mime, data: block.data },
    );
    return { content, isError };
  } catch (error) {
    return { content: [{ type: "text", text: messageOf(error) }], isError: true };
  }
}

function progressTeller(
  { params }: CallToolRequest,
  tell: (progress: number, token: string | number) => Promise<void>,
): Disposable {
  const token = params._meta?.progressToken;
  let progress = 0;
  const timer = setInterval(() => {
    if (token !== undefined) void tell(++progress, token).catch(() => {});
  }, progressMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
