/**
 * The public entry `sagent/providers`: which providers there are, which can be used here, and how one is made. Adapters
 * and their SDKs are loaded when a provider is made, so asking costs nothing.
 */
import { ConfigError } from "../agent/error.ts";
import type { ModelInfo, Provider } from "../agent/model.ts";
import { type Env, findKey, requireKey, type Vendor, vendorOf, vendors } from "./auth.ts";
import { inferProvider, resolveModel, rowFacts } from "./catalog.ts";
import { type CustomModel, customModel } from "./custom.ts";
import type { LocalOptions } from "./local/llama.ts";

export type { Chunk, Model, ModelInfo, ModelRequest, ModelSettings, PriceRow, Provider } from "../agent/model.ts";
export { type Env, redact, withoutSecrets } from "./auth.ts";
export { inferProvider, type ListedModel, listModels, type RowFacts, resolveModel, rowFacts } from "./catalog.ts";
export type { CustomModel } from "./custom.ts";
export type { LocalOptions } from "./local/llama.ts";

export interface ProviderOptions {
  /** Where keys and base URLs are looked up. */
  readonly env: Env;
  /** Instead of the environment's; for libraries, never to be taken from argv. */
  readonly apiKey?: string | undefined;
  /** Instead of the environment's or the vendor's. */
  readonly baseUrl?: string | undefined;
  /** What the models behind `openai-compat` are like, where the defaults do not fit. */
  readonly custom?: CustomModel | undefined;
  /** Where the embedded model comes from and what it may use. */
  readonly local?: LocalOptions | undefined;
  /** Longest silence of a server, in ms. */
  readonly idleMs?: number;
  /** Longest wait for a server to answer at all, in ms. */
  readonly connectMs?: number;
}

/** Every provider, as users type it. */
export function providerNames(): string[] {
  return [...vendors.map((vendor) => vendor.name), "local"];
}

/**
 * The providers that can be used with this environment, best first: those with a key, those whose server is named by
 * `OPENAI_COMPAT_BASE_URL` or `LLAMA_CPP_BASE_URL`, and always the embedded one, `local`.
 */
export function usableProviders(env: Env): string[] {
  const ready = vendors.filter((vendor) => (vendor.needsKey ? findKey(vendor, env) : env[vendor.baseUrlVar]?.trim()));
  return [...ready.map((vendor) => vendor.name), "local"];
}

export interface ProviderChoice {
  readonly env: Env;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** The provider in use, where there is one. */
  readonly current?: string | undefined;
}

/**
 * The provider to use: the one that was named; `openai-compat` for a bare base URL; the one that the model's name
 * means; the current one; the first usable one. Throws `UsageError` for a provider that does not exist.
 */
export function chooseProvider({ env, provider, model, baseUrl, current }: ProviderChoice): string {
  if (provider !== undefined) return canonical(provider);
  if (baseUrl !== undefined) return "openai-compat";
  const usable = usableProviders(env);
  const [first = "local"] = usable;
  const otherwise = current ?? first;
  if (model === undefined) return otherwise;
  const inferred = inferProvider(model, current);
  if (typeof inferred === "string") return inferred;
  const takesAnyName = inferred.length === 0 && usable.includes("openai-compat");
  return takesAnyName ? "openai-compat" : (usable.find((name) => inferred.includes(name)) ?? otherwise);
}

function canonical(name: string): string {
  return name.toLowerCase() === "local" ? "local" : vendorOf(name).name;
}

/**
 * Makes a provider by the name users type, in any case. Throws `UsageError` for an unknown name and `ConfigError`
 * where a key or a base URL is missing; nothing is sent yet.
 */
export async function createProvider(name: string, options: ProviderOptions): Promise<Provider> {
  if (canonical(name) === "local") return (await import("./local/llama.ts")).createLocal(options.local);
  const vendor = vendorOf(name);
  const { env, idleMs, connectMs } = options;
  const key = options.apiKey ?? (vendor.needsKey ? requireKey(vendor, env) : findKey(vendor, env));
  const baseUrl = options.baseUrl ?? (env[vendor.baseUrlVar]?.trim() || vendor.baseUrl);
  const provider = await connect(vendor, options.custom, {
    apiKey: key ?? "",
    ...(baseUrl !== undefined && { baseUrl }),
    ...(idleMs !== undefined && { idleMs }),
    ...(connectMs !== undefined && { connectMs }),
  });
  return { ...provider, name: vendor.name };
}

interface Link {
  /** Empty where the server wants none. */
  readonly apiKey: string;
  readonly baseUrl?: string;
  readonly idleMs?: number;
  readonly connectMs?: number;
}

async function connect(vendor: Vendor, custom: CustomModel | undefined, link: Link): Promise<Provider> {
  const resolve = (id?: string) => resolveModel(vendor.name, id);
  switch (vendor.wire) {
    case "messages":
      return (await import("./anthropic.ts")).createAnthropic({ ...link, resolve });
    case "gemini":
      return (await import("./gemini.ts")).createGemini({ ...link, resolve });
    case "responses": {
      const reasoningContextAllTurns = (wireId: string) => rowFacts(wireId).reasoningContextAllTurns;
      return (await import("./openai.ts")).createOpenAI({ ...link, resolve, reasoningContextAllTurns });
    }
    case "chat":
      return connectChat(vendor, link, vendor.name === "openai-compat" ? (id) => customModel(id, custom) : resolve);
  }
}

async function connectChat(vendor: Vendor, link: Link, resolve: (id?: string) => ModelInfo): Promise<Provider> {
  const { name, label } = vendor;
  const { apiKey, baseUrl, ...rest } = link;
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
    resolve,
    facts: rowFacts,
    ...(apiKey !== "" && { apiKey }),
    ...(quirks && { quirks }),
  });
}
