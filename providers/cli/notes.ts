/** Files that a program reads at its start and nobody else may: what is in them is too long, or too secret, for argv. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Env } from "../auth.ts";

export interface Notes extends Disposable {
  readonly path: string;
}

/** A directory of its own with these files; both are gone when it is disposed. */
export function openNotes(files: Readonly<Record<string, string>>): Notes {
  const path = mkdtempSync(join(tmpdir(), "sagent-cli-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text, { mode: 0o600 });
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * The directory that programs run in: empty but for settings, the same for every conversation, so that no file of a
 * project is read by a program that is not asked to, and none leaves traces of more than one project.
 */
export function quietDirectory(env: Env, name: string, files: Readonly<Record<string, string>> = {}): string {
  const cache = env.XDG_CACHE_HOME?.trim() || join(env.HOME ?? homedir(), ".cache");
  const path = join(cache, "sagent", "vendor-cli", name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(path, file, ".."), { recursive: true, mode: 0o700 });
    writeFileSync(join(path, file), text, { mode: 0o600 });
  }
  return path;
}
