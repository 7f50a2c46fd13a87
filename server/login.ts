/** `sagent login PROVIDER`: keeps a key, or a login in the browser, for later runs. */
import { ConfigError, UsageError } from "../agent/error.ts";
import { type Env, type Vendor, withoutSecrets } from "../providers/auth.ts";
import {
  type Account,
  changeCredentials,
  credentialPath,
  defaultAccount,
  namedAccount,
} from "../providers/credential-file.ts";
import { findClient, type OAuthClient } from "../providers/oauth-client.ts";
import { type Config, type LoginWay, loginWays } from "./config.ts";
import { checkKey } from "./key-check.ts";
import { readBook } from "./models.ts";
import { openUrl } from "./open-url.ts";
import { note } from "./output.ts";
import { readSecret } from "./secret-input.ts";
import { writeOut } from "./stdio.ts";

export type LoginConfig = Pick<Config, "cwd" | "auth" | "account" | "checkKey">;

/** Resolves to the exit code. Throws `SagentError`; nothing is saved then. */
export async function runLogin(words: readonly string[], config: LoginConfig, env: Env): Promise<number> {
  const vendor = await vendorIn(words, "login", config, env);
  const account = namedAccount(config.account, env) ?? defaultAccount;
  const saved = await obtain(vendor, wayOf(config), env);
  if (config.checkKey) await tried(vendor, saved, env);
  const { keptAt } = await changeCredentials(env, (file) => file.put(vendor.name, account, saved), { keepAside: true });
  if (keptAt !== undefined) note(`the credential file made no sense; it was kept as ${keptAt}.`);
  const set = vendor.keyVars.find((name) => env[name]?.trim());
  if (set !== undefined && account === defaultAccount) {
    note(`${set} is set, and comes before the file unless --auth credentials is given.`);
  }
  await writeOut(`Logged in to ${vendor.label}, account ${account}. Saved in ${credentialPath(env)}.\n`);
  return 0;
}

/** The provider that the words behind a command name, a person's own ones too. */
export async function vendorIn(
  [name, ...more]: readonly string[],
  command: string,
  config: Pick<Config, "cwd">,
  env: Env,
): Promise<Vendor> {
  if (name === undefined || more.length > 0) {
    const hint =
      more.length > 0 && command === "login"
        ? "The key is asked for, or piped in; it is never an argument."
        : undefined;
    throw new UsageError(`The command is: ${command} PROVIDER [--account NAME].`, { hint });
  }
  if (name.toLowerCase() === "local") throw new UsageError("The models in the process need no login.");
  const vendor = (await readBook(config, env)).provider(name);
  if (vendor.wire === "program")
    throw new UsageError(`${vendor.label} keeps a login of its own: log in with that program.`);
  return vendor;
}

function wayOf({ auth = "key" }: LoginConfig): LoginWay {
  const way = loginWays.find((each) => each === auth);
  if (way !== undefined) return way;
  throw new UsageError(`--auth ${auth} is no way to log in.`, { hint: `Choose one of: ${loginWays.join(", ")}.` });
}

async function obtain(vendor: Vendor, way: LoginWay, env: Env): Promise<Account> {
  if (way === "key") {
    return { type: "key", key: await readSecret(`API key of ${vendor.label}: `), savedAt: Date.now() };
  }
  const client = clientOf(vendor, env);
  const { browserLogin, deviceLogin } = await import("../providers/oauth-login.ts");
  const { signal } = new AbortController();
  if (way === "device") {
    return deviceLogin(client, {
      signal,
      show: ({ url, code, completeUrl }) =>
        note(`on any device, open ${url} and enter the code ${code}${completeUrl ? ` (or open ${completeUrl})` : ""}.`),
    });
  }
  return browserLogin(client, {
    signal,
    open: (url) => {
      const isOpened = openUrl(url, withoutSecrets(env));
      note(isOpened ? `log in in the browser; if no page opened, go to ${url}` : `to log in, open ${url}`);
    },
  });
}

function clientOf({ name, label }: Vendor, env: Env): OAuthClient {
  const client = findClient(name, env);
  if (client) return client;
  throw new ConfigError(`No OAuth client is configured for ${label}.`, {
    hint: `Register one with the vendor and put its id under oauth.${name} in config.json, or log in with a key.`,
  });
}

/** Throws `ConfigError` where the provider refuses it; what it does not say is noted only. */
async function tried(vendor: Vendor, account: Account, env: Env): Promise<void> {
  const isKey = account.type === "key";
  const verdict = await checkKey(vendor, env, {
    type: isKey ? "key" : "token",
    secret: isKey ? account.key : account.accessToken,
    headers: findClient(vendor.name, env)?.headers ?? {},
  });
  if (verdict.type === "unknown") note(`${vendor.label} was not asked about it: ${verdict.why}.`);
  if (verdict.type !== "refused") return;
  const what = isKey ? "key" : "login";
  throw new ConfigError(`${vendor.label} refused the ${what} (status ${verdict.status}); nothing was saved.`, {
    hint: `Check the ${what}, or save it all the same with --no-check.`,
  });
}
