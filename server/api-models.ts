/** The models that a person can choose from, with what they cost and what is missing to use them. */
import { freemem } from "node:os";
import { knownModels } from "../providers/local/models.ts";
import { pullModel } from "../providers/local/pull.ts";
import { listModels, providerNames, usableProviders } from "../providers/registry.ts";
import type { LocalModelRow, LocalState, ModelRow, ProviderRow } from "./api.ts";
import type { LocalNews } from "./protocol.ts";

type Env = Readonly<Record<string, string | undefined>>;

const onThisMachine: ReadonlySet<string> = new Set(["local", "llamacpp"]);
/** They serve whatever they serve: no catalogue has it. */
const uncatalogued: ReadonlySet<string> = new Set(["openai-compat", "llamacpp"]);

/** Only providers that the run allows. */
export function providerRows(env: Env, allowed: readonly string[] | undefined): ProviderRow[] {
  const usable = new Set(usableProviders(env));
  return providerNames()
    .filter((name) => !allowed || allowed.includes(name))
    .map((name) => ({
      name,
      local: onThisMachine.has(name),
      usable: usable.has(name),
      ...(usable.has(name) ? {} : { missing: missing(name) }),
      models: name === "local" ? knownModels.map(localRow) : listed(name),
    }));
}

function listed(provider: string): ModelRow[] {
  if (uncatalogued.has(provider)) return [];
  return listModels(provider).map(({ info, tags }) => {
    const price = info.prices.find((row) => row.tier === "auto" && row.above === 0);
    return {
      id: info.id,
      tags,
      windowTokens: info.maxRequestTokens,
      efforts: info.efforts,
      thinking: info.budgetModes,
      images: info.images,
      ...(price ? { price: { input: price.input, output: price.output, cacheRead: price.cacheRead } } : {}),
    };
  });
}

function localRow({ id }: (typeof knownModels)[number]): ModelRow {
  return { id, tags: [], windowTokens: 0, efforts: [], thinking: [], images: false };
}

function missing(provider: string): string {
  if (provider === "openai-compat") return "An address: start sagent with --base-url URL.";
  if (provider === "llamacpp") return "An address: set LLAMA_CPP_SERVER.";
  return `A key: set ${provider.toUpperCase()}_API_KEY and start sagent again.`;
}

export async function localState(news: readonly LocalNews[]): Promise<LocalState> {
  const models = await Promise.all(
    knownModels.map(async (model): Promise<LocalModelRow> => {
      const path = await pullModel(model.id, { offline: true }).catch(() => null);
      return { name: model.id, sizeBytes: path === null ? model.bytes : Bun.file(path).size, path };
    }),
  );
  return { models, news, memoryBytes: process.memoryUsage.rss(), freeBytes: freemem() };
}
