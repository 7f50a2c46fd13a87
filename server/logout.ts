/** `sagent logout PROVIDER`: forgets an account of the credential file. */
import type { Env } from "../providers/auth.ts";
import { changeCredentials, defaultAccount, namedAccount, type TokenAccount } from "../providers/credential-file.ts";
import { findClient } from "../providers/oauth-client.ts";
import type { Config } from "./config.ts";
import { vendorIn } from "./login.ts";
import { note } from "./output.ts";
import { writeOut } from "./stdio.ts";

/** Resolves to the exit code: 1 where there was nothing to forget. */
export async function runLogout(
  words: readonly string[],
  config: Pick<Config, "cwd" | "account">,
  env: Env,
): Promise<number> {
  const { name, label, keyVars } = await vendorIn(words, "logout", config, env);
  const account = namedAccount(config.account, env) ?? defaultAccount;
  const { result } = await changeCredentials(env, (file) => {
    const saved = file.accounts.get(name)?.get(account);
    return file.remove(name, account) ? { saved } : undefined;
  });
  const set = keyVars.find((each) => env[each]?.trim());
  if (set !== undefined) note(`${set} is still set in the environment.`);
  if (!result) {
    await writeOut(`There is no account ${account} of ${label}.\n`);
    return 1;
  }
  if (result.saved?.type === "oauth") await takeBack(name, label, result.saved, env);
  await writeOut(`Logged out of ${label}, account ${account}.\n`);
  return 0;
}

async function takeBack(name: string, label: string, account: TokenAccount, env: Env): Promise<void> {
  const client = findClient(name, env);
  if (client?.clientId === account.clientId) {
    const { revoke } = await import("../providers/oauth.ts");
    if (await revoke(account, client)) return;
  }
  note(`${label} was not told; the token is good there until it expires.`);
}
