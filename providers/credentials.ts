/** Which key or token a provider is used with: the environment's, or an account of the credential file. */
import { ConfigError } from "../agent/error.ts";
import type { Access, KeySource } from "../agent/model.ts";
import { type Env, findKey, type Vendor, vendors } from "./auth.ts";
import { type Accounts, defaultAccount, readCredentials, type TokenAccount } from "./credential-file.ts";

export type Credential =
  | { readonly type: "key"; readonly key: string; readonly from: "env" }
  | { readonly type: "key"; readonly key: string; readonly from: "file"; readonly account: string }
  | { readonly type: "token"; readonly token: TokenAccount; readonly from: "file"; readonly account: string };

/** What a provider would be used with; undefined where there is nothing, or a file that cannot be used. */
export function findCredential(vendor: Vendor, env: Env, access: Access = {}): Credential | undefined {
  const { auth, account = defaultAccount } = access;
  const key = auth !== "credentials" && account === defaultAccount ? findKey(vendor, env) : undefined;
  if (key) return { type: "key", key, from: "env" };
  return auth === "env" ? undefined : ofFile(readCredentials(env).accounts, vendor.name, account);
}

function ofFile(accounts: Accounts, provider: string, account: string): Credential | undefined {
  const found = accounts.get(provider)?.get(account);
  switch (found?.type) {
    case undefined:
      return undefined;
    case "key":
      return { type: "key", key: found.key, from: "file", account };
    case "oauth":
      return { type: "token", token: found, from: "file", account };
  }
}

/** The same, or `ConfigError` that says what is missing, how to get it and what works without it. */
export function requireCredential(vendor: Vendor, env: Env, access: Access = {}): Credential {
  const found = findCredential(vendor, env, access);
  if (found) return found;
  const { auth, account = defaultAccount } = access;
  const { accounts, problem } = readCredentials(env);
  if (problem && auth !== "env") throw problem;
  if (account !== defaultAccount) throw noAccount(vendor, auth, account, accounts);
  const ready = vendors.filter((other) => other.needsKey && findCredential(other, env)).map((other) => other.name);
  const instead = `or use a provider that is ready: ${[...ready, "local"].join(", ")}.`;
  if (auth === "credentials") {
    throw new ConfigError(`${vendor.label} has no account in the credential file.`, {
      hint: `Run \`sagent login ${vendor.name}\`, ${instead}`,
    });
  }
  throw new ConfigError(`${vendor.label} needs an API key, and ${vendor.keyVars.join(" or ")} is not set.`, {
    hint: `Set it in the environment, run \`sagent login ${vendor.name}\`, ${instead}`,
  });
}

/** How a switch is let in: what it names stands; what is inherited gives way where the provider has nothing for it. */
export function accessFor(vendor: Vendor, env: Env, { auth, account }: Access, inherited: Access): Access {
  if (account !== undefined) return { auth, account };
  const access = { ...inherited, ...(auth === undefined ? {} : { auth }) };
  return findCredential(vendor, env, access) ? access : { auth };
}

/** Throws `ConfigError` for a file that cannot be used, and for an account that it has for no provider. */
export function checkFile(env: Env, { auth, account = defaultAccount }: Access): void {
  if (auth === "env") return;
  const { accounts, problem } = readCredentials(env);
  if (problem) throw problem;
  if (account === defaultAccount || [...accounts.values()].some((group) => group.has(account))) return;
  throw new ConfigError(`No provider has an account "${account}".`, {
    hint: `Log in with: sagent login PROVIDER --account ${account}`,
  });
}

function noAccount({ name, label }: Vendor, auth: KeySource | undefined, account: string, accounts: Accounts) {
  if (auth === "env")
    return new ConfigError("The environment has no named accounts.", { hint: "Leave out --auth env." });
  const names = [...(accounts.get(name)?.keys() ?? [])];
  const has = names.length > 0 ? `It has: ${names.join(", ")}. ` : "";
  return new ConfigError(`${label} has no account "${account}".`, {
    hint: `${has}Log in with: sagent login ${name} --account ${account}`,
  });
}
