/**
 * What a project and a person have written so that their agents can do more: instructions, skills, commands, hooks and plug-ins. One for
 * all agents of a session; read when it begins, and again when somebody asks for it.
 */
import { join } from "node:path";
import { loadInstructions } from "../agent/instructions.ts";
import type { Surroundings } from "../agent/prompt.ts";
import { withoutSecrets } from "../providers/auth.ts";
import { plural } from "../tools/output.ts";
import { builtinNames } from "../tools/registry.ts";
import { SkillBook } from "../tools/skills/book.ts";
import { projectPlaces, skillDirs } from "../tools/skills/places.ts";
import { Commands } from "./commands.ts";
import type { Config } from "./config.ts";
import { type HookCommand, readHookSettings } from "./hook-settings.ts";
import { note } from "./output.ts";
import type { PluggedProviders } from "./plugged-providers.ts";
import { Plugins } from "./plugins.ts";
import { Revision } from "./revision.ts";
import { isTrusted } from "./trust.ts";

type Env = Readonly<Record<string, string | undefined>>;

type Offer = (providers: PluggedProviders) => void;

export class Extensions {
  readonly skills: SkillBook;
  readonly commands: Commands;
  readonly plugins: Plugins;
  readonly #config: Config;
  readonly #isTrusted: (dir: string) => Promise<boolean>;
  readonly #offer: Offer;
  readonly #env: Env;
  readonly #revision: Revision;
  #hooks: readonly HookCommand[] = [];
  #instructions: readonly string[] = [];
  #warnings: readonly string[] = [];

  private constructor(config: Config, env: Env, offer: Offer) {
    const { cwd } = config;
    this.#config = config;
    this.#offer = offer;
    this.#env = env;
    this.skills = new SkillBook();
    this.#isTrusted = (dir) => isTrusted(dir, config, env);
    this.commands = new Commands({ cwd, env: withoutSecrets(env), isTrusted: this.#isTrusted }, []);
    this.plugins = new Plugins({ isTrusted: this.#isTrusted, taken: builtinNames() });
    const date = new Date().toISOString().slice(0, 10);
    this.#revision = new Revision({ cwd, date, instructions: "", skills: "" });
  }

  /** Notes what could not be taken. `offer` is handed the providers that plug-ins add, and again when they have changed. */
  static async open(config: Config, env: Env, offer: Offer = () => {}): Promise<Extensions> {
    const extensions = new Extensions(config, env, offer);
    await extensions.#read();
    extensions.#revision.begin();
    for (const warning of extensions.warnings) note(warning);
    return extensions;
  }

  /** What prompts tell of it. */
  get place(): Surroundings {
    return this.#revision.place;
  }

  /** Absolute paths of the AGENTS.md files that were read, in the order they apply. */
  get instructions(): readonly string[] {
    return this.#instructions;
  }

  /** Commands of hooks that count here. */
  get hooks(): readonly HookCommand[] {
    return this.#hooks;
  }

  /** Sentences for the person, of the last reading. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** A prompt that an earlier reading went into, with the present one in its place. */
  revise(system: string): string {
    return this.#revision.revise(system);
  }

  /** Reads all of it again. Resolves to what there is now, in sentences; what is in use goes on as it was. */
  async reload(): Promise<string> {
    await this.#read();
    const counts = [
      plural(this.#instructions.length, "file of instructions", "files of instructions"),
      plural(this.skills.all.length, "skill"),
      plural(this.commands.all.length, "command"),
      plural(this.#hooks.length, "hook"),
      plural(this.plugins.all.filter(({ isOut }) => !isOut).length, "plug-in"),
    ];
    const tools = this.plugins.tools.map(({ name }) => name);
    const added = tools.length === 0 ? [] : [`Tools of plug-ins: ${tools.join(", ")}.`];
    return [`Read again: ${counts.join(", ")}.`, ...added, ...this.#warnings].join("\n");
  }

  async #read(): Promise<void> {
    const { cwd, addDirs } = this.#config;
    const places = projectPlaces(cwd, this.#env);
    await this.plugins.reload(places);
    this.#offer(this.plugins.providers);
    const plugged = this.plugins.all.filter(({ isOut, from }) => !isOut && from !== "file");
    const skillFolders = plugged.map(({ dir }) => join(dir, "skills"));
    this.skills.reload(skillDirs(cwd, this.#env, skillFolders));
    this.commands.reload([...places, ...plugged], this.plugins.all);
    const instructions = await loadInstructions({ cwd, env: this.#env, addDirs, isTrusted: this.#isTrusted });
    const { text, files, warnings } = instructions;
    this.#instructions = files;
    this.#revision.change({ instructions: text, skills: this.skills.listing() });
    const hooks = await readHookSettings(places, this.#isTrusted);
    this.#hooks = [...hooks.commands, ...this.plugins.all.flatMap((plugin) => plugin.hooks)];
    const problems = [this.plugins, this.skills, this.commands, hooks].flatMap((each) => each.problems);
    this.#warnings = [...warnings, ...problems];
  }
}
