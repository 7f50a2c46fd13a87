/** The language servers of a session: found when they are wanted, shared by all agents, ended with the session. */
import { extname } from "node:path";
import type { Workspace } from "../../agent/tool.ts";
import { canonicalPath } from "../path.ts";
import { GoneError, LanguageServerError, StoppedError } from "./errors.ts";
import { type FoundServer, findServer } from "./find.ts";
import { LanguageServer, type ServerTimes } from "./server.ts";
import { type DeclaredBy, loadServers, type ServerTable } from "./user-servers.ts";

export interface PoolOptions {
  /** Where servers are declared, beside those that are known. */
  readonly declared?: Partial<DeclaredBy>;
  readonly times?: Partial<PoolTimes>;
}

export interface PoolTimes extends ServerTimes {
  /** A server that nobody asked anything for so long is ended. */
  readonly idleMs: number;
  /** How long a first question waits for a server that still reads the project. */
  readonly workMs: number;
}

const usualTimes: PoolTimes = { startMs: 60_000, requestMs: 30_000, idleMs: 15 * 60_000, workMs: 60_000 };
/** A server that ended by itself so often is not started any more. */
const mostEnds = 3;
/** A server that has only just started has not said yet what it is busy with. */
const firstWordMs = 200;
/** What is found, or not, is found so long without looking. */
const foundMs = 30_000;

interface Entry {
  server: LanguageServer;
  usedAt: number;
}

export interface Asking {
  readonly signal: AbortSignal;
  readonly tell?: (news: string) => void;
}

export class LspPool implements AsyncDisposable {
  readonly times: PoolTimes;
  readonly #declared: DeclaredBy;
  readonly #tables = new Map<string, Promise<ServerTable>>();
  readonly #entries = new Map<string, Entry>();
  /** How each server ended by itself, and how often. */
  readonly #ends = new Map<string, { readonly times: number; readonly how: string }>();
  readonly #found = new Map<string, { readonly found: FoundServer | undefined; readonly at: number }>();
  readonly #sweeper: ReturnType<typeof setInterval>;
  #isClosed = false;

  constructor({ declared = {}, times = {} }: PoolOptions = {}) {
    this.times = { ...usualTimes, ...times };
    this.#declared = { own: [], isTrusted: async () => false, ...declared };
    this.#sweeper = setInterval(() => this.#sweep(), Math.max(20, this.times.idleMs / 10));
    this.#sweeper.unref();
  }

