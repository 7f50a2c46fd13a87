/** `sagent auth status`: what each provider would be used with. Shows the last letters of a key, never all of it. */
import { UsageError } from "../agent/error.ts";
import { type Env, findKey, type Vendor } from "../providers/auth.ts";
import { type Account, defaultAccount, readCredentials } from "../providers/credential-file.ts";
import { usableProviders } from "../providers/registry.ts";
import { columns } from "./columns.ts";
import type { Config } from "./config.ts";
import { readBook } from "./models.ts";
import { note } from "./output.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";

/** One way to be let in. */
export interface AuthRow {
  readonly provider: string;
  /** The variable, or how the account of the file logs in; `none` where there is nothing and nothing is needed. */
  readonly source: string;
  readonly account: string;
  /** The last four letters of a long secret. */
  readonly tail: string;
  /** Unix time in ms; null where it does not, or where nobody said. */
  readonly expiresAt: number | null;
  readonly usable: boolean;
}

/** Resolves to the exit code. */
export async function runAuth(
  words: readonly string[],
  config: Pick<Config, "cwd" | "outputFormat">,
  env: Env,
): Promise<number> {
  if (words.join(" ") !== "status") throw new UsageError("The command is: auth status [--json].");
  const { accounts, problem } = readCredentials(env);
  const book = await readBook(config, env);
  const usable = usableProviders(env, book);
  const rows = book.providers.flatMap((vendor) => {
    const found = rowsOf(vendor, env, accounts.get(vendor.name) ?? new Map());
    return found.length > 0 ? found : [nothing(vendor.name, usable.includes(vendor.name))];
  });
  if (config.outputFormat === "text") await writeOut(printable(table(rows)));
  else await writeOut(`${JSON.stringify(rows)}\n`);
  if (problem) note(`${problem.message} ${problem.hint ?? ""}`);
  return problem ? 1 : 0;
}

function rowsOf(vendor: Vendor, env: Env, accounts: ReadonlyMap<string, Account>): AuthRow[] {
  const { name: provider, keyVars } = vendor;
  const key = findKey(vendor, env);
  const source = keyVars.find((each) => env[each]?.trim()) ?? "";
  const ofEnv = key
    ? [{ provider, source, account: defaultAccount, tail: tailOf(key), expiresAt: null, usable: true }]
    : [];
  const ofFile = [...accounts].map(([account, saved]) => ({ provider, account, ...shown(saved) }));
  return [...ofEnv, ...ofFile];
}

const nothing = (provider: string, usable: boolean): AuthRow => ({
  provider,
  source: "none",
  account: "",
  tail: "",
  expiresAt: null,
  usable,
});

function shown(account: Account): Pick<AuthRow, "source" | "tail" | "expiresAt" | "usable"> {
  if (account.type === "key") return { source: "key", tail: tailOf(account.key), expiresAt: null, usable: true };
  const { expiresAt = null, refreshToken, accessToken } = account;
  const usable = refreshToken !== undefined || expiresAt === null || expiresAt > Date.now();
  return { source: "oauth", tail: tailOf(accessToken), expiresAt, usable };
}

/** A short secret would be half told by its end. */
const tailOf = (secret: string) => (secret.length >= 20 ? `…${secret.slice(-4)}` : "…");

function table(rows: readonly AuthRow[]): string {
  const head = ["provider", "source", "account", "key", "expires", "usable"];
  const cells = rows.map(({ provider, source, account, tail, expiresAt, usable }) => {
    const expires = expiresAt === null ? "" : new Date(expiresAt).toISOString().slice(0, 16).replace("T", " ");
    return [provider, source, account, tail, expires, usable ? "yes" : "no"];
  });
  return `${columns([head, ...cells])}\n`;
}
