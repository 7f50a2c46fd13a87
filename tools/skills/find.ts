/** Finds skills: folders with a `SKILL.md`, which says in its head what it is for and in its body what to do. */
import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { oneLine } from "../output.ts";
import { readFrontmatter, textOfKey } from "./frontmatter.ts";

export interface Skill {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** Absolute path of its `SKILL.md`. */
  readonly path: string;
  /** The folder that its other files are in. */
  readonly dir: string;
}

export interface FoundSkills {
  /** Of one name only the nearest. */
  readonly skills: readonly Skill[];
  /** A sentence for each that could not be taken. */
  readonly problems: readonly string[];
}

const nameRule = /^[a-z0-9][a-z0-9-]{0,63}$/;
const headBytes = 16 * 1024;
const maxDepth = 6;
/** So that a link to a large tree costs no start. */
const maxFolders = 2_000;

/** Searches folders of skills in this order; folders in them may group skills. Those that are not there mean nothing. */
export function findSkills(dirs: readonly string[]): FoundSkills {
  const skills = new Map<string, Skill>();
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const dir of dirs) {
    for (const path of skillFiles(dir, seen)) {
      const skill = readSkill(path);
      if (typeof skill === "string") problems.push(skill);
      else if (!skills.has(skill.name)) skills.set(skill.name, skill);
    }
  }
  return { skills: [...skills.values()], problems };
}

/** In the order of their names; no folder twice, so that links in a circle come to an end. */
function skillFiles(dir: string, seen: Set<string>, depth = 0): readonly string[] {
  const names = namesIn(dir);
  if (!names || seen.size >= maxFolders) return [];
  const real = realpathSync(dir);
  if (seen.has(real)) return [];
  seen.add(real);
  if (names.includes("SKILL.md")) return [join(dir, "SKILL.md")];
  if (depth >= maxDepth) return [];
  return names
    .filter((name) => !name.startsWith(".") && name !== "node_modules")
    .sort()
    .flatMap((name) => (isFolder(join(dir, name)) ? skillFiles(join(dir, name), seen, depth + 1) : []));
}

function namesIn(dir: string): readonly string[] | undefined {
  try {
    return readdirSync(dir);
  } catch {
    return undefined;
  }
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** A sentence where it is no skill. */
function readSkill(path: string): Skill | string {
  const head = readHead(path);
  if (head === undefined) return `The skill ${path} cannot be read.`;
  const front = readFrontmatter(head);
  const dir = path.slice(0, -"/SKILL.md".length);
  const name = textOfKey(front, "name") ?? basename(dir);
  if (!nameRule.test(name)) {
    return `The skill ${path} is left out: its name "${oneLine(name, 80)}" is not made of a-z, 0-9 and -, 64 at most.`;
  }
  const description = textOfKey(front, "description") ?? firstLine(front.body);
  return { name, description: oneLine(description, 1024), path, dir };
}

const firstLine = (body: string) => (body.split("\n").find((line) => line.trim() !== "") ?? "").replace(/^#+\s*/, "");

function readHead(path: string): string | undefined {
  try {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(headBytes);
      return bytes.toString("utf8", 0, readSync(file, bytes, 0, headBytes, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
