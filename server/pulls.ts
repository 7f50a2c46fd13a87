/**
 * Weights on their way to this machine and into its memory, for whoever watches. One download a name; it goes on while no
 * page is open.
 */
import { AbortedError, toErrorInfo } from "../agent/error.ts";
import type { WeightsLoad } from "../providers/local/llama.ts";
import { pullWeights } from "../providers/local/pull-weights.ts";
import type { LocalNews } from "./protocol.ts";

const newsMs = 200;

export class Pulls implements AsyncDisposable {
  readonly #running = new Map<string, { readonly abort: AbortController; readonly ended: Promise<void> }>();
  readonly #last = new Map<string, LocalNews>();
  readonly #tell: (news: LocalNews) => void;

  constructor(tell: (news: LocalNews) => void) {
    this.#tell = tell;
  }

  /** The newest news of each download of this process. */
  get news(): readonly LocalNews[] {
    return [...this.#last.values()];
  }

  /** Begins a download, or leaves one that goes on alone. What comes of it is told as news. */
  async start(name: string): Promise<void> {
    if (this.#running.has(name)) return;
    const abort = new AbortController();
    const ended = this.#pull(name, abort.signal).finally(() => this.#running.delete(name));
    this.#running.set(name, { abort, ended });
  }

  cancel(name: string): void {
    this.#running.get(name)?.abort.abort();
  }

  /** Weights are being loaded, or were. */
  loads({ name, state, memoryBytes, error }: WeightsLoad): void {
    // What is no longer in the memory is still on the disk.
    const now: LocalNews["state"] = state === "unloaded" ? "ready" : state;
    // Each step of a load is told; to whoever watches it is one piece of news.
    if (now === "loading" && this.#last.get(name)?.state === "loading") return;
    const news = { name, receivedBytes: 0, totalBytes: 0, state: now, memoryBytes };
    this.#say(error ? { ...news, error: toErrorInfo(error) } : news);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { abort } of this.#running.values()) abort.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  async #pull(name: string, signal: AbortSignal): Promise<void> {
    let toldAt = 0;
    let last: LocalNews = { name, state: "pulling", receivedBytes: 0, totalBytes: 0 };
    this.#say(last);
    try {
      await pullWeights(name, {
        signal,
        onProgress: ({ receivedBytes, totalBytes = 0 }) => {
          last = { name, state: "pulling", receivedBytes, totalBytes };
          if (Date.now() - toldAt < newsMs) return;
          toldAt = Date.now();
          this.#say(last);
        },
      });
      this.#say({ ...last, state: "ready" });
    } catch (error) {
      const cancelled = error instanceof AbortedError || signal.aborted;
      this.#say(cancelled ? { ...last, state: "cancelled" } : { ...last, state: "failed", error: toErrorInfo(error) });
    }
  }

  #say(news: LocalNews): void {
    this.#last.set(news.name, news);
    this.#tell(news);
  }
}
