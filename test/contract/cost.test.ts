/** What a call costs, driven through each row's own adapter: every tier, both sides of every band and of every date. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { priceUsage } from "../../agent/budget.ts";
import { promptTokens, type Usage } from "../../agent/message.ts";
import { lowestSettings, type ModelInfo, type Provider, type ServiceTier } from "../../agent/model.ts";
import { listModels } from "../../providers/catalog.ts";
import rows from "../../providers/data/catalog.json" with { type: "json" };
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import type { FakeProvider, FakeReply } from "../support/fake-types.ts";
import { must } from "../support/must.ts";
import { doneOf, hello, requestOf, type Subject } from "./provider-rig.ts";
import { anthropic, gemini, openai } from "./subjects.ts";
import { bare, dashscope, minimax, moonshot } from "./subjects-chat.ts";

const subjects: Record<string, Subject> = {
  anthropic,
  openai,
  google: gemini,
  moonshot,
  dashscope,
  minimax,
  llamacpp: bare,
};

/** How each vendor says that a tier served the call. */
const told: Record<string, Partial<Record<ServiceTier, string>>> = {
  anthropic: { priority: "fast" },
  openai: { auto: "default", default: "default", flex: "flex", priority: "priority", ultrafast: "ultrafast" },
  minimax: { priority: "priority" },
};

/** USD per million tokens as the catalogue's file has them, beside the rule of its README. */
type RawPrice = (typeof rows.models)[number]["prices_usd_per_mtok"][number];

const day = (iso: string) => Date.parse(`${iso}T12:00:00Z`);
const asOf = "2026-10-03";

let fake: FakeProvider;
let reply: FakeReply;
const providers = new Map<string, Provider>();

beforeAll(async () => {
  fake = await startFakeProvider(() => reply);
});
afterAll(async () => {
  await fake[Symbol.asyncDispose]();
});

/** One call over the wire that reports these meters; its usage, and the tier that served it. */
async function call(info: ModelInfo, usage: Usage, tier: ServiceTier) {
  const subject = must(subjects[info.provider], info.provider);
  const said = told[info.provider]?.[tier];
  reply = { parts: [{ text: "Hi." }], usage, ...(said && { tier: said }) };
  const baseUrl = fake.url(subject.wire);
  const options = { apiKey: testKey, baseUrl, idleMs: 5000, connectMs: 5000, resolve: () => info };
  const provider = providers.get(info.provider + info.id) ?? subject.create(options);
  providers.set(info.provider + info.id, provider);
  const model = await provider.model();
  const settings = { ...lowestSettings(info), tier };
  const request = requestOf(info, hello(info), { settings, tools: [] });
  return doneOf(await Array.fromAsync(model.stream(request, new AbortController().signal)));
}

/** A prompt of so many tokens over all the meters that the wire has. */
function spread(prompt: number, { meters }: Subject): Usage {
  const part = (meter: keyof Usage) => (meters.includes(meter) ? Math.floor(prompt / 5) : 0);
  const [cacheRead, cacheWrite, cacheWrite1h] = [part("cacheRead"), part("cacheWrite"), part("cacheWrite1h")];
  return { input: prompt - cacheRead - cacheWrite - cacheWrite1h, output: 4321, cacheRead, cacheWrite, cacheWrite1h };
}

/** Millionths of a cent, from the raw row; the prices are decimals of at most six places, so this is exact. */
function owed(usage: Usage, price: RawPrice): number {
  const units = (usd: number) => Math.round(usd * 1e6);
  return (
    usage.input * units(price.input) +
    usage.output * units(price.output) +
    usage.cacheRead * units(price.cache_read) +
    usage.cacheWrite * units(price.cache_write) +
    usage.cacheWrite1h * units(price.cache_write_1h)
  );
}

/** The raw row that stands for a prompt of so many tokens on a day. */
function rawPrice(prices: readonly RawPrice[], tier: ServiceTier, prompt: number, today: string): RawPrice | undefined {
  const billed = tier === "default" ? "auto" : tier;
  const own = prices.filter((row) => row.tier === billed);
  const begun = own.filter((row) => ("effective_from" in row ? String(row.effective_from) : "") <= today);
  const bands = begun.filter((row) => row.applies_above_prompt_tokens < prompt);
  const floor = Math.max(...bands.map((row) => row.applies_above_prompt_tokens));
  const since = (row: RawPrice) => ("effective_from" in row ? String(row.effective_from) : "");
  return bands
    .filter((row) => row.applies_above_prompt_tokens === floor)
    .sort((a, b) => since(b).localeCompare(since(a)))[0];
}

for (const raw of rows.models) {
  const prices = raw.prices_usd_per_mtok;
  const provider = raw.provider.toLowerCase();
  test(`${provider} ${raw.id}: every tier, band and date is billed to the cent`, async () => {
    const { info } = must(
      listModels(provider).find((each) => each.info.id === raw.id),
      raw.id,
    );
    const subject = must(subjects[provider], provider);
    const dates = prices.flatMap((row) => ("effective_from" in row ? [String(row.effective_from)] : []));
    const days = [asOf, ...dates.flatMap((date) => [dayBefore(date), date])];
    for (const tier of info.tiers) {
      const bands = prices.filter((row) => row.tier === (tier === "default" ? "auto" : tier));
      const prompts = [
        1,
        ...bands.flatMap(({ applies_above_prompt_tokens: floor }) => (floor ? [floor, floor + 1] : [])),
      ];
      for (const prompt of new Set(prompts)) {
        const usage = spread(prompt, subject);
        expect(promptTokens(usage)).toBe(prompt);
        const done = await call(info, usage, tier);
        expect(done.usage).toEqual(usage);
        for (const today of days) {
          const price = must(rawPrice(prices, tier, prompt, today), `a price of ${tier} on ${today}`);
          const cost = priceUsage(info.prices, done.usage, done.tier ?? tier, day(today));
          expect([today, prompt, tier, Math.round(cost * 1e12)]).toEqual([today, prompt, tier, owed(usage, price)]);
        }
      }
    }
    expect(fake.problems).toEqual([]);
  });
}

function dayBefore(date: string): string {
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
}
