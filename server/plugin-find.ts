/**
 * Where plug-ins are: folders in `plugins` and single tools in `tools`, in a project's `.sagent` or in a person's
 * configuration, and packages that the `plugins` of a settings file there names.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { messageOf } from "../agent/error.ts";
import type { Place } from "../tools/skills/places.ts";

export interface FoundPlugin {
  readonly name: string;
  readonly dir: string;
  /** Its module; undefined where it is made of files only. */
  readonly entry: string | undefined;
  readonly from: "folder" | "file" | "package";
  /** The directory whose trust counts; undefined for the person's own. */
  readonly project: string | undefined;
  /** Why it cannot be loaded. */
  readonly problem?: string;
}

export function findPlugins(places: readonly Place[]): readonly FoundPlugin[] {
  return places
    .filter(({ dir }) => [".sagent", "sagent"].includes(basename(dir)))
    .flatMap((place) => [...folders(place), ...files(place), ...packages(place)]);
}

function folders({ dir, project }: Place): FoundPlugin[] {
  return namesIn(join(dir, "plugins")).flatMap((name) => {
    const at = join(dir, "plugins", name);
    return isDirectory(at) ? [inFolder(at, name, "folder", project)] : [];
  });
}

function files({ dir, project }: Place): FoundPlugin[] {
  return namesIn(join(dir, "tools"))
    .filter((name) => /^[\w-]+\.[jt]s$/.test(name))
    .map((name) => ({
      name: name.slice(0, -3),
      dir: join(dir, "tools"),
      entry: join(dir, "tools", name),
      from: "file",
      project,
    }));
}

function packages({ dir, project }: Place): FoundPlugin[] {
  const path = join(dir, "settings.json");
  const named = existsSync(path) ? jsonIn(path)?.plugins : undefined;
  if (!Array.isArray(named)) return [];
  return named
    .filter((name) => typeof name === "string")
    .map((name): FoundPlugin => {
      try {
        const at = dirname(Bun.resolveSync(`${name}/package.json`, dirname(dir)));
        return inFolder(at, name, "package", project);
      } catch (error) {
        const problem = `the package cannot be found from ${dirname(dir)}: ${messageOf(error)}`;
        return { name, dir: dirname(dir), entry: undefined, from: "package", project, problem };
      }
    });
}

const entries = ["index.ts", "index.js", "plugin.ts", "plugin.js"];

function inFolder(dir: string, name: string, from: FoundPlugin["from"], project: string | undefined): FoundPlugin {
  const manifests = ["plugin.json", ".claude-plugin/plugin.json"].map((path) => join(dir, path));
  const manifest = manifests.find((path) => existsSync(path));
  const facts = manifest === undefined ? undefined : jsonIn(manifest);
  const known = { name: typeof facts?.name === "string" ? facts.name : name, dir, from, project };
  if (manifest !== undefined && !facts) return { ...known, entry: undefined, problem: `${manifest} is no JSON object` };
  const main = facts?.main ?? (from === "package" ? jsonIn(join(dir, "package.json"))?.main : undefined);
  const entry =
    typeof main === "string"
      ? join(dir, main)
      : entries.map((each) => join(dir, each)).find((path) => existsSync(path));
  return { ...known, entry };
}

function jsonIn(path: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((name) => !name.startsWith("."))
      .sort();
  } catch {
    return [];
  }
}

const isDirectory = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
