import { expect, test } from "bun:test";
import { z } from "zod";
import { priceAt, priceUsage } from "../../agent/budget.ts";
import { SettingError } from "../../agent/error.ts";
import { noUsage } from "../../agent/message.ts";
import { budgetModes, efforts, serviceTiers, thinkingOutputs } from "../../agent/model.ts";
import { listModels, resolveModel } from "../../providers/catalog.ts";
import data from "../../providers/data/catalog.json" with { type: "json" };
import { catalog } from "../../providers/rows.ts";

const rows = data.models;
const at = Date.UTC(2026, 10, 25);

const contextSchema = z.strictObject({
  max_request_tokens: z.int().positive(),
  max_response_tokens: z.int().positive(),
  max_request_bytes: z.int().positive().nullable(),
  max_image_edge_px: z.int().positive().nullable(),
  max_image_bytes: z.int().positive().nullable(),
});
const usd = z.number().nonnegative();
const rowSchema = z.object({
  provider: z.enum(["Anthropic", "OpenAI", "Google", "Moonshot", "DashScope", "MiniMax", "LlamaCpp"]),
  id: z.string().regex(/^[a-z][a-z0-9.-]*-\d+\.\d+$/),
  wire_id: z.string().regex(/^[A-Za-z0-9.-]+$/),
  family: z.string().min(1),
  version: z.string().regex(/^\d+\.\d+$/),
  knowledge_cutoff: z.string().nullable(),
  approx_chars_per_token: z.number().positive(),
  contexts: z.object({ default: contextSchema }).catchall(contextSchema),
  thinking: z.strictObject({
    efforts: z.array(z.enum(efforts)).min(1),
    budget_modes: z.array(z.enum(budgetModes)).min(1),
    outputs: z.array(z.enum(thinkingOutputs)).min(1),
    effort_sent_as_level: z.boolean(),
  }),
  service_tiers: z.array(z.enum(serviceTiers)).min(1),
  prices_usd_per_mtok: z
    .array(
      z.strictObject({
        tier: z.enum(serviceTiers),
        applies_above_prompt_tokens: z.int().nonnegative(),
        effective_from: z.iso.date().optional(),
        input: usd,
        output: usd,
        cache_write: usd,
        cache_write_1h: usd,
        cache_read: usd,
      }),
    )
    .min(1),
  image_tokens: z
    .object({ kind: z.enum(["none", "area", "patches32", "tiles", "tiles768"]) })
    .loose()
    .optional(),
  tokenizer: z.string().optional(),
  reasoning_context_all_turns: z.boolean().optional(),
  output_cap_param: z.enum(["max_tokens", "max_completion_tokens"]).optional(),
});

test("the data is what the code takes it for", () => {
  expect(rows).toHaveLength(84);
  expect(z.array(rowSchema).safeParse(rows).error?.issues).toBeUndefined();
});

test("every row resolves by its id, its wire id and each alias it declares, in any case", () => {
  for (const { provider, id, wire_id, prefix_aliases } of rows) {
    const info = resolveModel(provider, id);
    expect(info).toMatchObject({ provider: provider.toLowerCase(), id, wireId: wire_id });
    for (const name of [wire_id, id.toUpperCase(), ` ${id} `, ...prefix_aliases]) {
      expect(resolveModel(provider.toUpperCase(), name)).toEqual(info);
    }
  }
});

test("every role resolves to the row that its transport names; none means default", () => {
  for (const { provider } of rows) {
    const roles: Record<string, string> = catalog().shelves.get(provider.toLowerCase())?.transport.roles ?? {};
    expect(Object.keys(roles)).toContain("utility");
    for (const [role, id] of Object.entries(roles)) expect(resolveModel(provider, role).id).toBe(id);
    expect(resolveModel(provider)).toEqual(resolveModel(provider, "default"));
  }
});

test("every tag resolves to its own window and stays off the wire; every other is refused", () => {
  for (const { provider, id, wire_id, contexts } of rows) {
    const plain = resolveModel(provider, id);
    const windows: Record<string, { max_request_tokens: number }> = contexts;
    const tags = listModels(provider).find(({ info }) => info.id === id)?.tags ?? [];
    for (const tag of ["+200k", "+272k", "+1m"]) {
      const isLarge = tag === "+1m" && plain.maxRequestTokens >= 1_000_000;
      expect(tags.includes(tag)).toBe(tag in windows || isLarge);
      if (!tags.includes(tag)) {
        expect(() => resolveModel(provider, id + tag)).toThrow(SettingError);
        continue;
      }
      const tagged = resolveModel(provider, id + tag.toUpperCase());
      const maxRequestTokens = windows[tag]?.max_request_tokens ?? plain.maxRequestTokens;
      expect(tagged).toEqual({ ...plain, id: id + tag, wireId: wire_id, maxRequestTokens });
      expect(resolveModel(provider, wire_id + tag)).toEqual(tagged);
    }
  }
});

