/** The tools of one agent: those that its model is told of, and those that are kept back until they are asked for. */
import { ConfigError, messageOf } from "./error.ts";
import { type Message, toolCalls } from "./message.ts";
import {
  type AnyTool,
  covers,
  findTool,
  type Introduction,
  type ShelfEntry,
  shelved,
  type ToolSource,
} from "./tool.ts";
import { ToolFeeds } from "./tool-feeds.ts";

/** What came of taking tools off the shelf. */
export interface Taken {
  /** Those that are offered now and were not before, in order. */
  readonly names: readonly string[];
  /** A sentence for each that could not be had. */
  readonly problems: readonly string[];
}

export class Toolbox implements Disposable {
  #offered: readonly AnyTool[];
  #shelf: readonly ShelfEntry[];
  #loading: Promise<void> | undefined;
  readonly #feeds: ToolFeeds;

  /** Throws `ConfigError` where two tools have one name. */
  constructor(offered: readonly AnyTool[], shelf: readonly ShelfEntry[] = [], sources: readonly ToolSource[] = []) {
    checkNames([...offered, ...shelf]);
    this.#offered = offered;
    this.#shelf = shelf;
    this.#feeds = new ToolFeeds(this, sources);
  }

  /** Tools stay; of what changes in their sources nothing is heard any more. */
  [Symbol.dispose](): void {
    this.#feeds[Symbol.dispose]();
  }

  /** In the order in which a model is told of them; another array each time that they have changed. */
  get offered(): readonly AnyTool[] {
    return this.#offered;
  }

  get shelf(): readonly ShelfEntry[] {
    return this.#shelf;
  }

  /** Of all, those on the shelf last. */
  get names(): readonly string[] {
    return [...this.#offered, ...this.#shelf].map(({ name }) => name);
  }

  /** Whether a tool of this name is there, in whatever form, or a group of tools. */
  has(name: string): boolean {
    return this.names.some((each) => covers(name, each)) || findTool(this.#offered, name) !== undefined;
  }

  /** Whether a tool of this name is there, or could be once its source is opened. */
  mayHave(name: string): boolean {
    return this.has(name) || this.#feeds.mayHave(name);
  }

  /** Opens all sources of tools. Resolves to a sentence for each that could not be opened. */
  open(): Promise<readonly string[]> {
    return this.#feeds.open();
  }

  /** Opens the sources that could have tools of these names. Resolves to a sentence for each that could not be opened. */
  openFor(names: Iterable<string>): Promise<readonly string[]> {
    return this.#feeds.openFor(names);
  }

  introduce(names: Iterable<string>): readonly Introduction[] {
    return this.#feeds.introduce(names);
  }

  /** Resolves once what was taken is there, or cannot be made; undefined where nothing is on its way. */
  get loading(): Promise<void> | undefined {
    return this.#loading;
  }

  /**
   * Offers these tools of the shelf from now on, behind the others and in this order, so that what a model was told before stays
   * as it was. A source that could have one of them is opened first. Names that are not on the shelf mean nothing; a tool that
   * cannot be made stays there.
   */
  take(names: Iterable<string>): Promise<Taken> {
    const wanted = new Set(names);
    const taken = (this.#loading ?? Promise.resolve()).then(() => this.#take(wanted));
    const loading = taken.then(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    this.#loading = loading;
    return taken;
  }

  async #take(wanted: ReadonlySet<string>): Promise<Taken> {
    const problems = [...(await this.#feeds.openFor(wanted))];
    const names: string[] = [];
    for (const name of wanted) {
      const entry = this.#shelf.find((each) => each.name === name);
      if (!entry) continue;
      try {
        const tool = await entry.load();
        if (!this.#shelf.includes(entry)) continue;
        this.#shelf = this.#shelf.filter((each) => each !== entry);
        this.#offered = [...this.#offered, tool];
        names.push(name);
      } catch (error) {
        problems.push(`${name} could not be loaded: ${messageOf(error)}`);
      }
    }
    return { names, problems };
  }

  /** The tools of these names and groups, or with a form of one of them, on the shelf or not. */
  async find(names: readonly string[]): Promise<readonly AnyTool[]> {
    const isWanted = (toolName: string) => names.some((name) => covers(name, toolName));
    const offered = this.#offered.filter((tool) => isWanted(tool.name) || names.some((name) => findTool([tool], name)));
    const kept = this.#shelf.filter(({ name }) => isWanted(name));
    return [...offered, ...(await Promise.all(kept.map((entry) => entry.load())))];
  }

  /**
   * Puts tools in place of those of certain names, as when a plug-in was changed or a server offers another list. One that was
   * offered is offered in its new form, in its old place; a new one goes on the shelf. Throws `ConfigError` for a name that
   * another tool has, and then nothing has changed.
   */
  replace(old: Iterable<string>, next: readonly AnyTool[]): void {
    const gone = new Set(old);
    const renewed = new Map(next.map((tool) => [tool.name, tool]));
    const offered = this.#offered.flatMap((tool) => {
      if (!gone.has(tool.name)) return [tool];
      const other = renewed.get(tool.name);
      renewed.delete(tool.name);
      return other ? [other] : [];
    });
    const shelf = [...this.#shelf.filter(({ name }) => !gone.has(name)), ...[...renewed.values()].map(shelved)];
    checkNames([...offered, ...shelf]);
    this.#offered = offered;
    this.#shelf = shelf;
  }
}

interface Stock {
  readonly tools?: readonly AnyTool[];
  readonly shelf?: readonly ShelfEntry[];
  readonly sources?: readonly ToolSource[];
}

/**
 * For a conversation that goes on: what was taken off the shelf in it is offered again, in the same order, so that its next
 * request begins as its last one did; and what was called in it. All of it is there once nothing is `loading`.
 */
export function toolboxFor({ tools = [], shelf = [], sources = [] }: Stock, entries: Iterable<Message>): Toolbox {
  const box = new Toolbox(tools, shelf, sources);
  if (shelf.length === 0 && sources.length === 0) return box;
  const taken = new Set<string>();
  const called = new Set<string>();
  for (const entry of entries) {
    if (entry.type === "assistant") for (const { name } of toolCalls(entry)) called.add(name);
    if (entry.type === "toolResult" || entry.type === "notice") for (const name of entry.taken ?? []) taken.add(name);
  }
  // What cannot be made stays on the shelf, and a call of it says why.
  const names = taken.union(called);
  if (names.size > 0) void box.take(names);
  return box;
}

function checkNames(tools: readonly { readonly name: string }[]): void {
  const names = new Set<string>();
  for (const { name } of tools) {
    if (names.has(name)) throw new ConfigError(`Two tools are called "${name}".`);
    names.add(name);
  }
}
