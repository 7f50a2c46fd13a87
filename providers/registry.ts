/**
 * The public entry `sagent/providers`: which providers there are, which can be used here, and how one is made. Adapters
 * and their SDKs are loaded when a provider is made, so asking costs nothing.
 */
import { ConfigError } from "../agent/error.ts";
import type { Access, ModelInfo, Provider } from "../agent/model.ts";
import type { Env } from "./auth.ts";
import { Book, type Reached } from "./book.ts";
import { rowFacts } from "./catalog.ts";
import { choose } from "./choose.ts";
import { cliVendors } from "./cli/vendors.ts";
import type { Clients } from "./clients.ts";
import type { ChatFacts } from "./compat-quirks.ts";
import { checkFile, findCredential, requireCredential } from "./credentials.ts";
import { type CustomModel, customModel } from "./custom.ts";
import type { LocalProviderOptions } from "./local/local.ts";
import type { ServerKind } from "./local/server/kinds.ts";
import { chatFacts } from "./user-models.ts";

export type { Chunk, Model, ModelInfo, ModelRequest, ModelSettings, PriceRow, Provider } from "../agent/model.ts";
export { type Env, redact, withoutSecrets } from "./auth.ts";
export { Book } from "./book.ts";
export { type ListedModel, listModels, pricesAsOf, type RowFacts, resolveModel, rowFacts } from "./catalog.ts";
export type { Clients } from "./clients.ts";
export type { CustomModel } from "./custom.ts";
export type { LocalOptions } from "./local/llama.ts";
export type { LocalProviderOptions } from "./local/local.ts";
export { loadUserModels, type UserModels } from "./user-models.ts";

export interface ProviderOptions extends Access {
  /** Where keys and base URLs are looked up. */
  readonly env: Env;
  /** Instead of the environment's and the credential file's; for libraries, never to be taken from argv. */
  readonly apiKey?: string | undefined;
  /** Instead of the environment's or the vendor's. */
  readonly baseUrl?: string | undefined;
  /** Providers and models of a person's own; only the shipped ones where absent. */
  readonly book?: Book | undefined;
  /** What the models behind `openai-compat` are like, where the defaults do not fit. */
  readonly custom?: CustomModel | undefined;
  /** Clients of the vendors' SDKs to use in place of the plain ones. */
  readonly clients?: Clients | undefined;
  /** Where the embedded model comes from and what it may use. */
  readonly local?: LocalProviderOptions | undefined;
  /** Longest silence of a server, in ms. */
  readonly idleMs?: number;
  /** Longest wait for a server to answer at all, in ms. */
  readonly connectMs?: number;
}

const shipped = new Book();

/** Every provider, as users type it. */
export function providerNames(book = shipped): string[] {
  return [...[...book.providers, ...cliVendors].map(({ name }) => name), "local"];
}

/**
 * The providers that can be used here, best first: those with a key or a login, those whose server is named by
 * a variable such as `OPENAI_COMPAT_BASE_URL` or in a person's file, `llamacpp` where `LLAMA_CPP_MODEL` names weights, and
 * always the embedded one, `local`. No server is asked.
 */
export function usableProviders(env: Env, book = shipped, access: Access = {}): string[] {
  const ready = book.providers.filter((each) => {
    if (each.needsKey) return findCredential(each, env, access);
    return (
      env[each.baseUrlVar]?.trim() || each.own?.baseUrl || (each.name === "llamacpp" && env.LLAMA_CPP_MODEL?.trim())
    );
  });
  return [...ready.map(({ name }) => name), "local"];
}

export interface ProviderChoice extends Access {
  readonly env: Env;
  readonly book?: Book | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** The provider in use, where there is one. */
  readonly current?: string | undefined;
  /** Any provider where absent. */
  readonly allowed?: readonly string[] | undefined;
}

/**
 * The provider to use, as `choose` says it. Throws `UsageError` for a provider that does not exist and for a model that
 * several serve, `ModelNotFoundError` for one that nobody serves, `ConfigError` where a credential file that cannot be
 * used, or an account that nobody has, is why only `local` is left.
 */
export function chooseProvider({ env, book = shipped, auth, account, ...choice }: ProviderChoice): string {
  const usable = usableProviders(env, book, { auth, account });
  const { provider, model, baseUrl, current } = choice;
  // Nobody asked for the embedded one: what stands in the way of the others is said.
  if (usable.length === 1 && (provider ?? model ?? baseUrl ?? current) === undefined) checkFile(env, { auth, account });
  return choose({ ...choice, book, usable });
}

/**
 * Makes a provider by the name users type, in any case. Throws `UsageError` for an unknown name and `ConfigError`
 * where a key or a base URL is missing; nothing is sent yet.
 */
export async function createProvider(name: string, options: ProviderOptions): Promise<Provider> {
  if (name.toLowerCase() === "local") {
    return (await import("./local/local.ts")).createLocalProvider(options.local ?? {}, options.env);
  }
  const { env, idleMs, connectMs, book = shipped } = options;
  const vendor = book.provider(name);
  const baseUrl = options.baseUrl ?? (env[vendor.baseUrlVar]?.trim() || vendor.baseUrl);
  const knowledge = {
    resolve: withAccess(resolver(vendor, book, options.custom), options),
    facts: factsOf(vendor, options),
  };
  const link = {
    ...(await carried(vendor, options)),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(idleMs !== undefined && { idleMs }),
    ...(connectMs !== undefined && { connectMs }),
    clients: options.clients ?? {},
  };
  const provider = vendor.server
    ? await connectServer(vendor.server, options, knowledge, link)
    : await connect(vendor, knowledge, link, env);
  return { ...provider, name: vendor.name };
}