test("the rule of +1m, and what an unoffered tag says", () => {
  expect(resolveModel("anthropic", "opus+1M")).toMatchObject({ id: "opus-5.5+1m", maxRequestTokens: 1_000_000 });
  expect(() => resolveModel("anthropic", "haiku+1m")).toThrow(
    new SettingError({
      model: "haiku-4.5",
      name: "the window",
      value: "+1m",
      allowed: ["only the id without a suffix"],
    }),
  );
  for (const name of ["gpt-5.6+1m", "gpt-5.6+", "gpt-5.6+272k+272k", "gpt-5.5+1m+272k"]) {
    expect(() => resolveModel("openai", name)).toThrow(SettingError);
  }
});

test("every priced tier that the wire carries is selectable, and every selectable tier has a price", () => {
  for (const { provider, id } of rows) {
    const { tiers, prices } = resolveModel(provider, id);
    const allowed = catalog().shelves.get(provider.toLowerCase())?.transport.allows.service_tiers ?? [];
    const carried = serviceTiers.filter((tier) => allowed.includes(tier));
    const priced = new Set(prices.map((price) => (price.tier === "default" ? "auto" : price.tier)));
    expect([...tiers]).toEqual(carried.filter((tier) => tier === "default" || priced.has(tier)));
    for (const tier of tiers) expect(priceAt(prices, 1, tier, at)?.tier).toBe(tier === "default" ? "auto" : tier);
  }
});

test("each band begins one token above its floor", () => {
  for (const { provider, id } of rows) {
    const { prices, tiers } = resolveModel(provider, id);
    for (const tier of tiers) {
      const floors = [...new Set(prices.filter((row) => row.tier === tier).map((row) => row.above))].sort(
        (a, b) => a - b,
      );
      for (const [index, floor] of floors.entries()) {
        expect(priceAt(prices, floor + 1, tier, at)?.above).toBe(floor);
        if (floor > 0) expect(priceAt(prices, floor, tier, at)?.above).toBe(floors[index - 1]);
      }
    }
  }
});

test("three Gemini rows get dearer on 2027-01-01, the others stay", () => {
  const million = { ...noUsage, input: 1_000_000 };
  const [before, after] = [Date.UTC(2026, 11, 31, 23, 59), Date.UTC(2027, 0, 1)];
  const repriced = rows.filter(({ provider, id }) => {
    const { prices } = resolveModel(provider, id);
    return priceUsage(prices, million, "auto", before) !== priceUsage(prices, million, "auto", after);
  });
  expect(repriced.map((row) => row.id)).toEqual(["gemini-flash-3.8", "gemini-flash-3.7", "gemini-flash-3.6"]);
});

test("a row's choices are cut to what its wire carries, in the order of the ladder", () => {
  for (const { provider, id } of rows) {
    const info = resolveModel(provider, id);
    const ladders: [readonly string[], readonly string[]][] = [
      [info.efforts, efforts],
      [info.budgetModes, budgetModes],
      [info.thinkingOutputs, thinkingOutputs],
      [info.tiers, serviceTiers],
    ];
    for (const [offered, order] of ladders) {
      expect(offered).not.toBeEmpty();
      expect([...offered]).toEqual(order.filter((value) => offered.includes(value)));
    }
    expect([...info.cacheTtlSec]).toEqual(provider === "Anthropic" ? [300, 3600] : [0]);
  }
  expect(resolveModel("dashscope", "qwen-plus").tiers).toEqual(["auto"]);
});

test("a utility model is cheaper than the default on 1M tokens in and 100k out, unless they coincide", () => {
  const usage = { ...noUsage, input: 1_000_000, output: 100_000 };
  for (const provider of new Set(rows.map((row) => row.provider))) {
    const [main, utility] = [resolveModel(provider), resolveModel(provider, "utility")];
    if (main.id === utility.id) continue;
    expect(priceUsage(utility.prices, usage, "auto", at)).toBeLessThan(priceUsage(main.prices, usage, "auto", at));
  }
});
