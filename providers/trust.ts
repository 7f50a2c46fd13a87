/**
 * Directories whose own files may decide what runs on this machine and where conversations go, as the person said:
 * `trust.json` of their configuration.
 */
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, relative } from "node:path";
import { ConfigError, messageOf } from "../agent/error.ts";
import { configDir } from "./credential-file.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Throws `ConfigError` where there is no place for one. */
export function trustPath(env: Env): string {
  const dir = configDir(env);
  if (dir) return join(dir, "trust.json");
  throw new ConfigError("There is no place to note what you trust: neither HOME nor XDG_CONFIG_HOME is set.");
}

/** As they were written, `~` in front perhaps. Throws `ConfigError` for a file that is broken. */
export function trustedDirs(env: Env): readonly string[] {
  if (configDir(env) === undefined) return [];
  const path = trustPath(env);
  if (!existsSync(path)) return [];
  const broken = (what: string) =>
    new ConfigError(`${path} cannot be read: ${what}.`, {
      hint: 'It is to be {"directories": ["~/work/acme"]}. Mend the file, or move it away.',
    });
  let json: { readonly directories?: unknown } | null;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw broken(messageOf(error));
  }
  const directories = json?.directories;
  if (!Array.isArray(directories) || !directories.every((each) => typeof each === "string"))
    throw broken('"directories" is not a list of paths');
  return directories;
}

/** Whether it, or a directory above it, is trusted. Symlinks on the way are followed. Throws `ConfigError`. */
export function isTrustedDir(dir: string, env: Env): boolean {
  const place = real(dir);
  return trustedDirs(env).some((trusted) => {
    const path = fromHome(trusted, env);
    if (!isAbsolute(path) || !existsSync(path)) return false;
    const way = relative(real(path), place);
    return way !== ".." && !way.startsWith("../") && !isAbsolute(way);
  });
}

/** Trusts a directory, or no longer. False where that changed nothing. Throws `ConfigError`. */
export function setTrust(dir: string, trusted: boolean, env: Env): boolean {
  const before = trustedDirs(env);
  const place = real(dir);
  const others = before.filter((each) => real(fromHome(each, env)) !== place);
  if (trusted === others.length < before.length) return false;
  const path = trustPath(env);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify({ directories: trusted ? [...others, place] : others }, undefined, 2)}\n`, {
    mode: 0o600,
  });
  renameSync(draft, path);
  return true;
}

const fromHome = (path: string, env: Env) => path.replace(/^~(?=\/|$)/, env.HOME || homedir());

function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
