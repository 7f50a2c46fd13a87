/** Keeps the tools of one agent in step with sources whose tools are found out about late and change. */
import { messageOf } from "./error.ts";
import type { AnyTool, Introduction, ToolSource } from "./tool.ts";

/** What a feed does to the tools that an agent has. */
interface Box {
  readonly names: readonly string[];
  replace(old: Iterable<string>, next: readonly AnyTool[]): void;
}

interface Feed {
  readonly source: ToolSource;
  readonly listener: Disposable;
  /** Names of the tools that are in the box from this source. */
  names: ReadonlySet<string>;
  isIntroduced: boolean;
}

export class ToolFeeds implements Disposable {
  readonly #box: Box;
  readonly #feeds: readonly Feed[];

  /** What the box holds already of a source that is open is taken for that source's. */
  constructor(box: Box, sources: readonly ToolSource[]) {
    this.#box = box;
    this.#feeds = sources.map((source) => {
      const known = new Set(source.tools?.map(({ name }) => name));
      const names = new Set(box.names.filter((name) => known.has(name)));
      const listener = source.onChange(() => this.#take(feed));
      const feed: Feed = { source, names, listener, isIntroduced: false };
      return feed;
    });
    for (const feed of this.#feeds) if (feed.source.tools) this.#take(feed);
  }

  /** Whether a source that is still closed could have a tool of this name. */
  mayHave(name: string): boolean {
    return this.#feeds.some(({ source }) => source.tools === undefined && source.mayHave(name));
  }

  /** Opens those that could have a tool of these names. Resolves to a sentence for each that could not be opened. */
  openFor(names: Iterable<string>): Promise<readonly string[]> {
    const wanted = [...names];
    return this.#openAll(({ source }) => wanted.some((name) => source.mayHave(name)));
  }

  /** Opens all. Resolves to a sentence for each that could not be opened. */
  open(): Promise<readonly string[]> {
    return this.#openAll(() => true);
  }

  introduce(names: Iterable<string>): readonly Introduction[] {
    const wanted = [...names];
    const asked = this.#feeds.filter((feed) => !feed.isIntroduced && wanted.some((name) => feed.names.has(name)));
    return asked.flatMap((feed) => {
      const { name: from, instructions: text } = feed.source;
      if (text === undefined) return [];
      feed.isIntroduced = true;
      return [{ from, text }];
    });
  }

  async #openAll(isWanted: (feed: Feed) => boolean): Promise<readonly string[]> {
    const closed = this.#feeds.filter((feed) => feed.source.tools === undefined && isWanted(feed));
    const opened = await Promise.allSettled(closed.map((feed) => this.#open(feed)));
    return opened.flatMap((each, at) => {
      if (each.status === "fulfilled") return [];
      return [`The tools of ${closed[at]?.source.name} are not there: ${messageOf(each.reason)}`];
    });
  }

  /** Hears of no more changes. */
  [Symbol.dispose](): void {
    for (const { listener } of this.#feeds) listener[Symbol.dispose]();
  }

  async #open(feed: Feed): Promise<void> {
    await feed.source.open();
    this.#take(feed);
  }

  /** A tool with the name of another's is left out: the other was there before. */
  #take(feed: Feed): void {
    const others = new Set(this.#box.names.filter((name) => !feed.names.has(name)));
    const fit = (feed.source.tools ?? []).filter(({ name }) => !others.has(name));
    this.#box.replace(feed.names, fit);
    feed.names = new Set(fit.map(({ name }) => name));
  }
}
