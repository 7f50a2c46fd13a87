/**
 * What every known model is, accepts and costs. Facts come from `data/catalog.json`, which is read on first use. A name
 * resolves, in order, as exact id, wire id, role (`default`, `utility`, `best`), then family (`opus`) or family and
 * major version (`opus-4`), whose newest row wins. Case does not matter.
 */
import { ModelNotFoundError, SettingError, UsageError } from "../agent/error.ts";
import type { ModelInfo, PriceRow } from "../agent/model.ts";
import { readRef } from "./local/ref.ts";
import { type CatalogPrice, type ContextRow, catalog, type ImageTokens, type Row, type Shelf } from "./rows.ts";
import { structuredMode } from "./structured.ts";

export type { ImageTokens } from "./rows.ts";

/**
 * The model that a name means for a provider, as that provider's wire can use it; `default` where no name is given. A
 * suffix (`+200k`, `+272k`, `+1m`) asks for a smaller client-side window and never reaches the wire. Throws
 * `ModelNotFoundError`, `SettingError` for a suffix that the model does not offer, `UsageError` for an unknown provider.
 */
export function resolveModel(provider: string, name = "default"): ModelInfo {
  const shelf = shelfOf(provider);
  const { base, tag } = splitTag(name);
  const row = shelf.names.get(base);
  if (!row) {
    throw new ModelNotFoundError({
      model: name,
      provider: shelf.provider,
      known: shelf.rows.map((each) => each.id),
    });
  }
  return toInfo(shelf, row, tag);
}

/** A row of the catalogue as a list shows it. */
export interface ListedModel {
  readonly info: ModelInfo;
  /** Every other name that means this model for its provider. */
  readonly aliases: readonly string[];
  /** Suffixes that its id may carry. */
  readonly tags: readonly string[];
  /** A person's file says something of it. */
  readonly own?: true;
}

/** Every model of the catalogue, or of one provider, newest first in each family. */
export function listModels(provider?: string): ListedModel[] {
  const shelves = provider === undefined ? [...catalog().shelves.values()] : [shelfOf(provider)];
  return shelves.flatMap((shelf) =>
    shelf.rows.map((row) => ({
      info: toInfo(shelf, row, ""),
      aliases: [...shelf.names].filter(([name, named]) => named === row && name !== row.id).map(([name]) => name),
      tags: tagsOf(row),
    })),
  );
}

/** A model of this wire id in the catalogue, whoever serves it; undefined where there is none. */
export function knownByWireId(wireId: string): ModelInfo | undefined {
  const row = catalog().byWireId.get(wireId.toLowerCase());
  return row?.wire_id === wireId ? toInfo(shelfOf(row.provider), row, "") : undefined;
}

/** The ISO date on which the facts of the catalogue were last checked. */
export function pricesAsOf(): string {
  return catalog().asOf;
}

/** What a short prompt costs at a time in ms, unless a tier is asked for: the row that has begun last by that UTC day. */
export function basePrice(prices: readonly PriceRow[], at: number): PriceRow | undefined {
  const day = new Date(at).toISOString().slice(0, 10);
  const applies = prices.filter(({ tier, above, since = "" }) => tier === "auto" && above === 0 && since <= day);
  return applies.toSorted((a, b) => (b.since ?? "").localeCompare(a.since ?? ""))[0];
}

/** Whether a name leads to weights on this machine or on their way to it. Throws `UsageError` for a bad option in it. */
export function isLocalName(name: string): boolean {
  return name.trim().toLowerCase() === "local" || readRef(name) !== undefined;
}

/** The roles that some provider of the catalogue gives to a model. */
export function shippedRoles(): ReadonlySet<string> {
  return new Set([...catalog().shelves.values()].flatMap(({ transport }) => Object.keys(transport.roles)));
}

/** What an adapter must know of a model beyond `ModelInfo` to speak its wire. */
export interface RowFacts {
  /** The field of a chat request that caps the answer, where the row fixes one. */
  readonly outputCapParam?: "max_tokens" | "max_completion_tokens";
  /** The effort goes to the wire as a level, never as a budget of tokens. */
  readonly effortAsLevel: boolean;
  /** The model cannot be told not to think. */
  readonly thinkingOnly: boolean;
  /** Reasoning of earlier turns is to be read again: `reasoning.context: "all_turns"`. */
  readonly reasoningContextAllTurns: boolean;
  /** The provider permits the long, patient kind of retry. */
  readonly persistentRetry: boolean;
  readonly imageTokens?: ImageTokens;
  /** Name of the vendor's tokenizer, e.g. `o200k_base`. */
  readonly tokenizer?: string;
}

