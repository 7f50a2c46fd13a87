/** What a server is busy with, as it reports it: until it is done with the project, it may know only a part of it. */
import { type Clock, systemClock } from "../../agent/clock.ts";
import { oneLine } from "../output.ts";
import { progressSchema } from "./protocol.ts";

export class Work {
  readonly #open = new Map<string | number, { readonly title: string; readonly news: string }>();
  #changed = Promise.withResolvers<void>();

  take(params: unknown): void {
    const parsed = progressSchema.safeParse(params);
    if (!parsed.success) return;
    const { token, value } = parsed.data;
    const title = value.title ?? this.#open.get(token)?.title ?? "";
    const percent = value.percentage === undefined ? "" : `${Math.round(value.percentage)} %`;
    if (value.kind === "end") this.#open.delete(token);
    else this.#open.set(token, { title, news: oneLine(`${title} ${value.message ?? ""} ${percent}`, 100) });
    this.#tell();
  }

  clear(): void {
    this.#open.clear();
    this.#tell();
  }

  /** In a few words; undefined while it has nothing to do. */
  get current(): string | undefined {
    const [first] = this.#open.values();
    return first && (first.news || "working");
  }

  /** Waits until it has nothing to do, telling what it does. False where that takes too long. */
  async done(
    ms: number,
    signal: AbortSignal,
    tell: (news: string) => void,
    clock: Clock = systemClock,
  ): Promise<boolean> {
    const stop = new AbortController();
    const over = clock.sleep(ms, AbortSignal.any([signal, stop.signal])).then(() => true);
    try {
      for (let news = this.current; news !== undefined; news = this.current) {
        tell(news);
        if (await Promise.race([this.#changed.promise.then(() => false), over])) return false;
      }
      return true;
    } finally {
      stop.abort();
    }
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
