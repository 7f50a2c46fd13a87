/** Finds the language server that a project has for a file, and the directory that it is to serve. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, extname, isAbsolute, join, relative } from "node:path";
import { z } from "zod";
import { isProgram } from "../program.ts";
import type { ServerSpec } from "./known-servers.ts";

export interface FoundServer {
  readonly spec: ServerSpec;
  readonly argv: readonly string[];
  /** The directory that it serves. Absolute. */
  readonly root: string;
}

interface Surroundings {
  /** The workspace's root: nothing above it is looked at. */
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Where projects keep programs of their own. */
export const binDirs = ["node_modules/.bin", ".venv/bin", "venv/bin", "vendor/bin"];

/** The first server of the table for the file that is there: in the project, nearest first, else on the PATH. */
export function findServer(file: string, specs: readonly ServerSpec[], place: Surroundings): FoundServer | undefined {
  const extension = extname(file).toLowerCase();
  const above = dirsAbove(file, place.root);
  for (const spec of specs) {
    if (!spec.extensions.includes(extension)) continue;
    const program = findProgram(spec, above, place.env);
    if (program === undefined) continue;
    return { spec, argv: [program, ...spec.command.slice(1)], root: rootOf(spec, above, place.root) };
  }
  return undefined;
}

/** Directories from that of the file up to the workspace's root; only that root for a file outside. */
function dirsAbove(file: string, root: string): string[] {
  const inside = relative(root, file);
  if (inside === "" || inside === ".." || inside.startsWith("../") || isAbsolute(inside)) return [root];
  const dirs: string[] = [];
  for (let dir = dirname(file); dir !== root; dir = dirname(dir)) dirs.push(dir);
  return [...dirs, root];
}

function rootOf({ rootMarkers, outermost = false }: ServerSpec, above: readonly string[], root: string): string {
  const marked = above.filter((dir) => rootMarkers.some((marker) => existsSync(join(dir, marker))));
  return marked.at(outermost ? -1 : 0) ?? root;
}

function findProgram(
  spec: ServerSpec,
  above: readonly string[],
  env: Readonly<Record<string, string>>,
): string | undefined {
  const [name = ""] = spec.command;
  if (isAbsolute(name)) return isProgram(name) ? name : undefined;
  const own = above.flatMap((dir) => binDirs.map((bin) => join(dir, bin)));
  const path = (env.PATH ?? "").split(delimiter).filter(isAbsolute);
  return [...own, ...path].map((dir) => join(dir, name)).find((program) => isProgram(program) && isLate(program, spec));
}

const packageSchema = z.object({ version: z.string() });

/** Whether the program's package is of the version that the server came with. */
function isLate(program: string, { since }: ServerSpec): boolean {
  if (!since) return true;
  const places = [join(dirname(program), "..", since.package), join(dirname(realpathSync(program)), "..")];
  return places.some((place) => {
    try {
      const { version } = packageSchema.parse(JSON.parse(readFileSync(join(place, "package.json"), "utf8")));
      return Number.parseInt(version, 10) >= since.major;
    } catch {
      return false;
    }
  });
}
