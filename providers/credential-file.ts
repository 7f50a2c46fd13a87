/**
 * The file of keys and tokens: `credentials.json` in the user's configuration, for its owner's eyes only. Read at once
 * and as a whole; changed under a lock and replaced whole, so that processes that write at the same time lose nothing.
 *
 * `{ "accounts": { PROVIDER: { ACCOUNT: { "type": "key", "key": … } | { "type": "oauth", "accessToken": …, … } } } }`
 */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { chmod, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { ConfigError, messageOf, UsageError } from "../agent/error.ts";
import type { Env } from "./auth.ts";
import { lockFile } from "./file-lock.ts";
import { noteSecret } from "./secrets.ts";

/** The account that is meant where none is named. */
export const defaultAccount = "default";

export interface KeyAccount {
  readonly type: "key";
  readonly key: string;
  /** Unix time in ms, as all times of the file. */
  readonly savedAt: number;
}

export interface TokenAccount {
  readonly type: "oauth";
  readonly accessToken: string;
  readonly refreshToken?: string | undefined;
  /** Absent where the server did not say. */
  readonly expiresAt?: number | undefined;
  readonly savedAt: number;
  /** Where and as whom it is refreshed. */
  readonly tokenUrl: string;
  readonly clientId: string;
}

export type Account = KeyAccount | TokenAccount;

/** Accounts by name, by provider. */
export type Accounts = ReadonlyMap<string, ReadonlyMap<string, Account>>;

export interface Credentials {
  readonly accounts: Accounts;
  /** Why the file was not read; `accounts` is empty then. */
  readonly problem?: ConfigError;
}

const nothing: Credentials = { accounts: new Map() };
const lockWaitMs = 60_000;

/** Directory of user configuration; undefined where the environment names neither `XDG_CONFIG_HOME` nor `HOME`. */
export function configDir(env: Env): string | undefined {
  const xdg = env.XDG_CONFIG_HOME;
  if (xdg && isAbsolute(xdg)) return join(xdg, "sagent");
  return env.HOME ? join(env.HOME, ".config", "sagent") : undefined;
}

/** The file, whether it is there or not. Throws `ConfigError` where there is no place for one. */
export function credentialPath(env: Env): string {
  const dir = configDir(env);
  if (dir) return join(dir, "credentials.json");
  throw new ConfigError("There is no place for credentials: neither HOME nor XDG_CONFIG_HOME is set.");
}

/** Throws `UsageError` for what cannot be an account's name. */
export function checkAccount(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) return name;
  throw new UsageError(`"${name}" cannot be the name of an account.`, {
    hint: "It may hold letters, digits, - and _, and begins with a letter or a digit.",
  });
}

/** The account that was named, by `SAGENT_ACCOUNT` where not otherwise. Throws `UsageError` for what cannot be one. */
export function namedAccount(given: string | undefined, env: Env): string | undefined {
  const name = given ?? env.SAGENT_ACCOUNT?.trim();
  return name ? checkAccount(name) : undefined;
}

/** All accounts of the file, none where there is no file. Never throws. */
export function readCredentials(env: Env): Credentials {
  if (!configDir(env)) return nothing;
  const path = credentialPath(env);
  try {
    const { mode } = statSync(path);
    if ((mode & 0o077) !== 0) return { ...nothing, problem: openToOthers(path, mode) };
    return { accounts: noted(env, accountsIn(parse(readFileSync(path, "utf8")))) };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return nothing;
    return { ...nothing, problem: unusable(path, error) };
  }
}

/** The same accounts, whose secrets are known from now on. */
function noted(env: Env, accounts: Accounts): Accounts {
  const path = credentialPath(env);
  for (const [provider, group] of accounts) {
    for (const [name, account] of group) {
      for (const value of secretsOf(account)) noteSecret(path, `${provider} account ${name}`, value);
    }
  }
  return accounts;
}

function secretsOf(account: Account): readonly string[] {
  if (account.type === "key") return [account.key];
  return [account.accessToken, ...(account.refreshToken === undefined ? [] : [account.refreshToken])];
}

/** A file as it is being changed. */
export interface Draft {
  readonly accounts: Accounts;
  /** Keeps fields that this version does not know. */
  put(provider: string, account: string, value: Account): void;
  /** Whether it was there. */
  remove(provider: string, account: string): boolean;
}

export interface Change<Result> {
  readonly result: Result;
  /** Where a file that could not be used was moved. */
  readonly keptAt?: string;
}

/**
 * Reads the file, lets `edit` change it and writes it where something changed, all under the lock. A file that makes no
 * sense throws `ConfigError`; with `keepAside` it is moved out of the way instead.
 */
