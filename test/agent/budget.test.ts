import { expect, test } from "bun:test";
import fc from "fast-check";
import { affordableOutput, Purse, priceAt, priceUsage, worstCase } from "../../agent/budget.ts";
import { BudgetExceededError, UsageError } from "../../agent/error.ts";
import { noUsage } from "../../agent/message.ts";
import type { ModelInfo, PriceRow } from "../../agent/model.ts";
import { resolveModel } from "../../providers/catalog.ts";

const at = Date.UTC(2026, 10, 25);
const opus = resolveModel("anthropic", "opus");
const sol = resolveModel("openai", "sol");
const free: ModelInfo = { ...opus, prices: [] };

test("a usage is priced meter by meter", () => {
  const usage = { input: 1_000_000, output: 100_000, cacheRead: 2_000_000, cacheWrite: 200_000, cacheWrite1h: 50_000 };
  expect(priceUsage(opus.prices, usage, "auto", at)).toBeCloseTo(4 + 2 + 0.4 + 1 + 0.4, 12);
  expect(priceUsage(opus.prices, usage, "priority", at)).toBeCloseTo(2 * 7.8, 12);
});

test("the default tier and a tier without a price bill as auto", () => {
  const usage = { ...noUsage, output: 1000 };
  const auto = priceUsage(opus.prices, usage, "auto", at);
  expect(auto).toBe(0.02);
  expect(priceUsage(opus.prices, usage, "default", at)).toBe(auto);
  expect(priceUsage(opus.prices, usage, "flex", at)).toBe(auto);
});

test("a price row for the default tier is never read", () => {
  const [auto] = opus.prices;
  if (!auto) throw new Error("opus has no price");
  expect(priceAt([{ ...auto, tier: "default", input: 99 }, auto], 10, "default", at)).toEqual(auto);
});

test("without prices a call costs nothing", () => {
  expect(priceUsage([], { ...noUsage, input: 1e9 }, "priority", at)).toBe(0);
  expect(worstCase(free, 1e9, 1e9, "auto", at)).toBe(0);
  expect(affordableOutput(free, 1e9, 0, 5000, "auto", at)).toBe(5000);
});

test("the band is that of the whole prompt, cached tokens included, and strictly above its floor", () => {
  const cost = (cacheRead: number) => priceUsage(sol.prices, { ...noUsage, cacheRead, output: 1e6 }, "auto", at);
  const [low, high] = [priceAt(sol.prices, 272_000, "auto", at), priceAt(sol.prices, 272_001, "auto", at)];
  expect([low?.above, high?.above]).toEqual([0, 272_000]);
  expect(cost(272_000)).toBeCloseTo(0.272 * (low?.cacheRead ?? 0) + (low?.output ?? 0), 9);
  expect(cost(272_001)).toBeCloseTo(0.272_001 * (high?.cacheRead ?? 0) + (high?.output ?? 0), 9);
});

test("a dated price begins at midnight UTC of its day", () => {
  const flash = resolveModel("google", "gemini-flash");
  const million = { ...noUsage, output: 1_000_000 };
  const before = Date.UTC(2027, 0, 1) - 1;
  expect(priceUsage(flash.prices, million, "auto", before)).toBe(3.75);
  expect(priceUsage(flash.prices, million, "auto", before + 1)).toBe(7.5);
});

test("prices that have not begun yet do not apply", () => {
  const row: PriceRow = {
    tier: "auto",
    above: 0,
    since: "2030-01-01",
    input: 1,
    output: 1,
    cacheWrite: 0,
    cacheWrite1h: 0,
    cacheRead: 0,
  };
  expect(priceAt([row], 10, "auto", at)).toBeUndefined();
  expect(priceAt([row], 0, "auto", Date.UTC(2030, 0, 1))).toEqual(row);
});

test("the worst case takes every prompt token at its dearest meter", () => {
  expect(worstCase(opus, 100_000, 10_000, "auto", at)).toBeCloseTo(0.1 * 8 + 0.01 * 20, 12);
});

test("an answer is cut to what is left, and refused below 8192 tokens", () => {
  const prompt = 10_000;
  const promptUsd = worstCase(opus, prompt, 0, "auto", at);
  expect(affordableOutput(opus, prompt, Number.POSITIVE_INFINITY, 64_000, "auto", at)).toBe(64_000);
  expect(affordableOutput(opus, prompt, promptUsd + 0.2, 64_000, "auto", at)).toBe(10_000);
  expect(affordableOutput(opus, prompt, promptUsd + 0.16, 64_000, "auto", at)).toBeUndefined();
  expect(affordableOutput(opus, prompt, promptUsd + 0.04, 2000, "auto", at)).toBe(2000);
  expect(affordableOutput(opus, prompt, promptUsd + 0.03, 2000, "auto", at)).toBeUndefined();
  expect(affordableOutput(opus, prompt, promptUsd / 2, 1, "auto", at)).toBeUndefined();
});

