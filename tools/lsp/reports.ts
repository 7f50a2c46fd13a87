/** What a server finds wrong with files: asked for where it can be asked, else as it tells by itself. */
import { type Clock, systemClock } from "../../agent/clock.ts";
import { canonicalPath } from "../path.ts";
import type { OpenDocument } from "./documents.ts";
import { pathOf } from "./position.ts";
import { type Diagnostic, publishSchema } from "./protocol.ts";

/** A server that tells by itself may tell of one text in several pieces, so far apart. */
const settleMs = 200;
/** Of so many files the reports are kept. */
const mostFiles = 5000;

interface Published {
  readonly version: number | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly at: number;
}

export class Reports {
  readonly #published = new Map<string, Published>();
  readonly #pulled = new Map<string, readonly Diagnostic[]>();
  readonly #changedAt = new Map<string, { readonly version: number; readonly at: number }>();
  #heard = Promise.withResolvers<void>();

  /** Takes what the server says by itself. */
  publish(params: unknown): void {
    const parsed = publishSchema.safeParse(params);
    const path = parsed.success ? pathOf(parsed.data.uri) : undefined;
    if (!parsed.success || path === undefined) return;
    const { version, diagnostics } = parsed.data;
    const name = canonicalPath(path);
    this.#published.delete(name);
    this.#published.set(name, { version: version ?? undefined, diagnostics, at: performance.now() });
    const [oldest] = this.#published.keys();
    if (this.#published.size > mostFiles && oldest !== undefined) this.#published.delete(oldest);
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }

  /** Takes what the server answered. */
  pulled(path: string, diagnostics: readonly Diagnostic[]): void {
    this.#pulled.set(path, diagnostics);
  }

  /** Notes that the server was given this text now, so that older reports do not count for it. */
  changed({ path, version }: OpenDocument): void {
    if (this.#changedAt.get(path)?.version !== version) this.#changedAt.set(path, { version, at: performance.now() });
  }

  /** What is known of each file, the sources together. */
  known(): ReadonlyMap<string, readonly Diagnostic[]> {
    const paths = new Set([...this.#published.keys(), ...this.#pulled.keys()]);
    return new Map([...paths].map((path) => [path, this.of(path)]));
  }

  of(path: string, version?: number): readonly Diagnostic[] {
    const published = this.#published.get(path);
    const isOld = published?.version !== undefined && version !== undefined && published.version < version;
    const all = [...(this.#pulled.get(path) ?? []), ...(isOld ? [] : (published?.diagnostics ?? []))];
    return [...new Map(all.map((each) => [JSON.stringify([each.range, each.code, each.message]), each])).values()];
  }

  /** Waits until the server has told of this text; false where it did not in time. */
  async told(document: OpenDocument, ms: number, signal: AbortSignal, clock: Clock = systemClock): Promise<boolean> {
    const stop = new AbortController();
    const ended = AbortSignal.any([signal, stop.signal]);
    const late = clock.sleep(ms, ended);
    const over = late.then(() => true);
    try {
      while (!this.#isTold(document)) {
        if (await Promise.race([this.#heard.promise.then(() => false), over])) return false;
      }
      for (let quiet = false; !quiet; ) {
        const since = performance.now() - (this.#published.get(document.path)?.at ?? 0);
        if (since >= settleMs) return true;
        const settled = clock.sleep(settleMs - since, ended).then(() => true);
        quiet = await Promise.race([this.#heard.promise.then(() => false), settled, over]);
      }
      return true;
    } finally {
      stop.abort();
    }
  }

  #isTold({ path, version }: OpenDocument): boolean {
    const published = this.#published.get(path);
    if (!published) return false;
    if (published.version !== undefined) return published.version >= version;
    return published.at >= (this.#changedAt.get(path)?.at ?? 0);
  }
}