export async function changeCredentials<Result>(
  env: Env,
  edit: (draft: Draft) => Result | Promise<Result>,
  { keepAside = false } = {},
): Promise<Change<Result>> {
  const dir = dirname(credentialPath(env));
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
  const path = followLink(credentialPath(env));
  using _lock = await lockFile(`${credentialPath(env)}.lock`, lockWaitMs);
  const { raw, keptAt } = await load(path, keepAside);
  const before = JSON.stringify(raw);
  noted(env, accountsIn(raw));
  const result = await edit(draftOf(raw));
  noted(env, accountsIn(raw));
  if (JSON.stringify(raw) !== before) await replace(path, `${JSON.stringify(raw, null, 2)}\n`);
  return { result, ...(keptAt === undefined ? {} : { keptAt }) };
}

type Fields = Record<string, unknown>;

async function load(path: string, keepAside: boolean): Promise<{ raw: Fields; keptAt?: string }> {
  try {
    const raw = parse(readFileSync(path, "utf8"));
    accountsIn(raw);
    return { raw };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { raw: {} };
    if (!keepAside || !(error instanceof ShapeError)) throw unusable(path, error);
    const keptAt = `${path}.unusable-${Date.now()}`;
    await rename(path, keptAt);
    await chmod(keptAt, 0o600);
    return { raw: {}, keptAt };
  }
}

/** Every field that an account of this version may have: what another login left of them must go. */
const known = ["type", "key", "accessToken", "refreshToken", "expiresAt", "savedAt", "tokenUrl", "clientId"];

function draftOf(raw: Fields): Draft {
  const group = (provider: string) => fieldsOf(fieldsOf(raw.accounts)[provider]);
  const set = (provider: string, accounts: Fields) => {
    raw.accounts = { ...fieldsOf(raw.accounts), [provider]: accounts };
  };
  return {
    accounts: accountsIn(raw),
    put(provider, account, value) {
      const others = Object.entries(fieldsOf(group(provider)[account])).filter(([name]) => !known.includes(name));
      set(provider, { ...group(provider), [account]: { ...Object.fromEntries(others), ...value } });
    },
    remove(provider, account) {
      const { [account]: gone, ...rest } = group(provider);
      if (gone !== undefined) set(provider, rest);
      return gone !== undefined;
    },
  };
}

/** Whole or not at all, and safe on the disk before it counts. */
async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  try {
    await using file = await open(draft, "wx", 0o600);
    await file.writeFile(text);
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw new ConfigError(`The credentials could not be saved in ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** A file that is kept elsewhere and linked here stays there. */
function followLink(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The text is no file of ours. Never quotes it. */
class ShapeError extends Error {}

function parse(text: string): Fields {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new ShapeError("it is not JSON");
  }
  if (!isFields(raw)) throw new ShapeError("it is not an object");
  return raw;
}

/** Kinds of accounts that a later version may know are passed over. Throws `ShapeError`. */
function accountsIn({ accounts = {} }: Fields): Accounts {
  if (!isFields(accounts)) throw new ShapeError("`accounts` is not an object");
  const all = Object.entries(accounts).map(([provider, group]) => {
    if (!isFields(group)) throw new ShapeError(`\`accounts.${provider}\` is not an object`);
    const entries = Object.entries(group).map(([name, raw]) => [name, accountIn(raw, `${provider}.${name}`)] as const);
    return [provider, new Map(entries.flatMap(([name, account]) => (account ? [[name, account]] : [])))] as const;
  });
  return new Map(all);
}

function accountIn(raw: unknown, at: string): Account | undefined {
  if (!isFields(raw)) throw new ShapeError(`\`accounts.${at}\` is not an object`);
  const text = (name: string) => {
    const value = raw[name];
    if (typeof value === "string" && value !== "") return value;
    throw new ShapeError(`\`accounts.${at}.${name}\` is not a text`);
  };
  const time = (name: string) => (typeof raw[name] === "number" ? raw[name] : undefined);
  const savedAt = time("savedAt") ?? 0;
  if (raw.type === "key") return { type: "key", key: text("key"), savedAt };
  if (raw.type !== "oauth") return undefined;
  return {
    type: "oauth",
    accessToken: text("accessToken"),
    refreshToken: raw.refreshToken === undefined ? undefined : text("refreshToken"),
    expiresAt: time("expiresAt"),
    savedAt,
    tokenUrl: text("tokenUrl"),
    clientId: text("clientId"),
  };
}

function openToOthers(path: string, mode: number): ConfigError {
  return new ConfigError(`Others can read ${path} (mode ${(mode & 0o777).toString(8)}); nothing was read from it.`, {
    hint: `Make it yours alone: chmod 600 ${path}`,
  });
}

function unusable(path: string, error: unknown): ConfigError {
  return new ConfigError(`The credentials in ${path} cannot be used: ${messageOf(error)}.`, {
    hint: "Mend the file, or run `sagent login PROVIDER`, which keeps it aside and begins a new one.",
  });
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? error.code : undefined);