/** Facts of a model by its wire id. One that is not in the catalogue has none of the special ones. */
export function rowFacts(wireId: string): RowFacts {
  const row = catalog().byWireId.get(wireId.toLowerCase());
  if (!row) {
    return { effortAsLevel: false, thinkingOnly: false, reasoningContextAllTurns: false, persistentRetry: false };
  }
  return {
    effortAsLevel: row.thinking.effort_sent_as_level,
    thinkingOnly: !row.thinking.budget_modes.includes("none"),
    reasoningContextAllTurns: row.reasoning_context_all_turns ?? false,
    persistentRetry: shelfOf(row.provider).transport.persistent_retry,
    ...(row.output_cap_param && { outputCapParam: row.output_cap_param }),
    ...(row.image_tokens && { imageTokens: row.image_tokens }),
    ...(row.tokenizer && { tokenizer: row.tokenizer }),
  };
}

function shelfOf(provider: string): Shelf {
  const shelf = catalog().shelves.get(provider.toLowerCase());
  if (shelf) return shelf;
  const known = [...catalog().shelves.keys()].join(", ");
  throw new UsageError(`The model catalogue has no provider "${provider}".`, { hint: `It has: ${known}.` });
}

/** `tag` is everything from the first plus on, empty without one; both in lower case. */
function splitTag(name: string): { base: string; tag: string } {
  const lower = name.trim().toLowerCase();
  const plus = lower.indexOf("+");
  return plus < 0 ? { base: lower, tag: "" } : { base: lower.slice(0, plus), tag: lower.slice(plus) };
}

/** The row's own tags, and `+1m` wherever the plain window is that large. */
function tagsOf(row: Row): string[] {
  const own = Object.keys(row.contexts).filter((tag) => tag !== "default");
  const isLarge = row.contexts.default.max_request_tokens >= 1_000_000;
  return isLarge && !own.includes("+1m") ? [...own, "+1m"] : own;
}

function windowOf(row: Row, tag: string): ContextRow {
  const tags = tagsOf(row);
  if (tag === "" || tags.includes(tag)) return row.contexts[tag] ?? row.contexts.default;
  throw new SettingError({
    model: row.id,
    name: "the window",
    value: tag,
    allowed: tags.length > 0 ? tags : ["only the id without a suffix"],
  });
}

function toInfo({ provider, transport }: Shelf, row: Row, tag: string): ModelInfo {
  const window = windowOf(row, tag);
  const structured = structuredMode(provider, row.wire_id);
  const both = <T>(accepts: readonly T[], carries: readonly T[]) => accepts.filter((value) => carries.includes(value));
  return {
    provider,
    id: row.id + tag,
    wireId: row.wire_id,
    maxRequestTokens: window.max_request_tokens,
    maxResponseTokens: window.max_response_tokens,
    maxRequestBytes: window.max_request_bytes ?? 0,
    images: takesImages(row),
    ...(window.max_image_edge_px !== null && { maxImageEdgePx: window.max_image_edge_px }),
    ...(window.max_image_bytes !== null && { maxImageBytes: window.max_image_bytes }),
    efforts: both(row.thinking.efforts, transport.allows.efforts),
    budgetModes: both(row.thinking.budget_modes, transport.allows.budget_modes),
    thinkingOutputs: both(row.thinking.outputs, transport.allows.outputs),
    tiers: both(row.service_tiers, transport.allows.service_tiers),
    cacheTtlSec: transport.allows.cache_ttl_sec,
    prices: row.prices_usd_per_mtok.map(toPrice),
    charsPerToken: row.approx_chars_per_token,
    ...(structured && { structured }),
    ...(row.knowledge_cutoff !== null && { knowledgeCutoff: row.knowledge_cutoff }),
  };
}

/** A row that says nothing of image tokens takes images when it limits their bytes or those of the request. */
function takesImages(row: Row): boolean {
  if (row.image_tokens) return row.image_tokens.kind !== "none";
  const { max_image_bytes, max_request_bytes } = row.contexts.default;
  return max_image_bytes !== null || max_request_bytes !== null;
}

function toPrice(price: CatalogPrice): PriceRow {
  return {
    tier: price.tier,
    above: price.applies_above_prompt_tokens,
    ...(price.effective_from && { since: price.effective_from }),
    input: price.input,
    output: price.output,
    cacheWrite: price.cache_write,
    cacheWrite1h: price.cache_write_1h,
    cacheRead: price.cache_read,
  };
}
