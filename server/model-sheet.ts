/** All that is known of one model, as `sagent models show` prints it. */
import type { PriceRow } from "../agent/model.ts";
import { pricesAsOf } from "../providers/catalog.ts";
import { columns } from "./columns.ts";
import { type Offer, stateOf } from "./model-list.ts";
import { thinkingOf } from "./settings.ts";

/** Lines with a heading; ends in a line feed. */
export function describeModel(offer: Offer): string {
  const { provider, model } = offer;
  const { info, aliases, tags } = model;
  const known = (tokens: number) => (tokens === 0 ? "" : tokens.toLocaleString("en"));
  const facts = [
    ["On the wire", info.wireId],
    ["Other names", aliases.join(", ")],
    ["Window", known(info.maxRequestTokens)],
    ["Window tags", tags.map((tag) => `${info.id}${tag}`).join(", ")],
    ["Longest answer", known(info.maxResponseTokens)],
    ["Largest request", info.maxRequestBytes === 0 ? "" : `${known(info.maxRequestBytes)} bytes`],
    ["Images", images(offer)],
    ["Effort", info.efforts.join(", ")],
    ["Thinking", thinkingOf(info).join(", ")],
    ["Tiers", info.tiers.join(", ")],
    ["Knowledge until", info.knowledgeCutoff ?? ""],
    ["State", [stateOf(offer), provider.missing ?? "", provider.problem ?? ""].filter(Boolean).join("; ")],
  ];
  const told = facts.filter(([, value]) => value !== "");
  const source = model.own ? "from your models.json" : `as of ${pricesAsOf()}`;
  return `${info.id} (${provider.name})\n${indented(columns(told))}\n${priceTable(info.prices, source)}`;
}

function images({ model: { info } }: Offer): string {
  if (!info.images) return "no";
  const edge = info.maxImageEdgePx === undefined ? "" : `, ${info.maxImageEdgePx} px an edge at most`;
  const bytes = info.maxImageBytes === undefined ? "" : `, ${info.maxImageBytes.toLocaleString("en")} bytes at most`;
  return `yes${edge}${bytes}`;
}

function priceTable(prices: readonly PriceRow[], source: string): string {
  if (prices.length === 0) return "";
  const head = ["TIER", "PROMPT ABOVE", "SINCE", "INPUT", "OUTPUT", "CACHE READ", "WRITE", "WRITE 1H"];
  const rows = prices.map((row) => [
    row.tier,
    row.above === 0 ? "" : row.above.toLocaleString("en"),
    row.since ?? "",
    ...[row.input, row.output, row.cacheRead, row.cacheWrite, row.cacheWrite1h].map(String),
  ]);
  const title = `  Prices, USD for a million tokens, ${source}; a whole prompt pays its band's price`;
  return `${title}\n${indented(columns([head, ...rows], [1, 3, 4, 5, 6, 7]))}\n`;
}

const indented = (text: string) => text.replace(/^/gm, "  ");
