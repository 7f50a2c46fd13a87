/**
 * A server of the Model Context Protocol as a source of tools. It is started when something of it is first wanted, and
 * started again, once, where it is gone when the next call comes. Where an earlier run has kept its list, that is taken for
 * it until it runs. One serves all agents of a session.
 */
import { messageOf } from "../../agent/error.ts";
import { type AnyTool, covers, type ToolContext, type ToolOutput, type ToolSource } from "../../agent/tool.ts";
import { failure, legible } from "../output.ts";
import { Callers } from "./callers.ts";
import type { ServerConfig } from "./config.ts";
import type { Kept, Listings } from "./kept.ts";
import type { Link } from "./link.ts";
import type { Known, ListedCall } from "./listing.ts";
import { groupOf } from "./names.ts";
import type { LoginStore, Visit } from "./oauth.ts";
import type { CallResult } from "./result.ts";
import type { Allowed } from "./sampling.ts";

/** What all servers of a session have around them. */
export interface Surroundings {
  /** Of child processes, without secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** What `${NAME}` in a configuration means. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Absolute paths that servers are told we work in. */
  readonly roots: readonly string[];
  /** Of this program. */
  readonly version: string;
  /** How long a start may take. */
  readonly connectMs: number;
  /** How long a call may be silent where its server's configuration does not say. */
  readonly callMs: number;
  readonly logins?: LoginStore | undefined;
  /** A person who can log in now. */
  readonly visit?: Visit | undefined;
  /** What servers listed in earlier runs; without it each is started to be asked. */
  readonly listings?: Listings | undefined;
  /** Takes sentences that concern no call. */
  readonly note?: ((sentence: string) => void) | undefined;
}

/** A call on a connection. */
export type Use<Result> = (link: Link) => Promise<Result>;

const relistMs = 100;
const maxInstructions = 2_000;
const mostNotes = 10;

export class McpServer implements ToolSource, AsyncDisposable {
  readonly name: string;
  readonly config: ServerConfig;
  /** The middle part of its tools' names. */
  readonly slug: string;
  readonly #around: Surroundings;
  readonly #callers = new Callers();
  readonly #allowed: Allowed = new Set();
  readonly #listeners = new Set<() => void>();
  #tools: readonly AnyTool[] | undefined;
  #known: Known = new Map();
  /** What `#tools` was made from. */
  #kept: Kept | undefined;
  /** It is what an earlier run kept, and the server has not been asked yet. */
  #isOld = false;
  #live: Link | undefined;
  #opening: Promise<readonly AnyTool[]> | undefined;
  #linking: Promise<Link> | undefined;
  #relist: ReturnType<typeof setTimeout> | undefined;
  readonly #noted = new Set<string>();
  readonly #over = new AbortController();

  constructor(config: ServerConfig, slug: string, around: Surroundings) {
    this.name = `the MCP server "${config.name}"`;
    this.config = config;
    this.slug = slug;
    this.#around = around;
  }

  get tools(): readonly AnyTool[] | undefined {
    return this.#tools;
  }

