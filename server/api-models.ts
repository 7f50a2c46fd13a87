/** The models that a person can choose from on the page, with what they cost and what is missing to use them. */
import { SagentError } from "../agent/error.ts";
import { Book } from "../providers/book.ts";
import { basePrice } from "../providers/catalog.ts";
import { readShelf } from "../providers/local/shelf.ts";
import { chooseProvider } from "../providers/registry.ts";
import { loadUserModels } from "../providers/user-models.ts";
import type { ModelRow, ProviderRow } from "./api.ts";
import type { Config } from "./config.ts";
import { weightsHere } from "./local-models.ts";
import { type Wanted as List, listProviders, type ModelEntry } from "./model-list.ts";
import { pageWindow } from "./page-runtime.ts";
import { thinkingOf } from "./settings.ts";

type Env = Readonly<Record<string, string | undefined>>;
type Wanted = Pick<Config, "cwd" | "provider" | "model" | "baseUrl" | "allowProviders"> &
  Partial<Pick<Config, "trust">> &
  Pick<List, "find">;

/** Only providers that the run allows, and the page itself where a tab can run models (`inPage`). Throws `ConfigError` for a file of the person's that cannot be used. */
export async function providerRows(env: Env, wanted: Wanted, inPage = false): Promise<ProviderRow[]> {
  const book = new Book(await loadUserModels(env, wanted.cwd, { trust: wanted.trust ?? false }));
  const first = await firstOf(env, wanted, book);
  const entries = await listProviders(env, { ...wanted, book });
  const rows = entries.map(({ models, ...entry }) => ({ ...entry, models: models.map(modelRow) }));
  const isPage = first?.provider === "browser" || (inPage && (wanted.allowProviders?.includes("browser") ?? true));
  return [...rows, ...(isPage ? [await pageRow()] : [])].map((row) =>
    row.name === first?.provider ? { ...row, first: first.model } : row,
  );
}

/** ONNX models of this machine: those of the cache, and any other by a reference to it. */
async function pageRow(): Promise<ProviderRow> {
  const shelf = await readShelf();
  const models = shelf.filter(({ engine, state }) => engine === "onnx" && state === "here").map(({ name }) => name);
  return { name: "browser", local: true, usable: true, anyName: true, models: models.map(pageModel) };
}

const pageModel = (id: string): ModelRow => ({
  id,
  wireId: id,
  aliases: [],
  tags: [],
  windowTokens: pageWindow,
  efforts: [],
  thinking: [],
  images: false,
});

function modelRow({ info, aliases, tags, away }: ModelEntry): ModelRow {
  const price = basePrice(info.prices, Date.now());
  return {
    id: info.id,
    wireId: info.wireId,
    aliases,
    tags,
    windowTokens: info.maxRequestTokens,
    efforts: info.efforts,
    thinking: info.provider === "local" ? [] : thinkingOf(info),
    images: info.images,
    ...(away !== undefined && { away }),
    ...(price && price.output > 0
      ? { price: { input: price.input, output: price.output, cacheRead: price.cacheRead } }
      : {}),
  };
}

/** What a new session begins with; undefined where nothing is ready. */
async function firstOf(env: Env, wanted: Wanted, book: Book): Promise<{ provider: string; model: string } | undefined> {
  const { provider: asked, model, baseUrl, allowProviders: allowed } = wanted;
  try {
    const provider = chooseProvider({ env, book, provider: asked, model, baseUrl, allowed });
    if (provider === "local") return { provider, model: await weightsHere(model) };
    if (provider === "browser") return { provider, model: model ?? "" };
    // A server of local models says itself what it serves.
    if (book.provider(provider).server) return { provider, model: model ?? "default" };
    const isNameless = provider === "openai-compat" && book.list(provider).length === 0;
    return { provider, model: isNameless ? (model ?? "") : book.resolve(provider, model).id };
  } catch (error) {
    if (error instanceof SagentError) return undefined;
    throw error;
  }
}
