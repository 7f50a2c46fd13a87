import { expect, test } from "bun:test";
import { resolveModel } from "../../providers/catalog.ts";
import { attachmentWeight, imageWeight } from "../../providers/image-tokens.ts";
import { picture } from "../contract/images.ts";
import { page } from "../contract/provider-rig.ts";

const weights = { images: { kind: "area", divisor: 750 }, page: { bytes: 10, tokens: 7 }, unknown: 99 } as const;

test("each vendor's formula", () => {
  const size = { width: 1024, height: 768 };
  expect(imageWeight(size, { kind: "none" })).toBe(0);
  expect(imageWeight(size, { kind: "area", divisor: 750 })).toBe(1049);
  expect(imageWeight(size, { kind: "patches32", multiplier: 1.2, patch_budget: null })).toBe(922);
  expect(imageWeight(size, { kind: "patches32", multiplier: 1.2, patch_budget: 500 })).toBe(600);
  // Four tiles of 512 pixels, as OpenAI's own example of a square of 1,024 has it: 85 + 4 × 170.
  expect(imageWeight({ width: 1024, height: 1024 }, { kind: "tiles", base: 85, per_512px_tile: 170 })).toBe(765);
  // And of 2,048 × 4,096: six tiles.
  expect(imageWeight({ width: 2048, height: 4096 }, { kind: "tiles", base: 85, per_512px_tile: 170 })).toBe(1105);
  expect(imageWeight({ width: 384, height: 384 }, { kind: "tiles768", per_tile: 258 })).toBe(258);
  expect(imageWeight({ width: 1600, height: 700 }, { kind: "tiles768", per_tile: 258 })).toBe(774);
});

test("a model's row decides, of the size that is sent; what is unknown has a fixed weight", async () => {
  const wide = await picture(2600, 40);
  const opus = attachmentWeight(resolveModel("anthropic", "opus-4.5"), weights);
  // 1,568 × 24 pixels after scaling.
  expect(opus(wide)).toBe(Math.ceil((1568 * 24) / 750));
  const gpt = attachmentWeight(resolveModel("openai", "gpt-4o"), weights);
  // 2,048 × 32 pixels: four tiles.
  expect(gpt(wide)).toBe(85 + 4 * 170);
  const unlisted = attachmentWeight({ ...resolveModel("openai"), wireId: "unheard-of" }, weights);
  expect(unlisted(await picture(75, 100))).toBe(10);
  expect(unlisted({ mime: "image/png", data: "AAAA" })).toBe(99);
  expect(unlisted(page)).toBe(14);
});
