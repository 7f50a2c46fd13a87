/** The plug-ins of a session: loaded when it begins, loaded anew when somebody asks for it, a source of tools for its agents. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../agent/error.ts";
import { type AnyTool, covers, type ToolSource } from "../agent/tool.ts";
import type { PluginCommand } from "../tools/plugin.ts";
import type { Place } from "../tools/skills/places.ts";
import { type HookCommand, readHookFile, readHooks } from "./hook-settings.ts";
import type { PluggedProviders } from "./plugged-providers.ts";
import { type FoundPlugin, findPlugins } from "./plugin-find.ts";
import { untrustedNote } from "./trust.ts";

export interface LoadedPlugin extends FoundPlugin {
  readonly tools: readonly AnyTool[];
  readonly commands: Readonly<Record<string, PluginCommand>>;
  readonly hooks: readonly HookCommand[];
  readonly providers: PluggedProviders;
  /** Sentences: why it is not there, or what of it is left out. */
  readonly problems: readonly string[];
  /** Nothing of it counts. */
  readonly isOut: boolean;
}

export interface PluginsOptions {
  readonly isTrusted: (dir: string) => Promise<boolean>;
  /** Names of tools that are taken. */
  readonly taken: readonly string[];
  /** Longest time that a module may take to load; ten seconds by default. */
  readonly loadMs?: number;
}

export class Plugins implements ToolSource {
  readonly name = "plug-ins";
  readonly #options: PluginsOptions;
  readonly #listeners = new Set<() => void>();
  #all: readonly LoadedPlugin[] = [];

  constructor(options: PluginsOptions) {
    this.#options = options;
  }

  get all(): readonly LoadedPlugin[] {
    return this.#all;
  }

  get tools(): readonly AnyTool[] {
    return this.#all.flatMap(({ tools }) => tools);
  }

  /** Folders of those that count. */
  get dirs(): readonly string[] {
    return this.#all.flatMap(({ dir, from, isOut }) => (isOut || from === "file" ? [] : [dir]));
  }

  /** Of providers of one name the first counts. */
  get providers(): PluggedProviders {
    return Object.assign({}, ...this.#all.map(({ providers }) => providers).toReversed());
  }

  /** What is known is all that there is. */
  mayHave(name: string): boolean {
    return this.tools.some((tool) => covers(name, tool.name));
  }

  async open(): Promise<readonly AnyTool[]> {
    return this.tools;
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Loads them all as they are now. Those that run a call at the moment end it as they were. */
  async reload(places: readonly Place[]): Promise<void> {
    const taken = new Map(this.#options.taken.map((name) => [name, "sagent"]));
    const loaded: LoadedPlugin[] = [];
    for (const found of findPlugins(places)) {
      const same = loaded.find(({ name, isOut }) => name === found.name && !isOut);
      const plugin = same ? out(found, [`another one of that name is nearer: ${same.dir}`]) : await this.#load(found);
      loaded.push(withoutClashes(plugin, taken));
    }
    const had = this.#all.length > 0;
    this.#all = loaded;
    if (had || loaded.length > 0) for (const listener of this.#listeners) listener();
  }

  /** A sentence for each that is wrong in some way. */
  get problems(): readonly string[] {
    return this.#all.flatMap(({ name, entry, dir, problems, isOut }) =>
      problems.map((problem) =>
        isOut ? `The plug-in "${name}" is left out (${entry ?? dir}): ${problem}` : `The plug-in "${name}": ${problem}`,
      ),
    );
  }

  async #load(found: FoundPlugin): Promise<LoadedPlugin> {
    const { dir, entry, from, project, problem } = found;
    if (project !== undefined && !(await this.#options.isTrusted(project))) return out(found, [untrustedNote(dir)]);
    if (problem !== undefined) return out(found, [problem]);
    try {
      const inFiles = from === "file" ? noHooks : hooksIn(dir);
      const checked = entry === undefined ? undefined : await load(entry, this.#options.loadMs);
      const hooks = checked?.hooks === undefined ? noHooks : readHooks(checked.hooks, entry ?? dir, dir);
      const { tools = [], commands = {}, providers = {}, problems = [] } = checked ?? {};
      return {
        ...found,
        tools,
        commands,
        providers,
        hooks: [...inFiles.commands, ...hooks.commands],
        problems: [...problems, ...inFiles.problems, ...hooks.problems],
        isOut: false,
      };
    } catch (error) {
      return out(found, [messageOf(error)]);
    }
  }
}

const noHooks = { commands: [], problems: [] };

function hooksIn(dir: string) {
  const path = join(dir, "hooks", "hooks.json");
  return existsSync(path) ? readHookFile(path, dir) : noHooks;
}

async function load(entry: string, loadMs: number | undefined) {
  const { loadModule } = await import("./plugin-build.ts");
  const { checkPlugin } = await import("./plugin-check.ts");
  return checkPlugin((await loadModule(entry, loadMs)).default);
}

function out(found: FoundPlugin, problems: readonly string[]): LoadedPlugin {
  return { ...found, tools: [], commands: {}, providers: {}, hooks: [], problems, isOut: true };
}

/** Of tools of one name the first counts. `taken` has who has each name. */
function withoutClashes(plugin: LoadedPlugin, taken: Map<string, string>): LoadedPlugin {
  const problems = [...plugin.problems];
  const tools = plugin.tools.filter(({ name }) => {
    const owner = taken.get(name);
    if (owner !== undefined) problems.push(`its tool "${name}" is left out: ${owner} has one of that name`);
    else taken.set(name, `the plug-in "${plugin.name}"`);
    return owner === undefined;
  });
  return { ...plugin, tools, problems };
}