/** A key goes to the SDK; a login's token is put on each request in place of what the SDK would say. */
async function carried(vendor: Reached, options: ProviderOptions): Promise<Pick<Link, "apiKey" | "fetch">> {
  const { env, auth, account, apiKey, connectMs } = options;
  if (apiKey !== undefined) return { apiKey };
  // Both bring their own credentials.
  if (vendor.wire === "program" || options.clients?.[vendor.wire]) return { apiKey: "" };
  const find = vendor.needsKey || account !== undefined ? requireCredential : findCredential;
  const found = find(vendor, env, { auth, account });
  if (found?.type !== "token") return { apiKey: found?.key ?? "" };
  const { loginFetch } = await import("./login-fetch.ts");
  const { name, label } = vendor;
  return { apiKey: "login", fetch: loginFetch({ name, label, env, connectMs, login: found }) };
}

interface Link {
  /** Empty where the server wants none. */
  readonly apiKey: string;
  /** Instead of the usual one. */
  readonly fetch?: typeof fetch;
  readonly baseUrl?: string;
  readonly idleMs?: number;
  readonly connectMs?: number;
  readonly clients: Clients;
}

/** What is known of a provider's models. */
interface Knowledge {
  readonly resolve: (id?: string) => ModelInfo;
  readonly facts: (wireId: string) => ChatFacts;
}

/** What the caller says of an open server's models counts most, where it says something. */
function resolver({ name, open }: Reached, book: Book, custom: CustomModel | undefined): Knowledge["resolve"] {
  return open && custom ? (id) => ({ ...customModel(id, custom), provider: name }) : (id) => book.resolve(name, id);
}

/** Models that say how their provider was let in, where somebody chose it. */
function withAccess(resolve: Knowledge["resolve"], { auth, account }: Access): Knowledge["resolve"] {
  if (auth === undefined && account === undefined) return resolve;
  return (id) => ({ ...resolve(id), access: { auth, account } });
}

/** What the caller says counts more than what a file says, and that more than the catalogue. */
function factsOf({ name, own, open }: Reached, { env, custom }: ProviderOptions): Knowledge["facts"] {
  const told = { ...(own && chatFacts(own, env)), ...(open && custom) };
  const isOwn = open && name !== "openai-compat";
  return (wireId) => ({ ...(isOwn ? {} : rowFacts(wireId)), ...told });
}

async function connectServer(
  kind: ServerKind,
  { env, custom, local = {}, book = shipped }: ProviderOptions,
  knowledge: Knowledge,
  { apiKey, clients: _, ...link }: Link,
): Promise<Provider> {
  const { createServerProvider } = await import("./local/server/provider.ts");
  const told = { local, custom, listed: (id: string) => book.find(kind, id), ...(apiKey !== "" && { apiKey }) };
  return createServerProvider({ kind, env, ...knowledge, ...told, ...link });
}

async function connect(vendor: Reached, knowledge: Knowledge, all: Link, env: Env): Promise<Provider> {
  const { clients, ...link } = all;
  const { resolve } = knowledge;
  switch (vendor.wire) {
    case "messages":
      return (await import("./anthropic.ts")).createAnthropic({ ...link, resolve, client: clients.messages });
    case "gemini": {
      // The SDK's own variable.
      const vertex = env.GOOGLE_GENAI_USE_VERTEXAI?.trim().toLowerCase() === "true";
      return (await import("./gemini.ts")).createGemini({ ...link, resolve, vertex, client: clients.gemini });
    }
    case "responses": {
      const reasoningContextAllTurns = (wireId: string) => rowFacts(wireId).reasoningContextAllTurns;
      const { createOpenAI } = await import("./openai.ts");
      return createOpenAI({ ...link, resolve, reasoningContextAllTurns, client: clients.responses });
    }
    case "chat":
      return connectChat(vendor, all, knowledge);
    case "program":
      return (await import("./cli/provider.ts")).createCli(vendor.name, { env, idleMs: link.idleMs });
  }
}

async function connectChat(vendor: Reached, link: Link, knowledge: Knowledge): Promise<Provider> {
  const { name, label } = vendor;
  const { apiKey, clients, baseUrl = clients.chat && "", ...rest } = link;
  if (baseUrl === undefined) {
    throw new ConfigError(`${label} has no address: ${vendor.baseUrlVar} is not set.`, {
      hint: "Pass --base-url URL, up to and with its /v1, or set it in the environment.",
    });
  }
  const { createCompat, dashscopeQuirks, minimaxQuirks, moonshotQuirks } = await import("./compat.ts");
  const quirks = new Map([
    ["moonshot", moonshotQuirks],
    ["dashscope", dashscopeQuirks],
    ["minimax", minimaxQuirks],
  ]).get(name);
  return createCompat({
    ...rest,
    name,
    label,
    baseUrl,
    client: clients.chat,
    ...knowledge,
    ...(apiKey !== "" && { apiKey }),
    ...(quirks && { quirks }),
  });
}
