/** Which errors came in with the edits of a session: each is told once. */
import { extname } from "node:path";
import type { Place } from "../../agent/message.ts";
import type { Workspace } from "../../agent/tool.ts";
import { canonicalPath, displayPath } from "../path.ts";
import { diagnose } from "./diagnose.ts";
import { LanguageServerError } from "./errors.ts";
import { type LspPool, unlessStopped } from "./pool.ts";
import type { Diagnostic } from "./protocol.ts";
import type { LanguageServer } from "./server.ts";
import { diagnosticLine, diagnosticPlace } from "./show.ts";

/** A file as an edit left it. */
export interface Edited {
  /** Canonical. */
  readonly path: string;
  /** Its text before. */
  readonly before: string;
}

/** What there is to tell of edits. */
export interface News {
  /** Lines for the result. */
  readonly text: string;
  /** All of the errors. */
  readonly problems: readonly Place[];
}

/** How long an edit waits for a server that runs. */
export const newsMs = 1500;
/** So many other open files are looked at for what an edit broke elsewhere. */
const mostOthers = 30;
const mostLines = 10;
/** A server that took too long is left in peace for so long, so that it does not hold up one edit after another. */
const restMs = 60_000;

/** Errors of a file by what they say, with how often: where they stand changes with every edit. */
type Errors = ReadonlyMap<string, number>;

export class EditNews {
  readonly #pool: LspPool;
  /** What the model knows of, by path. */
  readonly #known = new Map<string, Errors>();
  /** Texts before the first edits of files that no server has looked at yet. */
  readonly #pending = new Map<string, string>();

  /** When a server may be asked again, by `performance.now()`. */
  readonly #restUntil = new WeakMap<LanguageServer, number>();

  constructor(pool: LspPool) {
    this.#pool = pool;
  }

  /**
   * What edits brought in; undefined where that is nothing, or not known in time. A server that does not
   * run yet is started in the background, where the workspace is trusted, and nothing is said of its files until it runs.
   */
  async after(edits: readonly Edited[], workspace: Workspace, signal: AbortSignal): Promise<News | undefined> {
    const byServer = new Map<LanguageServer, string[]>();
    for (const { path, before } of edits) {
      const found = await this.#pool.find(path, workspace);
      if (!found) continue;
      const server = await this.#pool.running(path, workspace);
      const isKnown = this.#known.has(path) && !server?.documents.list().some((open) => !this.#known.has(open.path));
      if (!isKnown && !this.#pending.has(path)) this.#pending.set(path, before);
      if (server && this.#isFree(server)) byServer.set(server, [...(byServer.get(server) ?? []), path]);
      else if (!server && (await this.#pool.isTrusted(workspace.root))) this.#pool.warm(found, workspace);
    }
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(newsMs)]);
    const told = [...byServer].map(([server, paths]) => this.#look(server, paths, workspace, bounded));
    const news = (await Promise.all(told)).filter((each) => each !== undefined);
    if (news.length === 0) return undefined;
    return { text: news.map(({ text }) => text).join("\n"), problems: news.flatMap(({ problems }) => problems) };
  }

  async #look(
    server: LanguageServer,
    paths: readonly string[],
    workspace: Workspace,
    signal: AbortSignal,
  ): Promise<News | undefined> {
    try {
      return await unlessStopped(this.#lookAt(server, paths, workspace, signal), signal);
    } catch (error) {
      if (!(error instanceof LanguageServerError)) throw error;
      this.#restUntil.set(server, performance.now() + restMs);
      return undefined;
    }
  }

  async #lookAt(
    server: LanguageServer,
    paths: readonly string[],
    workspace: Workspace,
    signal: AbortSignal,
  ): Promise<News | undefined> {
    await this.#lookBack(server, signal);
    await server.refresh(signal);
    const lines: string[] = [];
    const problems: Place[] = [];
    for (const path of this.#candidates(server, paths)) {
      const shown = displayPath(path, { root: canonicalPath(workspace.root) });
      const errors = await this.#newIn(server, path, signal);
      lines.push(...errors.map((error) => diagnosticLine(error, shown)));
      problems.push(...errors.map((error) => diagnosticPlace(error, path)));
    }
    if (lines.length === 0) return undefined;
    const more = lines.length > mostLines ? [`and ${lines.length - mostLines} more`] : [];
    const text = [`New errors (${server.name}):`, ...lines.slice(0, mostLines), ...more].join("\n");
    return { text, problems };
  }

  #isFree(server: LanguageServer): boolean {
    return server.work.current === undefined && performance.now() >= (this.#restUntil.get(server) ?? 0);
  }

  /** Learns what was wrong before, of the files edited since and of those that are open. */
  async #lookBack(server: LanguageServer, signal: AbortSignal): Promise<void> {
    const { root, spec } = server.found;
    const isOf = (path: string) => path.startsWith(`${root}/`) && spec.extensions.includes(extname(path).toLowerCase());
    const pending = [...this.#pending].filter(([path]) => isOf(path));
    if (pending.length === 0) return;
    await server.documents.alone(async ({ set, sync }) => {
      try {
        const open = server.documents.list().filter(({ path }) => !this.#known.has(path) && !this.#pending.has(path));
        const documents = [...pending.map(([path, before]) => set(path, before)), ...open.slice(-mostOthers)];
        for (const document of documents) {
          if (!this.#known.has(document.path)) {
            this.#known.set(document.path, count(await diagnose(server, document, { signal, timeoutMs: newsMs })));
          }
          this.#pending.delete(document.path);
        }
      } finally {
        for (const [path] of pending) await sync(path);
      }
    });
  }

  #candidates(server: LanguageServer, paths: readonly string[]): Set<string> {
    const open = server.documents.list().map(({ path }) => path);
    return new Set([...paths, ...open.slice(-mostOthers)]);
  }

  async #newIn(server: LanguageServer, path: string, signal: AbortSignal): Promise<Diagnostic[]> {
    const document = await server.documents.sync(path);
    const known = this.#known.get(path);
    if (!document) return [];
    const found = await diagnose(server, document, { signal, timeoutMs: newsMs });
    this.#known.set(path, count(found));
    if (!known) return [];
    const left = new Map(known);
    return errorsOf(found).filter((error) => {
      const times = left.get(keyOf(error)) ?? 0;
      left.set(keyOf(error), times - 1);
      return times <= 0;
    });
  }
}

const errorsOf = (all: readonly Diagnostic[]) => all.filter(({ severity }) => severity === 1);
const keyOf = ({ code, message }: Diagnostic) => `${code ?? ""} ${message}`;

function count(all: readonly Diagnostic[]): Errors {
  const times = new Map<string, number>();
  for (const error of errorsOf(all)) times.set(keyOf(error), (times.get(keyOf(error)) ?? 0) + 1);
  return times;
}