  /** What it says of how it is used, in its own words. */
  get instructions(): string | undefined {
    const text = legible(this.#kept?.instructions ?? "", maxInstructions);
    return text === "" ? undefined : text;
  }

  get isRunning(): boolean {
    return this.#live !== undefined && this.#live.end === undefined;
  }

  get group(): string {
    return groupOf(this.slug);
  }

  mayHave(name: string): boolean {
    return covers(this.group, name);
  }

  open(): Promise<readonly AnyTool[]> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<readonly AnyTool[]> {
    const { listings, cwd } = this.#around;
    const { keyOf } = await import("./kept.ts");
    const kept = await listings?.read(keyOf(this.config, cwd));
    if (!kept || this.isRunning) return this.use((link) => this.#list(link));
    this.#isOld = true;
    return this.#take(kept);
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Does something with the server, which is started where it is not running. Rejects with an `Error` that says why not. */
  async use<Result>(use: Use<Result>): Promise<Result> {
    const { reasonOf } = await import("./failure.ts");
    for (let canRepeat = true; ; canRepeat = false) {
      const { link } = await this.#link();
      try {
        return await use(link);
      } catch (error) {
        if (canRepeat && (await this.#mended(link, error))) continue;
        throw new Error(link.end ?? reasonOf(error, this.config.name), { cause: error });
      }
    }
  }

  /** Whether it makes sense to ask again: the server had forgotten us, or a person has logged in; it did nothing then. */
  async #mended(link: Link, error: unknown): Promise<boolean> {
    const { statusOf } = await import("./failure.ts");
    const status = statusOf(error);
    if (status === 404 || (status === 400 && /session/i.test(messageOf(error)))) {
      await this.#drop(link);
      return true;
    }
    return link.loggedIn(error);
  }

  get callMs(): number {
    return this.config.timeoutMs ?? this.#around.callMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    clearTimeout(this.#relist);
    const link = await this.#linking?.catch(() => undefined);
    await link?.[Symbol.asyncDispose]();
  }

  /** The connection, made where there is none. `lost` says why the one before is gone. */
  async #link(): Promise<{ readonly link: Link; readonly lost: string | undefined }> {
    const before = await this.#linking?.catch(() => undefined);
    if (before && before.end === undefined) return { link: before, lost: undefined };
    if (before) await this.#drop(before);
    if (this.#over.signal.aborted) throw new Error("the session is over");
    this.#linking ??= this.#connect();
    const linking = this.#linking;
    linking.catch(() => {
      if (this.#linking === linking) this.#linking = undefined;
    });
    const link = await linking;
    if (before) this.#changed();
    return { link, lost: before?.end };
  }

  async #connect(): Promise<Link> {
    const { connect } = await import("./link.ts");
    const { config } = this;
    const { roots } = this.#around;
    const link = await connect({
      desk: { config, roots, callers: this.#callers, allowed: this.#allowed },
      around: this.#around,
      onChange: () => this.#changed(),
      signal: this.#over.signal,
    });
    this.#live = link;
    if (this.#isOld) await this.#relisted(link);
    return link;
  }

  async #drop(link: Link): Promise<void> {
    if ((await this.#linking?.catch(() => undefined)) === link) this.#linking = undefined;
    await link[Symbol.asyncDispose]();
  }

  async #list(link: Link): Promise<readonly AnyTool[]> {
    const { listTools } = await import("./listing.ts");
    const tools = await listTools(link, this.#around.connectMs);
    const instructions = link.client.getInstructions();
    const kept: Kept = { tools: [...tools], ...(instructions === undefined ? {} : { instructions }) };
    this.#isOld = false;
    if (this.#tools && JSON.stringify(kept) === JSON.stringify(this.#kept)) return this.#tools;
    const { listings, cwd } = this.#around;
    const { keyOf } = await import("./kept.ts");
    await listings?.write(keyOf(this.config, cwd), kept);
    return this.#take(kept);
  }

  async #take(kept: Kept): Promise<readonly AnyTool[]> {
    const { listingOf } = await import("./listing.ts");
    const server = { name: this.config.name, slug: this.slug };
    const { tools, problems, known } = listingOf(kept.tools, server, (...call) => this.#call(...call), this.#known);
    for (const problem of problems.slice(0, mostNotes)) {
      if (!this.#noted.has(problem)) this.#around.note?.(problem);
      this.#noted.add(problem);
    }
    this.#known = known;
    this.#kept = kept;
    this.#tools = tools;
    return tools;
  }

  /** Changes that come close together are one. */
  #changed(): void {
    if (this.#tools === undefined || this.#over.signal.aborted) return;
    this.#relist ??= setTimeout(async () => {
      this.#relist = undefined;
      const link = await this.#linking?.catch(() => undefined);
      if (link) await this.#relisted(link);
    }, relistMs);
  }

  /** Where the new list cannot be had, the old one stays. */
  async #relisted(link: Link): Promise<void> {
    const before = this.#tools;
    const now = await this.#list(link).catch(() => before);
    if (now !== before) for (const listener of [...this.#listeners]) listener();
  }

  async #call(wanted: ListedCall, context: ToolContext, read: (result: CallResult) => ToolOutput): Promise<ToolOutput> {
    const { signal } = context;
    if (signal.aborted) return failure("The call was stopped before it began.");
    using _ = this.#callers.enter(context);
    try {
      const { lost } = await this.#link();
      const { callTool } = await import("./call.ts");
      const timeout = this.callMs;
      const result = await this.use(({ client }) => callTool(client, { ...wanted, timeout }, context));
      const output = read(result);
      if (lost === undefined) return output;
      const news = `[${sentence(this.name)} was started again before this call: ${lost}.]`;
      return { ...output, text: `${news}\n${output.text}` };
    } catch (error) {
      if (signal.aborted) return failure("The call was stopped; the server was told.");
      return failure(`${sentence(this.name)} did not do it: ${messageOf(error)}.`);
    }
  }
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
