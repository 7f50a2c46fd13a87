/** `sagent models`: what there is to choose from, what it costs, and what is missing to use it. */
import { ModelNotFoundError, UsageError } from "../agent/error.ts";
import type { ModelInfo } from "../agent/model.ts";
import { basePrice, pricesAsOf } from "../providers/catalog.ts";
import { columns } from "./columns.ts";
import type { Config } from "./config.ts";
import { isUsable, listProviders, type Offer, type ProviderEntry, stateOf } from "./model-list.ts";
import { describeModel } from "./model-sheet.ts";
import { readBook } from "./models.ts";
import { page } from "./pager.ts";
import { settingsOf, thinkingOf } from "./settings.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Resolves to the exit code. Throws `UsageError` and `ModelNotFoundError`. */
export async function runModels(words: readonly string[], config: Config, env: Env): Promise<number> {
  const book = await readBook(config, env);
  if (config.provider !== undefined && config.provider.toLowerCase() !== "local") book.provider(config.provider);
  const entries = await listProviders(env, { ...config, book });
  const chosen = entries.filter(({ name }) => config.provider === undefined || name === config.provider.toLowerCase());
  const offers = chosen.flatMap((provider) => provider.models.map((model) => ({ provider, model })));
  const [verb, id, extra] = words;
  if (verb === "show") {
    if (id === undefined || extra !== undefined) throw new UsageError("models show needs the name of one model.");
    return show(id, offers, config);
  }
  const found = offers.filter((offer) => matches(offer, words) && passes(offer, config));
  return config.outputFormat === "text" ? printTable(found, chosen, env) : printJson(found, config);
}

async function show(id: string, offers: readonly Offer[], config: Config): Promise<number> {
  const is = (text: string) => text.toLowerCase() === id.toLowerCase();
  const named = (level: (offer: Offer) => readonly string[]) => offers.filter((offer) => level(offer).some(is));
  const levels = [
    named(({ model }) => [model.info.id, model.info.wireId]),
    named(({ model }) => model.aliases),
    named(({ model }) => model.tags.flatMap((tag) => [model.info.id, ...model.aliases].map((name) => name + tag))),
  ];
  const found = levels.find((each) => each.length > 0);
  if (!found) throw new ModelNotFoundError({ model: id, hint: "sagent models lists those there are." });
  if (config.outputFormat !== "text") return printJson(found, config);
  await writeOut(printable(found.map(describeModel).join("\n")));
  return 0;
}

/** Every word is part of some name of the model or of its provider's. */
function matches({ provider, model: { info, aliases } }: Offer, words: readonly string[]): boolean {
  const names = [provider.name, info.id, info.wireId, ...aliases].join("\n").toLowerCase();
  return words.every((word) => names.includes(word.toLowerCase()));
}

function passes(offer: Offer, { knobs, listed: { usable, images, maxPriceUsd, minWindowTokens } }: Config): boolean {
  const { info } = offer.model;
  const inputUsd = basePrice(info.prices, Date.now())?.input ?? 0;
  return (
    (!usable || isUsable(offer)) &&
    (!images || info.images) &&
    (maxPriceUsd === undefined || inputUsd <= maxPriceUsd) &&
    (minWindowTokens === undefined || info.maxRequestTokens >= minWindowTokens) &&
    offers(info, knobs)
  );
}

function offers(info: ModelInfo, knobs: Config["knobs"]): boolean {
  if (knobs.effort === undefined && knobs.thinking === undefined) return true;
  try {
    settingsOf(knobs, info);
    return info.efforts.length > 0;
  } catch {
    return false;
  }
}

async function printTable(found: readonly Offer[], chosen: readonly ProviderEntry[], env: Env): Promise<number> {
  const head = ["MODEL", "PROVIDER", "WINDOW", "IN $", "OUT $", "THINKING", "IMAGES", "STATE"];
  const rows = found.map(rowOf);
  const problems = chosen.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`]));
  const open = chosen.filter(({ usable, anyName, local }) => usable && anyName && !local).map(({ name }) => name);
  const notes = [
    found.length === 0
      ? "No model matches."
      : `${found.length} models. Prices: USD for a million tokens, as of ${pricesAsOf()}.`,
    ...(open.length > 0 ? [`Any other name may be tried with: ${open.join(", ")}.`] : []),
    ...problems,
  ];
  const table = found.length === 0 ? "" : `${columns([head, ...rows], [2, 3, 4])}\n`;
  await page(printable(`${table}${notes.join("\n")}\n`), env);
  return 0;
}

function rowOf(offer: Offer): string[] {
  const { info } = offer.model;
  const price = basePrice(info.prices, Date.now());
  const [input, output] = price ? [String(price.input), String(price.output)] : ["", ""];
  const images = info.images ? "yes" : "";
  return [
    info.id,
    offer.provider.name,
    short(info.maxRequestTokens),
    input,
    output,
    thinking(info),
    images,
    stateOf(offer),
  ];
}

/** `200k`, `1M`; empty where it is not known. */
function short(tokens: number): string {
  if (tokens === 0) return "";
  return tokens >= 1_000_000 ? `${Number((tokens / 1e6).toFixed(2))}M` : `${Math.round(tokens / 1_000)}k`;
}

function thinking(info: ModelInfo): string {
  const efforts = info.efforts.filter((effort) => effort !== "none");
  const range = efforts.length > 1 ? `${efforts[0]}–${efforts.at(-1)}` : efforts.join("");
  return range || thinkingOf(info).join(", ");
}

async function printJson(found: readonly Offer[], { outputFormat }: Config): Promise<number> {
  const objects = found.map((offer) => {
    const { provider, model } = offer;
    const { missing, problem } = provider;
    return {
      ...model.info,
      aliases: model.aliases,
      tags: model.tags,
      usable: isUsable(offer),
      ...(missing === undefined ? {} : { missing }),
      ...(problem === undefined ? {} : { problem }),
      ...(model.away === undefined ? {} : { away: model.away }),
      ...(model.own ? { own: true } : model.info.prices.length > 0 && { pricesAsOf: pricesAsOf() }),
    };
  });
  const isStream = outputFormat === "stream-json";
  await writeOut(
    isStream ? objects.map((each) => `${JSON.stringify(each)}\n`).join("") : `${JSON.stringify(objects)}\n`,
  );
  return 0;
}
