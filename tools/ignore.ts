/** Walks a tree in order, leaving out what ignore files name. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { compilePattern } from "./pattern.ts";

export interface Entry {
  /** Absolute path. */
  readonly path: string;
  /** Path from the walk's root. */
  readonly relative: string;
  readonly name: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
}

export interface WalkOptions {
  /** Whether names that start with a dot are seen. */
  readonly hidden: boolean;
  /** Whether ignore files count. */
  readonly ignore: boolean;
  readonly signal?: AbortSignal;
  /** 1 means the root's own entries only. */
  readonly maxDepth?: number;
  /** Whether to look into a directory; all of them if left out. */
  readonly descend?: (directory: Entry) => boolean;
}

const versionControl = new Set([".git", ".svn", ".hg"]);
/** Longest time the walk keeps the event loop, in ms. */
const sliceMs = 8;

/**
 * Yields the entries under a directory, each directory before its contents, in path-component order. Symlinks are
 * yielded and not followed; directories that cannot be read are passed over; `.git`, `.svn` and `.hg` are never seen.
 * Rules are those of ripgrep with `--no-require-git --no-ignore-global`: `.ignore`, then `.gitignore`, then
 * `.git/info/exclude`, nested and from the parents of the root, nearest first. Ends early once the signal aborts; the
 * caller looks at the signal.
 */
export async function* walk(root: string, options: WalkOptions): AsyncGenerator<Entry> {
  const top = resolve(root);
  const above = options.ignore ? rulesAbove(top) : undefined;
  const stack = [openDirectory(top, "", above, options)];
  let breakAt = performance.now() + sliceMs;
  for (let open = stack.at(-1); open !== undefined; open = stack.at(-1)) {
    if (options.signal?.aborted) return;
    if (performance.now() > breakAt) {
      await new Promise((go) => setImmediate(go));
      breakAt = performance.now() + sliceMs;
    }
    const entry = open.entries[open.next++];
    if (entry === undefined) {
      stack.pop();
      continue;
    }
    yield entry;
    const deeper = stack.length < (options.maxDepth ?? Number.POSITIVE_INFINITY);
    if (entry.isDirectory && deeper && (options.descend?.(entry) ?? true)) {
      stack.push(openDirectory(entry.path, `${entry.relative}/`, open.rules, options));
    }
  }
}

interface OpenDirectory {
  readonly entries: readonly Entry[];
  readonly rules: Rules | undefined;
  next: number;
}

function openDirectory(path: string, prefix: string, above: Rules | undefined, options: WalkOptions): OpenDirectory {
  const found = list(path);
  const names = new Set<string>();
  if (options.ignore) for (const { name } of found) if (ruleFiles.has(name)) names.add(name);
  const rules = names.size > 0 ? readRules(path, above, names) : above;
  const base = path === "/" ? "/" : `${path}/`;
  const entries: Entry[] = [];
  for (const item of found) {
    const { name } = item;
    if (versionControl.has(name) || (!options.hidden && name.startsWith("."))) continue;
    const isDirectory = item.isDirectory();
    const full = base + name;
    if (rules !== undefined && isIgnored(rules, full, name, isDirectory)) continue;
    entries.push({
      path: full,
      relative: prefix + name,
      name,
      isFile: item.isFile(),
      isDirectory,
      isSymlink: item.isSymbolicLink(),
    });
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { entries, rules, next: 0 };
}

function list(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

// --- Rules ------------------------------------------------------------------------------------------------------------

interface Rule {
  readonly pattern: RegExp;
  readonly negated: boolean;
  readonly directoryOnly: boolean;
  /** Whether it is matched against the path from its directory rather than the bare name. */
  readonly anchored: boolean;
}

/** What one directory's ignore files say, on top of what those above it say. Last rule first. */
interface Rules {
  readonly directory: string;
  readonly above: Rules | undefined;
  readonly dot: readonly Rule[];
  readonly git: readonly Rule[];
  readonly exclude: readonly Rule[];
  /** Whether a repository starts here, so that git's rules from above do not count. */
  readonly repository: boolean;
}

const ruleFiles = new Set([".git", ".gitignore", ".ignore"]);

function rulesAbove(path: string): Rules | undefined {
  const parent = dirname(path);
  if (parent === path) return undefined;
  return readRules(parent, rulesAbove(parent), ruleFiles);
}

function readRules(directory: string, above: Rules | undefined, names: ReadonlySet<string>): Rules | undefined {
  const gitDirectory = names.has(".git") ? findGitDirectory(directory) : undefined;
  const dot = names.has(".ignore") ? parseRules(join(directory, ".ignore")) : [];
  const git = names.has(".gitignore") ? parseRules(join(directory, ".gitignore")) : [];
  const exclude = gitDirectory ? parseRules(join(gitDirectory, "info/exclude")) : [];
  const repository = gitDirectory !== undefined;
  if (!repository && dot.length + git.length === 0) return above;
  return { directory, above, dot, git, exclude, repository };
}

/** Where a repository keeps what all its worktrees share, or undefined if none starts here. */
function findGitDirectory(directory: string): string | undefined {
  const path = join(directory, ".git");
  const pointer = readText(path);
  if (pointer === undefined) return list(path).length > 0 ? path : undefined;
  const target = /^gitdir: (.+)$/m.exec(pointer)?.[1];
  if (target === undefined) return undefined;
  const own = resolve(directory, target);
  return resolve(own, readText(join(own, "commondir"))?.trim() ?? ".");
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function parseRules(path: string): Rule[] {
  const text = readText(path)?.replace(/^\uFEFF/, "") ?? "";
  return text
    .split(/\r?\n/)
    .map(parseRule)
    .filter((rule) => rule !== undefined)
    .reverse();
}

function parseRule(line: string): Rule | undefined {
  const trimmed = line.replace(/((?:^|[^\\])(?:\\\\)*)[ \t]+$/, "$1");
  if (trimmed === "" || trimmed.startsWith("#")) return undefined;
  const negated = trimmed.startsWith("!");
  const body = negated ? trimmed.slice(1) : trimmed;
  const directoryOnly = body.endsWith("/");
  const path = directoryOnly ? body.slice(0, -1) : body;
  const pattern = compilePattern(path.replace(/^\//, ""), { braces: false, dots: true });
  return pattern && { pattern, negated, directoryOnly, anchored: path.includes("/") };
}

function isIgnored(rules: Rules, path: string, name: string, isDirectory: boolean): boolean {
  for (const kind of ["dot", "git", "exclude"] as const) {
    for (let level: Rules | undefined = rules; level !== undefined; level = level.above) {
      const rule = lastMatch(level, level[kind], path, name, isDirectory);
      if (rule !== undefined) return !rule.negated;
      if (level.repository && kind !== "dot") break;
    }
  }
  return false;
}

function lastMatch(level: Rules, rules: readonly Rule[], path: string, name: string, isDirectory: boolean) {
  if (rules.length === 0) return undefined;
  const relative = path.slice(level.directory === "/" ? 1 : level.directory.length + 1);
  for (const rule of rules) {
    if (rule.directoryOnly && !isDirectory) continue;
    if (rule.pattern.test(rule.anchored ? relative : name)) return rule;
  }
  return undefined;
}