test("what is affordable always fits the purse", () => {
  const money = fc.double({ min: 0, max: 5, noNaN: true });
  const property = fc.property(
    fc.nat(400_000),
    money,
    fc.integer({ min: 1, max: 128_000 }),
    (prompt, capUsd, wanted) => {
      const output = affordableOutput(sol, prompt, capUsd, wanted, "auto", at);
      if (output === undefined) return;
      expect(output).toBeLessThanOrEqual(wanted);
      new Purse({ capUsd }).reserve(worstCase(sol, prompt, output, "auto", at));
    },
  );
  fc.assert(property);
});

test("cap $0.50, calls of $0.40: one answer kept, the second call refused before it is sent", () => {
  const purse = new Purse({ capUsd: 0.5 });
  let sent = 0;
  const call = () => {
    using reservation = purse.reserve(0.4);
    sent += 1;
    reservation.settle(0.4);
  };
  call();
  expect(call).toThrow(new BudgetExceededError({ capUsd: 0.5, spentUsd: 0.4, neededUsd: 0.4 }));
  expect([sent, purse.spentUsd, purse.reservedUsd]).toEqual([1, 0.4, 0]);
});

test("calls in flight share what is left", () => {
  const root = new Purse({ capUsd: 1 });
  const [a, b] = [new Purse({ parent: root }), new Purse({ parent: root })];
  const first = a.reserve(0.6);
  expect(b.leftUsd).toBeCloseTo(0.4, 12);
  expect(() => b.reserve(0.5)).toThrow(new BudgetExceededError({ capUsd: 1, spentUsd: 0.6, neededUsd: 0.5 }));
  expect([b.reservedUsd, root.reservedUsd]).toEqual([0, 0.6]);
  first.settle(0.1);
  b.reserve(0.5).settle(0.5);
  expect([a.ownUsd, b.ownUsd, root.ownUsd]).toEqual([0.1, 0.5, 0]);
  expect([root.spentUsd, a.treeUsd, b.treeUsd]).toEqual([0.6, 0.6, 0.6]);
});

test("a child's own cap binds the child and not its parent", () => {
  const root = new Purse({ capUsd: 1 });
  const child = new Purse({ capUsd: 0.2, parent: root });
  expect([root.leftUsd, child.leftUsd]).toEqual([1, 0.2]);
  expect(() => child.reserve(0.3)).toThrow(BudgetExceededError);
  root.reserve(0.3).settle(0.9);
  expect(child.leftUsd).toBeCloseTo(0.1, 12);
});

test("a paid answer is booked even above what was set aside, and only once", () => {
  const purse = new Purse({ capUsd: 0.5 });
  const reservation = purse.reserve(0.1);
  reservation.settle(0.7);
  reservation.settle(0.7);
  reservation[Symbol.dispose]();
  expect([purse.spentUsd, purse.reservedUsd, purse.leftUsd]).toEqual([0.7, 0, 0]);
  expect(() => purse.reserve(0.01)).toThrow(BudgetExceededError);
  purse.reserve(0).settle(0);
});

test("a reservation that is dropped costs nothing", () => {
  const purse = new Purse({ capUsd: 0.5 });
  {
    using _ = purse.reserve(0.5);
    expect(purse.leftUsd).toBe(0);
  }
  expect([purse.spentUsd, purse.reservedUsd, purse.leftUsd]).toEqual([0, 0, 0.5]);
});

test("restored spend counts up the tree; without a cap there is no end", () => {
  const root = new Purse();
  const child = new Purse({ parent: root, capUsd: 1 });
  child.book(0.75);
  expect([child.ownUsd, child.spentUsd, child.leftUsd]).toEqual([0.75, 0.75, 0.25]);
  expect([root.ownUsd, root.spentUsd, root.leftUsd]).toEqual([0, 0.75, Number.POSITIVE_INFINITY]);
});

test("what is no amount of money is refused", () => {
  expect(() => new Purse({ capUsd: Number.NaN })).toThrow(
    new UsageError("A budget must be zero dollars or more, not NaN."),
  );
  expect(() => new Purse({ capUsd: -1 })).toThrow(UsageError);
  expect(() => new Purse({ capUsd: 1 }).reserve(Number.NaN)).toThrow(BudgetExceededError);
});

test("ten dimes fit a dollar", () => {
  const purse = new Purse({ capUsd: 1 });
  for (let dime = 0; dime < 10; dime += 1) purse.reserve(0.1).settle(0.1);
  expect(() => purse.reserve(0.000_01)).toThrow(BudgetExceededError);
});

test("no order of calls passes a cap: what is set aside covers what is spent", () => {
  const step = fc.record({
    who: fc.nat(2),
    usd: fc.double({ min: 0, max: 0.6, noNaN: true }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const root = new Purse({ capUsd: 1 });
      const child = new Purse({ capUsd: 0.5, parent: root });
      const purses = [root, child, new Purse({ parent: child })];
      for (const { who, usd, share } of steps) {
        try {
          purses[who]?.reserve(usd).settle(usd * share);
        } catch (error) {
          expect(error).toBeInstanceOf(BudgetExceededError);
        }
      }
      expect(root.spentUsd).toBeLessThanOrEqual(1 + 1e-6);
      expect(child.spentUsd).toBeLessThanOrEqual(0.5 + 1e-6);
      expect(purses.reduce((sum, purse) => sum + purse.ownUsd, 0)).toBeCloseTo(root.spentUsd, 9);
    }),
  );
});
