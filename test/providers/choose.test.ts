/** Which provider a name means: never one of several in silence. */
import { expect, test } from "bun:test";
import { Book } from "../../providers/book.ts";
import { choose } from "../../providers/choose.ts";
import { chooseProvider } from "../../providers/registry.ts";
import type { UserModels } from "../../providers/user-models.ts";

const book = new Book();
const usable = ["openai", "google", "local"];
const chosen = (model: string, more: Partial<Parameters<typeof choose>[0]> = {}) =>
  choose({ book, usable, model, ...more });

const user: UserModels["providers"] = {
  acme: { baseUrl: "http://127.0.0.1:1/v1", models: { "opus-5.5": {}, "acme-1": { aliases: ["one"] } }, roles: {} },
  open: { baseUrl: "http://127.0.0.1:2/v1", roles: {} },
};
const own = new Book({ providers: user, files: [], warnings: [] });

test.each([
  ["opus+200k", "anthropic"],
  ["GPT-5", "openai"],
  ["kimi-k3", "moonshot"],
  ["best", "anthropic"],
  ["haiku+1m", "anthropic"],
])("%s is served by one: %s", (model, provider) => {
  expect(chosen(model)).toBe(provider);
});

test.each([
  "/m",
  "./m",
  "../m",
  "~/m",
  "m.gguf",
  "M.GGUF",
  "llama:m.gguf",
  "onnx:./m",
  "hf:user/repo:Q4_0",
  "https://example.com/m.gguf",
  "SmolLM2-135M",
  "local",
])("%s means weights on this machine", (model) => {
  expect(chosen(model, { current: "openai" })).toBe("local");
});

test("the current provider keeps what it serves; of a role the first usable one answers", () => {
  expect(chosen("default", { current: "moonshot" })).toBe("moonshot");
  expect(chosen("default", { current: "local" })).toBe("openai");
  expect(chosen("utility")).toBe("openai");
  expect(chosen("opus", { current: "google" })).toBe("anthropic");
  expect(chosen("opus-5.5", { book: own, current: "acme" })).toBe("acme");
});

test("a name that several serve is an error that lists them", () => {
  expect(() => chosen("opus-5.5", { book: own })).toThrow(
    expect.objectContaining({
      code: "usage",
      message: 'Several providers serve "opus-5.5": anthropic, acme.',
      hint: "Say which, for example with --provider anthropic.",
    }),
  );
  expect(chosen("opus-5.5", { book: own, allowed: ["acme"] })).toBe("acme");
  expect(chosen("one", { book: own })).toBe("acme");
});

test("a name that nobody lists goes to the one usable provider that takes any", () => {
  expect(chosen("who-knows", { book: own, usable: ["openai", "open", "local"] })).toBe("open");
  expect(chosen("who-knows", { current: "local" })).toBe("local");
  expect(() => chosen("who-knows", { book: own, usable: ["acme", "open"] })).toThrow(
    'No provider lists a model "who-knows", and several take any name: acme, open.',
  );
  for (const model of ["gpt-6", "claude", "", "o3"]) expect(() => chosen(model)).toThrow("There is no model");
  expect(() => chosen("gpt-6")).toThrow(
    expect.objectContaining({
      message: 'There is no model "gpt-6".',
      hint: expect.stringMatching(/^Like it: astra-6\.0 \(openai\), .*"sagent models" lists what there is/),
    }),
  );
});

test("only what is allowed is chosen unasked, and what is not is named", () => {
  const env = { ANTHROPIC_API_KEY: "key", GOOGLE_API_KEY: "key" };
  expect(chooseProvider({ env })).toBe("anthropic");
  expect(chooseProvider({ env, allowed: ["google", "local"] })).toBe("google");
  expect(chooseProvider({ env, allowed: ["openai"] })).toBe("openai");
  expect(chooseProvider({ env, allowed: ["google"], model: "default" })).toBe("google");
  expect(chooseProvider({ env, allowed: ["google"], model: "opus" })).toBe("anthropic");
});
