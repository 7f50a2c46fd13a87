/** Where a project and a person keep what they wrote for agents: `.sagent`, `.claude` and `.agents` folders. */
import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

export interface Place {
  /** Absolute path of the folder, such as `/work/acme/.claude`. */
  readonly dir: string;
  /** The directory that it is in, whose trust counts; undefined for the person's own. */
  readonly project: string | undefined;
}

const folders = [".sagent", ".claude", ".agents"];

/** Those that exist: of every directory from `cwd` up to the root, the nearest first, then the person's own. */
export function placesFor(cwd: string, env: Env): readonly Place[] {
  const own = userDirs(env).filter((dir) => existsSync(dir));
  const real = new Set(own.map((dir) => realpathSync(dir)));
  const above = directoriesFrom(resolve(cwd)).flatMap((project) =>
    folders
      .map((folder) => join(project, folder))
      .filter((dir) => existsSync(dir) && !real.has(realpathSync(dir)))
      .map((dir): Place => ({ dir, project })),
  );
  return [...above, ...own.map((dir): Place => ({ dir, project: undefined }))];
}

/** Those of the project that `cwd` is in, up to the root of its repository, or of `cwd` alone; and the person's own. */
export function projectPlaces(cwd: string, env: Env): readonly Place[] {
  const all = directoriesFrom(resolve(cwd));
  const root = all.findIndex((dir) => existsSync(join(dir, ".git")));
  const inside = new Set(all.slice(0, Math.max(root, 0) + 1));
  return placesFor(cwd, env).filter(({ project }) => project === undefined || inside.has(project));
}

/** Folders of skills, the nearest to `cwd` first; `more` come behind the project's and before the person's own. */
export function skillDirs(cwd: string, env: Env, more: readonly string[] = []): readonly string[] {
  const places = placesFor(cwd, env);
  const dirs = (own: boolean) =>
    places.filter(({ project }) => (project === undefined) === own).map(({ dir }) => join(dir, "skills"));
  return [...dirs(false), ...more, ...dirs(true)];
}

function userDirs(env: Env): readonly string[] {
  const home = env.HOME || homedir();
  const config = env.XDG_CONFIG_HOME;
  const configDir = join(config && isAbsolute(config) ? config : join(home, ".config"), "sagent");
  return [configDir, join(home, ".claude"), join(home, ".agents")];
}

function directoriesFrom(dir: string): readonly string[] {
  const parent = dirname(dir);
  return parent === dir ? [dir] : [dir, ...directoriesFrom(parent)];
}
