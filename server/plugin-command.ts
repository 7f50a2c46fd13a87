/** `sagent plugin list`: which plug-ins there are here, what each adds, and what is wrong with it. */
import { UsageError } from "../agent/error.ts";
import { builtinNames } from "../tools/registry.ts";
import { findSkills } from "../tools/skills/find.ts";
import { projectPlaces } from "../tools/skills/places.ts";
import { Commands } from "./commands.ts";
import type { Config } from "./config.ts";
import { type LoadedPlugin, Plugins } from "./plugins.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";
import { isTrusted } from "./trust.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Resolves to the exit code: 1 where something is wrong with one of them. Throws `UsageError` for other words. */
export async function runPlugin(words: readonly string[], config: Config, env: Env): Promise<number> {
  if (words.length !== 1 || words[0] !== "list") {
    throw new UsageError(`"plugin ${words.join(" ")}" is not a command.`, { hint: "sagent plugin list" });
  }
  const isTrustedDir = (dir: string) => isTrusted(dir, config, env);
  const plugins = new Plugins({ isTrusted: isTrustedDir, taken: builtinNames() });
  await plugins.reload(projectPlaces(config.cwd, env));
  const rows = plugins.all.map((plugin) => rowOf(plugin, isTrustedDir));
  if (config.outputFormat !== "text") for (const row of rows) await writeOut(`${JSON.stringify(row)}\n`);
  else await writeOut(printable(rows.length === 0 ? nothing : rows.map(textOf).join("")));
  return rows.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

const nothing =
  "There are no plug-ins here. They go in .sagent/plugins/NAME/ or .sagent/tools/NAME.ts; see docs/plugins.md.\n";

interface Row {
  readonly name: string;
  readonly path: string;
  readonly from: "project" | "yours";
  readonly tools: readonly string[];
  readonly commands: readonly string[];
  readonly skills: readonly string[];
  readonly hooks: readonly string[];
  readonly providers: readonly string[];
  readonly problems: readonly string[];
}

function rowOf(plugin: LoadedPlugin, isTrustedDir: (dir: string) => Promise<boolean>): Row {
  const { name, dir, entry, project, tools, hooks, providers, problems, isOut, from } = plugin;
  const hasFolders = !isOut && from !== "file";
  const commands = new Commands({ cwd: dir, env: {}, isTrusted: isTrustedDir }, []);
  commands.reload(hasFolders ? [{ dir, project }] : [], [plugin]);
  const skills = hasFolders ? findSkills([`${dir}/skills`]) : { skills: [], problems: [] };
  return {
    name,
    path: entry ?? dir,
    from: project === undefined ? "yours" : "project",
    tools: tools.map((tool) => tool.name),
    commands: commands.all.map((command) => command.name),
    skills: skills.skills.map((skill) => skill.name),
    hooks: hooks.map(({ event }) => event),
    providers: Object.keys(providers),
    problems: [...problems, ...commands.problems, ...skills.problems],
  };
}

function textOf({ name, path, from, problems, ...parts }: Row): string {
  const lines = Object.entries(parts).flatMap(([kind, names]) =>
    names.length === 0 ? [] : [`  ${kind.padEnd(10)} ${names.join(", ")}\n`],
  );
  const wrong = problems.map((problem) => `  ! ${problem}\n`);
  return [`${name}  (${from}, ${path})\n`, ...lines, ...wrong].join("");
}
