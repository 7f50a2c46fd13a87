/**
 * The OAuth client that a provider is logged in with. It is the user's own registration with the vendor, told by
 * `SAGENT_OAUTH_<PROVIDER>` (JSON) or by `oauth.<provider>` in `config.json`; none is built in.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../agent/error.ts";
import type { Env } from "./auth.ts";
import { configDir } from "./credential-file.ts";

export interface OAuthClient {
  readonly clientId: string;
  /** Where the vendor gives one to installed programs too. */
  readonly clientSecret?: string;
  /** Where the endpoints are found, unless they are named here. */
  readonly issuer?: string;
  readonly authorizationUrl?: string;
  readonly tokenUrl?: string;
  readonly deviceUrl?: string;
  readonly revocationUrl?: string;
  readonly scopes: readonly string[];
  /** On this machine. Port 0 is a free one. */
  readonly redirectUri: string;
  /** Added to the address that the browser is sent to. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Added to every request that carries the token. */
  readonly headers: Readonly<Record<string, string>>;
}

const usualRedirect = "http://127.0.0.1:0/callback";
const urls = ["issuer", "authorizationUrl", "tokenUrl", "deviceUrl", "revocationUrl"] as const;

/** Undefined where none is configured. Throws `ConfigError` that names what is wrong with it, and quotes no value. */
export function findClient(provider: string, env: Env): OAuthClient | undefined {
  const { at, raw } = section(provider, env);
  return raw === undefined ? undefined : clientIn(raw, at);
}

/** The client secrets that are configured; none where the configuration makes no sense. */
export function clientSecrets(env: Env): string[] {
  const named = Object.keys(env).filter((name) => name.startsWith(prefix));
  const raws = [...named.map((name) => quietly(() => JSON.parse(env[name] ?? ""))), ...Object.values(sections(env))];
  return raws.flatMap((raw) => {
    const { clientSecret } = fieldsOf(raw);
    return typeof clientSecret === "string" ? [clientSecret] : [];
  });
}

const prefix = "SAGENT_OAUTH_";

function section(provider: string, env: Env): { at: string; raw: unknown } {
  const name = `${prefix}${provider.toUpperCase().replaceAll("-", "_")}`;
  const text = env[name]?.trim();
  if (!text) return { at: `oauth.${provider} of config.json`, raw: sections(env)[provider] };
  const raw = quietly(() => JSON.parse(text));
  if (raw === undefined) throw new ConfigError(`${name} is not JSON.`);
  return { at: name, raw };
}

function sections(env: Env): Fields {
  const dir = configDir(env);
  return dir === undefined
    ? {}
    : fieldsOf(fieldsOf(quietly(() => JSON.parse(readFileSync(join(dir, "config.json"), "utf8")))).oauth);
}

function clientIn(raw: unknown, at: string): OAuthClient {
  const fields = fieldsOf(raw);
  const wrong = (name: string, should: string) => new ConfigError(`${at}: ${name} must be ${should}.`);
  const text = (name: string) => {
    const value = fields[name];
    if (value === undefined || (typeof value === "string" && value !== "")) return value;
    throw wrong(name, "a text");
  };
  const texts = (name: string) => {
    const value = fields[name] ?? {};
    if (isFields(value) && Object.values(value).every((each) => typeof each === "string")) {
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, String(each)]));
    }
    throw wrong(name, "an object of texts");
  };
  const clientId = text("clientId");
  if (clientId === undefined) throw wrong("clientId", "the id that the vendor gave to your own registration");
  const { scopes = [] } = fields;
  if (!Array.isArray(scopes) || !scopes.every((each) => typeof each === "string"))
    throw wrong("scopes", "a list of texts");
  const links = urls.flatMap((name) => {
    const url = text(name);
    if (url !== undefined && !isSafe(url)) throw wrong(name, "an https URL, or http on this machine");
    return url === undefined ? [] : [[name, url] as const];
  });
  const redirectUri = text("redirectUri") ?? usualRedirect;
  if (!isLocalHttp(redirectUri)) throw wrong("redirectUri", "an http URL of this machine, such as " + usualRedirect);
  const clientSecret = text("clientSecret");
  return {
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...Object.fromEntries(links),
    scopes,
    redirectUri,
    parameters: texts("parameters"),
    headers: texts("headers"),
  };
}

/** Whether a secret may be sent there. */
function isSafe(url: string): boolean {
  return URL.canParse(url) && (new URL(url).protocol === "https:" || isLocalHttp(url));
}

/** Whether it is plain http that does not leave this machine. */
export function isLocalHttp(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

function quietly(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}
