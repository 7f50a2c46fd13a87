/** One connection to a server, from the handshake to its end. */
import { auth, UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { FetchLike, Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { ConfigError, messageOf } from "../../agent/error.ts";
import { expanded, type Reach } from "./config.ts";
import { LoginNeededError, reasonOf, statusOf } from "./failure.ts";
import { serverFetch } from "./http.ts";
import { type LoginProvider, loginProvider, renewingFetch } from "./oauth.ts";
import { answerRequests, capabilities, type Desk } from "./requests.ts";
import type { Surroundings } from "./server.ts";
import { StdioTransport } from "./stdio.ts";

type Http = Extract<Reach, { url: string }>;
type HttpTransport = StreamableHTTPClientTransport | SSEClientTransport;

export interface Link extends AsyncDisposable {
  readonly client: Client;
  /** Why it is gone, as the part of a sentence; undefined while it is there. */
  readonly end: string | undefined;
  /** Where the server wanted another login of a person who was sent there: waits for that. False where there is none. */
  loggedIn(error: unknown): Promise<boolean>;
}

export interface LinkOptions {
  readonly desk: Desk;
  readonly around: Surroundings;
  /** The server's list of tools is another. */
  readonly onChange: () => void;
  /** Gives up what is still being started. */
  readonly signal: AbortSignal;
}

/** Rejects with an `Error` whose message is the reason, as the part of a sentence. */
export async function connect(options: LinkOptions): Promise<Link> {
  const { config } = options.desk;
  try {
    const reach = expanded(config.reach, options.around.variables);
    return reach.type === "stdio" ? await connectChild(reach, options) : await connectHttp(reach, options);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new Error(reasonOf(error, config.name), { cause: error });
  }
}

async function connectChild(reach: Extract<Reach, { type: "stdio" }>, options: LinkOptions): Promise<Link> {
  const { around } = options;
  const transport = new StdioTransport({
    argv: [reach.command, ...reach.args],
    cwd: reach.cwd ?? around.cwd,
    env: { ...around.env, ...reach.env },
    secrets: reach.env,
  });
  const link = new OpenLink(transport, options, () => transport.epitaph);
  try {
    await link.begin();
    return link;
  } catch (error) {
    const wasGone = link.end;
    await transport.close();
    if (wasGone !== undefined) throw new Error(wasGone, { cause: error });
    const words = transport.lastWords;
    throw words === "" ? error : new Error(`${messageOf(error)}; it had said: ${words}`, { cause: error });
  }
}

async function connectHttp(reach: Http, options: LinkOptions): Promise<Link> {
  const provider = await providerFor(reach, options);
  const isOld = reach.type === "sse";
  try {
    return await reachHttp(reach, isOld, provider, options);
  } catch (error) {
    if (isOld || ![400, 404, 405].includes(statusOf(error) ?? 0)) throw error;
    return reachHttp(reach, true, provider, options).catch((second: unknown) => {
      const wantsLogin = second instanceof LoginNeededError || second instanceof UnauthorizedError;
      throw wantsLogin ? second : error;
    });
  }
}

async function reachHttp(
  reach: Http,
  isOld: boolean,
  provider: LoginProvider | undefined,
  options: LinkOptions,
): Promise<Link> {
  const url = new URL(reach.url);
  const renewing = renewingFetch(serverFetch(reach.url, reach.headers), reach.url, options.around.logins);
  const fetch: FetchLike = async (target, init) => {
    const response = await renewing(target, init);
    provider?.hear(response);
    return response;
  };
  const more = { fetch, ...(provider ? { authProvider: provider } : {}) };
  for (let canLogIn = options.around.visit !== undefined; ; canLogIn = false) {
    const transport = isOld ? new SSEClientTransport(url, more) : new StreamableHTTPClientTransport(url, more);
    const link = new OpenLink(transport, options, () => "the connection was closed");
    try {
      await link.begin();
      return link;
    } catch (error) {
      const isAgain = canLogIn && (await link.loggedIn(error));
      await link[Symbol.asyncDispose]();
      if (!isAgain) throw error;
    }
  }
}

/** None where the person gave a key: a login would take its place. */
async function providerFor(reach: Http, { desk, around }: LinkOptions): Promise<LoginProvider | undefined> {
  const { logins, visit } = around;
  const hasKey = Object.keys(reach.headers).some((name) => name.toLowerCase() === "authorization");
  if (hasKey || !logins) return undefined;
  const { name } = desk.config;
  const provider = await loginProvider({
    name,
    url: reach.url,
    store: logins,
    oauth: reach.oauth,
    visit,
    place: around,
  });
  const wanted = visit && (await logins.read(reach.url))?.wanted;
  if (wanted === undefined || !visit) return provider;
  const fetchFn = serverFetch(reach.url, reach.headers);
  const result = await auth(provider, { serverUrl: reach.url, scope: wanted, fetchFn });
  if (result === "REDIRECT")
    await auth(provider, { serverUrl: reach.url, authorizationCode: await visit.code(), fetchFn });
  return provider;
}

class OpenLink implements Link {
  readonly client: Client;
  readonly #transport: HttpTransport | StdioTransport;
  readonly #options: LinkOptions;
  readonly #why: () => string;
  #end: string | undefined;

  constructor(transport: HttpTransport | StdioTransport, options: LinkOptions, why: () => string) {
    const { around, desk } = options;
    this.#transport = transport;
    this.#options = options;
    this.#why = why;
    this.client = new Client({ name: "sagent", version: around.version }, { capabilities });
    answerRequests(this.client, desk);
    this.client.setNotificationHandler(ToolListChangedNotificationSchema, () => options.onChange());
  }

  get end(): string | undefined {
    return this.#end;
  }

  async begin(): Promise<void> {
    const { client } = this;
    client.onclose = () => {
      this.#end ??= this.#why();
    };
    client.onerror = (error) => this.#hear(error);
    // The SDK's transports do not satisfy its own interface under exactOptionalPropertyTypes.
    const transport: unknown = this.#transport;
    const { around, signal } = this.#options;
    await client.connect(transport as Transport, { timeout: around.connectMs, signal });
    if (client.getServerCapabilities()?.logging) await client.setLoggingLevel("info").catch(() => {});
  }

  /** What came over a connection that does not come back will not be answered. */
  #hear(error: Error): void {
    const isLost =
      this.#transport instanceof SSEClientTransport
        ? statusOf(error) !== undefined || error.name === "SseError"
        : /^Maximum reconnection attempts/.test(error.message);
    if (!isLost) return;
    this.#end ??= "the connection was lost";
    void this.client.close();
  }

  async loggedIn(error: unknown): Promise<boolean> {
    const { visit } = this.#options.around;
    const cause = error instanceof Error && error.cause instanceof UnauthorizedError ? error.cause : error;
    if (!visit || !(cause instanceof UnauthorizedError) || this.#transport instanceof StdioTransport) return false;
    await this.#transport.finishAuth(await visit.code());
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end ??= "it was closed";
    if (this.#transport instanceof StreamableHTTPClientTransport && this.#transport.sessionId !== undefined) {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, farewellMs);
      await Promise.race([this.#transport.terminateSession().catch(() => {}), late]);
      clearTimeout(timer);
    }
    await this.client.close().catch(() => {});
    await this.#transport.close().catch(() => {});
  }
}

/** How long a server has to take note of our leaving. */
const farewellMs = 1_000;
