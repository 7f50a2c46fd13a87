/**
 * What people wrote for agents: AGENTS.md files from the general to the particular, so that the nearest has the last
 * word. Read once, when an agent starts; later edits would cost the prompt cache.
 */
import { existsSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { type InstructionText, readInstructionText } from "./instruction-text.ts";

export interface Instructions {
  /** Ready for the prompt; empty when there are none. */
  readonly text: string;
  /** Absolute paths in the order they apply. */
  readonly files: readonly string[];
  /** Sentences for the user: what was cut or could not be read. */
  readonly warnings: readonly string[];
}

export interface InstructionOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Further directories, behind all others. */
  readonly addDirs?: readonly string[];
  /** Most characters in all; 40,000 unless told otherwise. The nearest files are kept first. */
  readonly maxChars?: number;
  /** Directory of the machine's own AGENTS.md. */
  readonly systemDir?: string;
  /** Whether files of a directory may lead to what lies outside of it, such as a person's keys. Nowhere, by default. */
  readonly isTrusted?: (dir: string) => Promise<boolean>;
}

const defaultMaxChars = 40_000;
const includeDepth = 5;

interface Source {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads, in this order: the machine's file, the user's (`$XDG_CONFIG_HOME/sagent/AGENTS.md`), then in every directory
 * from the root to `cwd` `AGENTS.md` (`CLAUDE.md` where there is none), `.sagent/AGENTS.md` and `AGENTS.local.md`; and
 * the same in the directories that were added. A file named by `@path` comes just before the one that names it, once, five levels deep. What a
 * project's files name, by such a path or by a link, lies in it, unless it is trusted.
 */
export async function loadInstructions(options: InstructionOptions): Promise<Instructions> {
  const home = options.env.HOME || homedir();
  const config = options.env.XDG_CONFIG_HOME;
  const userDir = join(config && isAbsolute(config) ? config : join(home, ".config"), "sagent");
  const reader = new Reader(home, options.isTrusted ?? (async () => false));
  for (const dir of [options.systemDir ?? "/etc/sagent", userDir]) await reader.read(join(dir, "AGENTS.md"));
  const all = directoriesTo(resolve(options.cwd));
  const project = all.findLast((dir) => existsSync(join(dir, ".git")));
  const inside = new Set(project === undefined ? [] : all.slice(all.indexOf(project)));
  for (const dir of [...all, ...(options.addDirs ?? [])]) {
    const within = inside.has(dir) ? project : dir;
    if (!(await reader.read(join(dir, "AGENTS.md"), within))) await reader.read(join(dir, "CLAUDE.md"), within);
    await reader.read(join(dir, ".sagent", "AGENTS.md"), within);
    await reader.read(join(dir, "AGENTS.local.md"), within);
  }
  return fit(reader.sources, options.maxChars ?? defaultMaxChars, reader.warnings);
}

/** From the root down. */
function directoriesTo(dir: string): string[] {
  const parent = dirname(dir);
  return parent === dir ? [dir] : [...directoriesTo(parent), dir];
}

class Reader {
  readonly sources: Source[] = [];
  readonly warnings: string[] = [];
  readonly #seen = new Set<string>();
  readonly #home: string;
  readonly #isTrusted: (dir: string) => Promise<boolean>;

  constructor(home: string, isTrusted: (dir: string) => Promise<boolean>) {
    this.#home = home;
    this.#isTrusted = isTrusted;
  }

  /** False when there is no such file, or none `within` the directory that nobody trusts. */
  async read(path: string, within?: string, depth = 0): Promise<boolean> {
    if (this.#seen.has(path)) return true;
    const content = await this.#load(path, depth);
    if (!content) return false;
    this.#seen.add(path);
    if (within !== undefined && !(await this.#isHeld(path, within))) return false;
    for (const mention of depth < includeDepth ? content.mentions : []) {
      await this.read(this.#resolve(mention, dirname(path)), within, depth + 1);
    }
    if (content.text !== "") this.sources.push({ path, text: content.text });
    return true;
  }

  async #load(path: string, depth: number): Promise<InstructionText | undefined> {
    try {
      const text = await readFile(path, "utf8");
      return text.includes("\0") ? undefined : readInstructionText(text);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      const absent = code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR";
      if (!absent && depth === 0)
        this.warnings.push(`${path} could not be read (${code}); the agent works without it.`);
      return undefined;
    }
  }

  async #isHeld(path: string, within: string): Promise<boolean> {
    const way = relative(await realpath(within), await realpath(path));
    if (way !== ".." && !way.startsWith("../") && !isAbsolute(way)) return true;
    if (await this.#isTrusted(within)) return true;
    this.warnings.push(
      `${path} is not read: it lies outside of ${within}, whose files lead to it. If you trust this project, say so: sagent trust`,
    );
    return false;
  }

  #resolve(mention: string, from: string): string {
    return mention.startsWith("~/") ? join(this.#home, mention.slice(2)) : resolve(from, mention);
  }
}

/** Keeps the last sources whole as far as they fit, cuts the first that does not, and drops those before it. */
function fit(sources: readonly Source[], maxChars: number, warnings: readonly string[]): Instructions {
  const kept: Source[] = [];
  const said = [...warnings];
  let left = maxChars;
  for (const { path, text } of sources.toReversed()) {
    const part = text.length <= left ? text : text.slice(0, Math.max(0, text.lastIndexOf("\n", left)));
    if (part.length < text.length) {
      said.push(
        `${path}: ${text.length - part.length} of ${text.length} characters left out; all AGENTS.md files may have ${maxChars}.`,
      );
    }
    left = part.length < text.length ? 0 : left - text.length;
    if (part !== "") kept.unshift({ path, text: part });
  }
  const text = kept.map((source) => `# Instructions from ${source.path}\n${source.text}`).join("\n\n");
  return { text, files: kept.map((source) => source.path), warnings: said };
}
