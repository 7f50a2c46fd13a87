/**
 * What people wrote for agents: AGENTS.md files from the general to the particular, so that the nearest has the last
 * word. Read once, when an agent starts; later edits would cost the prompt cache.
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
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
 * the same in the directories that were added. A file named by `@path` comes just before the one that names it, once, five levels deep.
 */
export async function loadInstructions(options: InstructionOptions): Promise<Instructions> {
  const home = options.env.HOME || homedir();
  const config = options.env.XDG_CONFIG_HOME;
  const userDir = join(config && isAbsolute(config) ? config : join(home, ".config"), "sagent");
  const reader = new Reader(home);
  for (const dir of [options.systemDir ?? "/etc/sagent", userDir]) await reader.read(join(dir, "AGENTS.md"));
  for (const dir of [...directoriesTo(resolve(options.cwd)), ...(options.addDirs ?? [])]) {
    if (!(await reader.read(join(dir, "AGENTS.md")))) await reader.read(join(dir, "CLAUDE.md"));
    await reader.read(join(dir, ".sagent", "AGENTS.md"));
    await reader.read(join(dir, "AGENTS.local.md"));
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

  constructor(home: string) {
    this.#home = home;
  }

  /** False when there is no such file. */
  async read(path: string, depth = 0): Promise<boolean> {
    if (this.#seen.has(path)) return true;
    const content = await this.#load(path, depth);
    if (!content) return false;
    this.#seen.add(path);
    for (const mention of depth < includeDepth ? content.mentions : []) {
      await this.read(this.#resolve(mention, dirname(path)), depth + 1);
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
