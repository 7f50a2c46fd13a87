/** What the models behind vendors' programs are like. */
import type { ModelInfo } from "../../agent/model.ts";
import { type ListedModel, listModels, resolveModel } from "../catalog.ts";
import type { CliVendor } from "./vendors.ts";

/** How the program is logged in. */
export interface Account {
  /** What is used is paid for by the token; else it is part of a plan. */
  readonly billed: boolean;
}

/** The catalogue's models as the program offers them; none where only the user knows. */
export function listCliModels(vendor: CliVendor): ListedModel[] {
  if (vendor.catalog === undefined) return [];
  const rows = listModels(vendor.catalog);
  return rows.map(({ info, aliases }) => ({ info: cliModel(vendor, info.id, { billed: false }), aliases, tags: [] }));
}

/** Facts of the catalogue as far as the program can make use of them. */
export function cliModel(vendor: CliVendor, id: string | undefined, { billed }: Account): ModelInfo {
  const { name, catalog, window } = vendor;
  if (catalog === undefined) return plainModel(name, id ?? "default");
  // A schema cannot be put to all of them.
  const { structured: _, ...row } = resolveModel(catalog, id?.includes("+") ? id.slice(0, id.indexOf("+")) : id);
  return {
    ...row,
    provider: name,
    maxRequestTokens: Math.min(row.maxRequestTokens, window?.request ?? row.maxRequestTokens),
    maxResponseTokens: Math.min(row.maxResponseTokens, window?.response ?? row.maxResponseTokens),
    efforts: row.efforts.filter((each) => vendor.efforts.includes(each)),
    budgetModes: row.budgetModes.filter((each) => vendor.budgetModes.includes(each)),
    thinkingOutputs: row.thinkingOutputs.filter((each) => vendor.thinkingOutputs.includes(each)),
    tiers: ["auto"],
    cacheTtlSec: [],
    prices: billed ? row.prices.filter(({ tier }) => tier === "auto") : [],
  };
}

function plainModel(provider: string, id: string): ModelInfo {
  return {
    provider,
    id,
    wireId: id,
    maxRequestTokens: 128_000,
    maxResponseTokens: 16_384,
    maxRequestBytes: 0,
    images: true,
    efforts: ["none"],
    budgetModes: ["none"],
    thinkingOutputs: ["text"],
    tiers: ["auto"],
    cacheTtlSec: [],
    prices: [],
    charsPerToken: 4,
  };
}