  /** All that live. */
  get servers(): readonly LanguageServer[] {
    return [...this.#entries.values()].map(({ server }) => server).filter((server) => !server.isGone);
  }

  isTrusted(root: string): Promise<boolean> {
    return this.#declared.isTrusted(root);
  }

  /** What could not be obeyed of what is declared for a workspace. */
  async notes({ root }: Workspace): Promise<readonly string[]> {
    return (await this.#table(root)).notes;
  }

  /** The server that there is for a file, running or not. `file` is canonical. */
  async find(file: string, workspace: Workspace): Promise<FoundServer | undefined> {
    const root = canonicalPath(workspace.root);
    const key = `${file.slice(0, file.lastIndexOf("/"))}\0${extname(file)}\0${root}`;
    const known = this.#found.get(key);
    if (known && performance.now() - known.at < foundMs) return known.found;
    const { specs } = await this.#table(workspace.root);
    const found = findServer(file, specs, { root, env: workspace.env });
    if (this.#found.size > 10_000) this.#found.clear();
    this.#found.set(key, { found, at: performance.now() });
    return found;
  }

  /** The server of a file if it can be asked at once. */
  async running(file: string, workspace: Workspace): Promise<LanguageServer | undefined> {
    const found = await this.find(file, workspace);
    const entry = found && this.#entries.get(keyOf(found));
    if (!entry?.server.isReady) return undefined;
    entry.usedAt = performance.now();
    return entry.server;
  }

  /** Servers below a workspace that can be asked at once. */
  readyIn({ root }: Workspace): readonly LanguageServer[] {
    const top = canonicalPath(root);
    return this.servers.filter(({ isReady, found }) => isReady && `${found.root}/`.startsWith(`${top}/`));
  }

  /**
   * The server of a file, started where it does not run, once it has read the project and knows what is on disk now. Rejects with a
   * `LanguageServerError`.
   */
  async ask(file: string, workspace: Workspace, { signal, tell = () => {} }: Asking): Promise<LanguageServer> {
    const found = await this.find(file, workspace);
    if (!found) throw new LanguageServerError(await this.#noServer(file, workspace));
    const { server, isNew } = this.start(found, workspace);
    if (!server.isReady) tell(`Starting ${server.name}`);
    await unlessStopped(server.ready, signal);
    if (isNew && server.work.current === undefined) await unlessStopped(Bun.sleep(firstWordMs), signal);
    await server.work.done(this.times.workMs, signal, (news) => tell(`${server.name}: ${news}`));
    await unlessStopped(server.refresh(signal), signal);
    return server;
  }

  /** Starts a server, or takes the one that runs. Throws `GoneError` for one that ended too often. */
  start(found: FoundServer, { env }: Pick<Workspace, "env">): { server: LanguageServer; isNew: boolean } {
    if (this.#isClosed) throw new GoneError("The session is being closed; no language server is started.");
    const key = keyOf(found);
    const entry = this.#entries.get(key);
    if (entry && !entry.server.isGone) {
      entry.usedAt = performance.now();
      return { server: entry.server, isNew: false };
    }
    const end = this.#ends.get(key);
    if (end && end.times >= mostEnds) {
      throw new GoneError(
        `${end.how} That happened ${end.times} times, so it is not started again in this session, unless op is restart.`,
      );
    }
    const server = new LanguageServer({ found, env, times: this.times, onEnd: (how) => this.#ended(key, how) });
    this.#entries.set(key, { server, usedAt: performance.now() });
    return { server, isNew: true };
  }

  /** Starts a server in the background, unless it runs or has failed too often. */
  warm(found: FoundServer, workspace: Pick<Workspace, "env">): void {
    const isSpent = (this.#ends.get(keyOf(found))?.times ?? 0) >= mostEnds;
    if (!isSpent && !this.#isClosed) this.start(found, workspace);
  }

  /** Ends the server of a file, if it runs, and forgets that it ever failed. */
  async restart(found: FoundServer): Promise<void> {
    const key = keyOf(found);
    this.#ends.delete(key);
    this.#found.clear();
    this.#tables.clear();
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    await entry?.server[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sweeper);
    await Promise.all([...this.#entries.values()].map(({ server }) => server[Symbol.asyncDispose]()));
    this.#entries.clear();
  }

  #table(root: string): Promise<ServerTable> {
    const known = this.#tables.get(root);
    if (known) return known;
    const table = loadServers(root, this.#declared);
    this.#tables.set(root, table);
    return table;
  }

  #ended(key: string, how: string): void {
    this.#ends.set(key, { times: (this.#ends.get(key)?.times ?? 0) + 1, how });
  }

  #sweep(): void {
    const now = performance.now();
    for (const [key, { server, usedAt }] of this.#entries) {
      if (!server.isGone && (!server.isReady || now - usedAt < this.times.idleMs)) continue;
      this.#entries.delete(key);
      void server[Symbol.asyncDispose]();
    }
  }

  async #noServer(file: string, workspace: Workspace): Promise<string> {
    const { specs, notes } = await this.#table(workspace.root);
    const extension = extname(file).toLowerCase();
    const known = specs.filter(({ extensions }) => extensions.includes(extension)).map(({ command }) => command[0]);
    const fit =
      known.length === 0
        ? `No language server is known for ${extension || "files without an extension"}.`
        : `No language server for ${extension} is installed in this project or on the PATH (looked for ${known.join(", ")}).`;
    return [fit, "Use Grep instead.", ...notes].join(" ");
  }
}

const keyOf = ({ spec, root, argv }: FoundServer) => JSON.stringify([spec.name, root, argv]);

/** The result, unless the call is stopped before; what was begun goes on then. */
export async function unlessStopped<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  if (signal.aborted) throw new StoppedError();
  const stop = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new StoppedError()), { once: true, signal: stop.signal });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    stop.abort();
  }
}
