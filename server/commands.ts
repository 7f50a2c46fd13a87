/**
 * Commands of a project and of a person: the Markdown files in `commands` of their `.sagent` and `.claude` folders, each a prompt that is
 * sent by `/name words`. A folder in between is part of the name: `git/fix.md` is `/git:fix`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../agent/error.ts";
import { withoutSecrets } from "../providers/auth.ts";
import { type Frontmatter, readFrontmatter, textOfKey } from "../tools/skills/frontmatter.ts";
import { type Place, projectPlaces } from "../tools/skills/places.ts";
import type { CommandRow } from "./api.ts";
import { expandText } from "./command-text.ts";
import type { Config } from "./config.ts";
import type { LoadedPlugin } from "./plugins.ts";
import { isSlash, slashCommands } from "./slash.ts";
import { isTrusted } from "./trust.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface OwnCommand extends CommandRow {
  readonly path: string;
  /** The directory whose trust counts; undefined for the person's own. */
  readonly project: string | undefined;
  readonly body: string;
  /** The model that it is to be done by. */
  readonly model: string | undefined;
}

/** Commands that somebody else knows: prompts of MCP servers. */
export interface MoreCommands {
  readonly all: readonly CommandRow[];
  /** The text that the command comes to; undefined where it is none of these. Throws `UsageError`. */
  expand(name: string, words: string): Promise<string | undefined>;
}

/** What a command came to. */
export interface ExpandedCommand {
  readonly text: string;
  readonly model?: string;
}

export interface CommandsOptions {
  readonly cwd: string;
  /** Environment of shell lines: no secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether what a directory's files say is run. */
  readonly isTrusted: (dir: string) => Promise<boolean>;
}

export class Commands {
  readonly #options: CommandsOptions;
  #all: readonly OwnCommand[] = [];
  #problems: readonly string[] = [];
  #more: MoreCommands | undefined;

  constructor(options: CommandsOptions, places: readonly Place[]) {
    this.#options = options;
    this.reload(places);
  }

  /** In the order of their names. */
  get all(): readonly OwnCommand[] {
    return this.#all;
  }

  /** The same, and behind them those that somebody else knows. */
  get listed(): readonly CommandRow[] {
    return [...this.#all, ...(this.#more?.all ?? [])];
  }

  /** Takes up the commands that somebody else knows. Of one name, those that were written here count. */
  add(more: MoreCommands): void {
    this.#more = more;
  }

  /** A sentence for each file that is no command. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Looks again; of one name the first place's counts. `plugins` have commands in their code. */
  reload(places: readonly Place[], plugins: readonly LoadedPlugin[] = []): void {
    const found = new Map<string, OwnCommand>();
    const problems: string[] = [];
    for (const place of places) {
      for (const file of commandFiles(join(place.dir, "commands"))) {
        const command = readCommand(place, file);
        if (typeof command === "string") problems.push(command);
        else if (!found.has(command.name)) found.set(command.name, command);
      }
    }
    for (const command of plugins.flatMap(codedCommands)) {
      if (typeof command === "string") problems.push(command);
      else if (!found.has(command.name)) found.set(command.name, command);
    }
    this.#all = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#problems = problems;
  }

  get(name: string): OwnCommand | undefined {
    return this.#all.find((each) => each.name === name);
  }

  /**
   * What a line asks for; undefined for one that calls none of these. Throws `UsageError` where it would run something
   * of a directory that is not trusted.
   */
  async expand(line: string, signal: AbortSignal): Promise<ExpandedCommand | undefined> {
    const [, name = "", words = ""] = /^(\/\S+)(?:\s+([\s\S]*))?$/.exec(line.trim()) ?? [];
    if (!isSlash(line.trim())) return undefined;
    const command = this.get(name);
    if (!command) {
      const text = await this.#more?.expand(name, words);
      return text === undefined ? undefined : { text };
    }
    const { cwd, env, isTrusted } = this.#options;
    const trusted = command.project === undefined || (await isTrusted(command.project));
    const { body, path, model } = command;
    const text = await expandText({ body, path, words, trusted, cwd, env, signal });
    return { text, ...(model === undefined ? {} : { model }) };
  }
}

/** Those of the directory that a run works in. */
export function projectCommands(config: Config, env: Env): Commands {
  const { cwd } = config;
  const isTrustedDir = (dir: string) => isTrusted(dir, config, env);
  return new Commands({ cwd, env: withoutSecrets(env), isTrusted: isTrustedDir }, projectPlaces(cwd, env));
}

/** What a plug-in has in its code; a sentence for each that is none. */
function codedCommands(plugin: LoadedPlugin): readonly (OwnCommand | string)[] {
  const { entry, dir, project, commands } = plugin;
  const path = entry ?? dir;
  return Object.entries(commands).map(([given, { description = "", usage = "", prompt }]) => {
    const name: `/${string}` = `/${given}`;
    const wrong = misnamed(name, `${given} of ${path}`);
    const from = project === undefined ? "yours" : "project";
    return wrong ?? { name, path, project, from, body: prompt, description, usage, model: undefined };
  });
}

function misnamed(name: string, what: string): string | undefined {
  if (builtin.has(name)) return `The command ${what} is left out: ${name} is built in.`;
  if (nameRule.test(name)) return undefined;
  return `The command ${what} is left out: its name may hold letters, digits, "_" and "-", a letter first.`;
}

/** The longest way from the folder to a command. */
const maxDepth = 5;
const nameRule = /^\/[a-z][\w-]*(?::[\w-]+)*$/;

/** Relative paths, sorted. */
function commandFiles(dir: string, below = ""): readonly string[] {
  if (below.split("/").length > maxDepth) return [];
  try {
    const entries = readdirSync(join(dir, below), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    return entries.flatMap((entry) => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return commandFiles(dir, path);
      return entry.name.endsWith(".md") ? [path] : [];
    });
  } catch {
    return [];
  }
}

const builtin: ReadonlySet<string> = new Set(
  [...slashCommands("terminal"), ...slashCommands("page")].flatMap(({ name, alias }) =>
    alias ? [name, alias] : [name],
  ),
);

/** A sentence where it is none. */
function readCommand({ dir, project }: Place, file: string): OwnCommand | string {
  const path = join(dir, "commands", file);
  const name: `/${string}` = `/${file.slice(0, -".md".length).replaceAll("/", ":").toLowerCase()}`;
  const wrong = misnamed(name, path);
  if (wrong !== undefined) return wrong;
  try {
    const front = readFrontmatter(readFileSync(path, "utf8"));
    const from = project === undefined ? "yours" : "project";
    return { name, path, project, from, body: front.body.trim(), ...headOf(front) };
  } catch (error) {
    return `The command ${path} cannot be read: ${messageOf(error)}`;
  }
}

function headOf(front: Frontmatter) {
  const model = textOfKey(front, "model");
  return {
    description: textOfKey(front, "description") ?? firstLine(front.body),
    usage: textOfKey(front, "argument-hint") ?? "",
    model: model === "inherit" ? undefined : model,
  };
}

const firstLine = (body: string) => (body.trim().split("\n", 1)[0] ?? "").replace(/^#+\s*/, "").slice(0, 100);
