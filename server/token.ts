/** What proves that somebody may come in: the token of a project's server, and the secret for other machines. */
import { timingSafeEqual } from "node:crypto";
import { link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { ConfigError, UsageError } from "../agent/error.ts";
import { projectDir } from "../agent/session-list.ts";
import { isLoopback } from "./hosts.ts";

type Env = Readonly<Record<string, string | undefined>>;

const tokenFile = "token";
const shortestSecret = 16;

/** Where a project keeps what its server needs. */
export function serverDir(cwd: string, env: Env): string {
  return join(projectDir(cwd, env), "server");
}

/** 128 random bits, as 22 letters that an address and a cookie can carry. */
export function randomCode(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
}

/**
 * The token that `dir` keeps, made where there is none, so that an open page outlives its server. Throws `ConfigError` where
 * nothing can be kept from others there, and the disk's own error.
 */
export async function loadToken(dir: string): Promise<string> {
  const kept = await readToken(dir);
  if (kept !== undefined) return kept;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, tokenFile);
  await rm(path, { force: true });
  const draft = `${path}.${crypto.randomUUID()}`;
  await writeFile(draft, randomCode(), { mode: 0o600, flag: "wx", flush: true });
  try {
    await link(draft, path);
  } catch (error) {
    // Another process was here first: its token is everybody's.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const made = await readToken(dir);
  if (made !== undefined) return made;
  throw new ConfigError(`The token of the workspace cannot be kept from others in ${dir}; nothing was started.`, {
    hint: "Set XDG_DATA_HOME to a directory on a disk that knows file permissions.",
  });
}

/** The token that `dir` keeps; undefined where there is none, or where others could have read or put it there. */
export async function readToken(dir: string): Promise<string | undefined> {
  const path = join(dir, tokenFile);
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile() || (info.mode & 0o077) !== 0) return undefined;
  const text = await readFile(path, "utf8").catch(() => "");
  return /^[\w-]{22}$/.test(text) ? text : undefined;
}

/** Whether two secrets are the same, in a time that tells nothing of them. */
export function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted));
}

export function digest(text: string): Buffer {
  return Buffer.from(new Bun.CryptoHasher("sha256").update(text).digest());
}

/**
 * What people on other machines log in with, from `SAGENT_SECRET`; undefined where `host` lets only this machine in. Throws
 * `UsageError` where other machines could come in and there is none, or one that is easily guessed.
 */
export function requireSecret(host: string, port: number | undefined, env: Env): string | undefined {
  if (isLoopback(host)) return undefined;
  const secret = env.SAGENT_SECRET?.trim() ?? "";
  if (secret.length >= shortestSecret) return secret;
  const state = secret === "" ? "is not set" : `has fewer than ${shortestSecret} characters`;
  const at = port ?? "PORT";
  throw new UsageError(
    `Listening on ${host} lets other machines in, and SAGENT_SECRET ${state}; nothing was started.`,
    {
      hint:
        `Stay on this machine and come in through SSH: run \`sagent serve --port ${at}\` here and ` +
        `\`ssh -L ${at}:127.0.0.1:${at} ${hostname()}\` there, then open the printed link there. ` +
        `Or set SAGENT_SECRET in the environment to ${shortestSecret} characters or more that nobody guesses.`,
    },
  );
}
