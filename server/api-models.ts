/** The models that a person can choose from, with what they cost and what is missing to use them. */
import { SagentError } from "../agent/error.ts";
import type { ModelInfo } from "../agent/model.ts";
import { findKey, type Vendor, vendorOf } from "../providers/auth.ts";
import { customModel } from "../providers/custom.ts";
import { chooseProvider, listModels, providerNames, resolveModel, usableProviders } from "../providers/registry.ts";
import type { ModelRow, ProviderRow } from "./api.ts";
import type { Config } from "./config.ts";
import { localState, weightsHere } from "./local-models.ts";
import { thinkingOf } from "./settings.ts";

type Env = Readonly<Record<string, string | undefined>>;
type Wanted = Pick<Config, "provider" | "model" | "baseUrl" | "allowProviders">;

/** Only providers that the run allows. Servers that list their models are asked, for two seconds at most. */
export async function providerRows(env: Env, wanted: Wanted): Promise<ProviderRow[]> {
  const first = await firstOf(env, wanted);
  const names = providerNames().filter((name) => wanted.allowProviders?.includes(name) ?? true);
  const rows = await Promise.all(names.map((name) => rowOf(name, env, wanted)));
  return rows.map((row) => (row.name === first?.provider ? { ...row, first: first.model } : row));
}

async function rowOf(name: string, env: Env, { baseUrl }: Wanted): Promise<ProviderRow> {
  if (name === "local") {
    return { name, local: true, usable: true, anyName: true, models: await localRows() };
  }
  const vendor = vendorOf(name);
  const isOpen = name === "openai-compat";
  const usable = usableProviders(env).includes(name) || (isOpen && baseUrl !== undefined);
  const shared = { name, local: name === "llamacpp", usable, anyName: isOpen };
  if (!usable) return { ...shared, missing: missing(vendor), models: isOpen ? [] : catalogued(name) };
  if (!isOpen) return { ...shared, models: catalogued(name) };
  const { ids, problem } = await askServer(baseUrl ?? env[vendor.baseUrlVar]?.trim() ?? "", findKey(vendor, env));
  const models = ids.map((id) => modelRow(customModel(id)));
  return { ...shared, models, ...(problem === undefined ? {} : { problem }) };
}

const catalogued = (provider: string) =>
  listModels(provider).map(({ info, aliases, tags }) => modelRow(info, aliases, tags));

function modelRow(info: ModelInfo, aliases: readonly string[] = [], tags: readonly string[] = []): ModelRow {
  const price = info.prices.find((row) => row.tier === "auto" && row.above === 0);
  return {
    id: info.id,
    wireId: info.wireId,
    aliases,
    tags,
    windowTokens: info.maxRequestTokens,
    efforts: info.efforts,
    thinking: thinkingOf(info),
    images: info.images,
    ...(price && price.output > 0
      ? { price: { input: price.input, output: price.output, cacheRead: price.cacheRead } }
      : {}),
  };
}

async function localRows(): Promise<ModelRow[]> {
  const { models } = await localState([]);
  return models.map(({ name, path }) => ({
    id: name,
    wireId: name,
    aliases: [],
    tags: [],
    windowTokens: 0,
    efforts: [],
    thinking: [],
    images: false,
    away: path === null,
  }));
}

function missing(vendor: Vendor): string {
  if (vendor.name === "openai-compat")
    return `An address: set ${vendor.baseUrlVar}, or start sagent with --base-url URL.`;
  if (!vendor.needsKey) return `An address: set ${vendor.baseUrlVar} and start sagent again.`;
  return `A key: set ${vendor.keyVars.join(" or ")} and start sagent again.`;
}

/** What a new session begins with; undefined where nothing is ready. */
async function firstOf(env: Env, wanted: Wanted): Promise<{ provider: string; model: string } | undefined> {
  const { provider: asked, model, baseUrl } = wanted;
  try {
    const provider = chooseProvider({ env, provider: asked, model, baseUrl });
    if (provider === "local") return { provider, model: await weightsHere(model) };
    return { provider, model: provider === "openai-compat" ? (model ?? "") : resolveModel(provider, model).id };
  } catch (error) {
    if (error instanceof SagentError) return undefined;
    throw error;
  }
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
