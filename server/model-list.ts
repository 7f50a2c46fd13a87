/** Every model that there is to choose from, by provider, with what is missing to use it; weights and servers are asked. */
import { vendors } from "../providers/auth.ts";
import type { Book, Reached } from "../providers/book.ts";
import { cliVendor, isInstalled } from "../providers/cli/vendors.ts";
import { findCredential } from "../providers/credentials.ts";
import { customModel } from "../providers/custom.ts";
import { type FoundServer, findServers } from "../providers/local/server/find.ts";
import { infoOf } from "../providers/local/server/kinds.ts";
import { type ListedModel, providerNames, usableProviders } from "../providers/registry.ts";
import type { Config } from "./config.ts";
import { localState } from "./local-models.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface Wanted extends Pick<Config, "baseUrl" | "allowProviders"> {
  readonly book: Book;
  /** Looks for servers of local models on this machine; on their usual ports where absent. */
  readonly find?: typeof findServers;
}

export interface ModelEntry extends ListedModel {
  /** Of local ones: the weights would have to be fetched. */
  readonly away?: boolean;
}

export interface ProviderEntry {
  readonly name: string;
  /** It runs on this machine. */
  readonly local: boolean;
  readonly usable: boolean;
  /** What has to be done to use it; absent where it can be used. */
  readonly missing?: string;
  /** It serves what it serves: any name may be tried. */
  readonly anyName: boolean;
  /** Why its models could not be asked for. */
  readonly problem?: string;
  readonly models: readonly ModelEntry[];
}

/** A model and who serves it. */
export interface Offer {
  readonly provider: ProviderEntry;
  readonly model: ModelEntry;
}

export const isUsable = ({ provider, model }: Offer) => provider.usable && !model.away;

/** Whether it can be used, and else what is missing, in a few words. */
export function stateOf({ provider: { usable, missing = "", name }, model: { away } }: Offer): string {
  if (away) return "weights to fetch";
  if (usable) return "ready";
  const variables = missing.match(/\b[A-Z][A-Z_]+[A-Z]\b/g) ?? [name];
  return `needs ${variables.join(" or ")}`;
}

/** Only providers that the run allows. Servers that list their models are asked, for two seconds at most. */
export async function listProviders(env: Env, wanted: Wanted): Promise<ProviderEntry[]> {
  const { book, allowProviders, find = findServers } = wanted;
  const names = providerNames(book).filter((name) => allowProviders?.includes(name) ?? true);
  const asksServers = names.some((name) => name !== "local" && book.provider(name).server !== undefined);
  const servers = asksServers ? await find(env) : [];
  return Promise.all(names.map((name) => entryOf(name, env, wanted, servers)));
}

async function entryOf(
  name: string,
  env: Env,
  { book, baseUrl }: Wanted,
  servers: readonly FoundServer[],
): Promise<ProviderEntry> {
  if (name === "local") return { name, local: true, usable: true, anyName: true, models: await localModels() };
  const reached = book.provider(name);
  const program = cliVendor(name);
  if (program) {
    const usable = isInstalled(program, env);
    const missing = program.install ? `Its program: ${program.install}.` : `A program: set ${program.commandVar}.`;
    const models = usable ? book.list(name) : [];
    return { name, local: false, usable, ...(!usable && { missing }), anyName: reached.open, models };
  }
  const server = servers.find(({ provider }) => provider === name);
  if (server) return foundEntry(server, reached, book.list(name));
  const address =
    (name === "openai-compat" ? baseUrl : undefined) ?? (env[reached.baseUrlVar]?.trim() || reached.baseUrl);
  const usable = usableProviders(env, book).includes(name) || (name === "openai-compat" && baseUrl !== undefined);
  const shared = { name, local: reached.server !== undefined, usable, anyName: reached.open };
  const named = book.list(name);
  if (!usable) return { ...shared, missing: missing(reached), models: named };
  const asks = (reached.open && named.length === 0) || name === "llamacpp";
  if (!asks || address === undefined) return { ...shared, models: named };
  const found = findCredential(reached, env);
  const { ids, problem } = await askServer(address, found?.type === "token" ? found.token.accessToken : found?.key);
  return { ...shared, models: [...served(name, ids, named), ...named], ...(problem === undefined ? {} : { problem }) };
}

/** A server that answers is usable, whether or not anybody said where it is. */
function foundEntry(
  { provider, models }: FoundServer,
  { open }: Reached,
  named: readonly ListedModel[],
): ProviderEntry {
  const others = models.filter(({ id }) => !named.some(({ info }) => info.wireId === id));
  const entries = others.map((model) => ({ info: infoOf(provider, model), aliases: [], tags: [] }));
  return { name: provider, local: true, usable: true, anyName: open, models: [...entries, ...named] };
}

/** What a server reports means a model that has a name here only where it is exactly that one's id on the wire. */
function served(provider: string, ids: readonly string[], named: readonly ListedModel[]): ModelEntry[] {
  const others = ids.filter((id) => !named.some(({ info }) => info.wireId === id));
  return others.map((id) => ({ info: { ...customModel(id), provider }, aliases: [], tags: [] }));
}

async function localModels(): Promise<ModelEntry[]> {
  const { models } = await localState([]);
  return models.map(({ name, path }) => ({
    info: { ...customModel(name), provider: "local", maxRequestTokens: 0, maxResponseTokens: 0, efforts: [] },
    aliases: [],
    tags: [],
    away: path === null,
  }));
}

function missing({ name, label, needsKey, keyVars, baseUrlVar, server }: Reached): string {
  if (server === "llamacpp")
    return `Weights or an address: set LLAMA_CPP_MODEL or ${baseUrlVar} and start sagent again.`;
  if (server) return `A server: start ${label}, or set ${baseUrlVar} and start sagent again.`;
  if (name === "openai-compat") return `An address: set ${baseUrlVar}, or start sagent with --base-url URL.`;
  if (!needsKey) return `An address: set ${baseUrlVar} and start sagent again.`;
  const login = vendors.some((vendor) => vendor.name === name) ? `run sagent login ${name}, or ` : "";
  return `A key: ${login}set ${keyVars.join(" or ")} and start sagent again.`;
}

const answerMs = 2_000;

/** The names that an OpenAI-compatible server lists, in its order. */
async function askServer(baseUrl: string, key: string | undefined): Promise<{ ids: string[]; problem?: string }> {
  const url = `${baseUrl.replace(/\/$/, "")}/models`;
  try {
    const headers = key ? { authorization: `Bearer ${key}` } : {};
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(answerMs) });
    if (!response.ok) return { ids: [], problem: `${url} answered with status ${response.status}.` };
    return { ids: idsIn(await response.json()) };
  } catch {
    return { ids: [], problem: `${url} does not answer.` };
  }
}

function idsIn(body: unknown): string[] {
  const data = typeof body === "object" && body !== null && "data" in body ? body.data : undefined;
  if (!Array.isArray(data)) return [];
  return data.map((each: { id?: unknown } | null) => each?.id).filter((id) => typeof id === "string");
}
