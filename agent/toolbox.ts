/** The tools of one agent: those that its model is told of, and those that are kept back until they are asked for. */
import { ConfigError } from "./error.ts";
import { type Message, toolCalls } from "./message.ts";
import type { AnyTool } from "./tool.ts";

export class Toolbox {
  #offered: readonly AnyTool[];
  #shelf: readonly AnyTool[];

  /** Throws `ConfigError` where two tools have one name. */
  constructor(offered: readonly AnyTool[], shelf: readonly AnyTool[] = []) {
    checkNames([...offered, ...shelf]);
    this.#offered = offered;
    this.#shelf = shelf;
  }

  /** In the order in which a model is told of them; another array each time that they have changed. */
  get offered(): readonly AnyTool[] {
    return this.#offered;
  }

  /** Of all, those on the shelf last. */
  get names(): readonly string[] {
    return [...this.#offered, ...this.#shelf].map(({ name }) => name);
  }

  get shelf(): readonly AnyTool[] {
    return this.#shelf;
  }

  /** A tool to be called. One of the shelf is taken down by it: its name may be known from an earlier part of the conversation. */
  find(name: string): AnyTool | undefined {
    const offered = this.#offered.find((tool) => tool.name === name);
    return offered ?? this.take([name])[0];
  }

  /** Offers these tools of the shelf from now on, behind the others, so that what a model was told before stays as it was. */
  take(names: Iterable<string>): readonly AnyTool[] {
    const wanted = new Set(names);
    const taken = this.#shelf.filter((tool) => wanted.has(tool.name));
    if (taken.length === 0) return [];
    this.#offered = [...this.#offered, ...taken];
    this.#shelf = this.#shelf.filter((tool) => !taken.includes(tool));
    return taken;
  }

  /**
   * Puts tools in place of others, as when a plug-in was changed or a server offers another list. One that was offered is
   * offered in its new form, in its old place; a new one goes on the shelf. Throws `ConfigError` for a name that another
   * tool has, and then nothing has changed.
   */
  replace(old: readonly AnyTool[], next: readonly AnyTool[]): void {
    const byName = new Map(next.map((tool) => [tool.name, tool]));
    const renew = (tools: readonly AnyTool[]) =>
      tools.flatMap((tool) => {
        if (!old.includes(tool)) return [tool];
        const renewed = byName.get(tool.name);
        byName.delete(tool.name);
        return renewed ? [renewed] : [];
      });
    const offered = renew(this.#offered);
    const shelf = [...renew(this.#shelf), ...byName.values()];
    checkNames([...offered, ...shelf]);
    this.#offered = offered;
    this.#shelf = shelf;
  }
}

interface Stock {
  readonly tools?: readonly AnyTool[];
  readonly shelf?: readonly AnyTool[];
}

/** For a conversation that goes on: what was called in it is offered. */
export function toolboxFor({ tools = [], shelf }: Stock, entries: Iterable<Message>): Toolbox {
  const box = new Toolbox(tools, shelf);
  for (const entry of entries) {
    if (entry.type === "assistant") box.take(toolCalls(entry).map(({ name }) => name));
  }
  return box;
}

function checkNames(tools: readonly AnyTool[]): void {
  const names = new Set<string>();
  for (const { name } of tools) {
    if (names.has(name)) throw new ConfigError(`Two tools are called "${name}".`);
    names.add(name);
  }
}
