import { expect, test } from "bun:test";
import { ConfigError, ModelNotFoundError, UsageError } from "../../agent/error.ts";
import { knownByWireId, listModels, resolveModel, rowFacts } from "../../providers/catalog.ts";
import data from "../../providers/data/catalog.json" with { type: "json" };
import { knownModels } from "../../providers/local/models.ts";
import { type CatalogFile, indexCatalog } from "../../providers/rows.ts";

/** A fresh copy of the shipped file. */
function file(): CatalogFile {
  return JSON.parse(JSON.stringify(data));
}

test("an id wins over a wire id, a wire id over a role, a role over a family", () => {
  const [first, second, third] = file().models;
  if (!first || !second || !third) throw new Error("the catalogue is empty");
  const rows = [
    { ...first, id: "a-1.0", wire_id: "wire-a", family: "x", version: "1.0" },
    { ...second, id: "b-2.0", wire_id: "a-1.0", family: "x", version: "2.0" },
    { ...third, id: "c-3.0", wire_id: "default", family: "utility", version: "3.0" },
  ];
  const { transports, ...rest } = file();
  const roles = { default: "a-1.0", utility: "b-2.0" };
  const index = indexCatalog({ ...rest, models: rows, transports: { Anthropic: { ...transports.Anthropic, roles } } });
  const names = [...(index.shelves.get("anthropic")?.names ?? [])].map(([name, row]) => [name, row.id]);
  expect(Object.fromEntries(names)).toEqual({
    "a-1.0": "a-1.0",
    "b-2.0": "b-2.0",
    "c-3.0": "c-3.0",
    "wire-a": "a-1.0",
    default: "c-3.0",
    utility: "b-2.0",
    x: "a-1.0",
    "x-1": "a-1.0",
    "x-2": "b-2.0",
    "utility-3": "c-3.0",
  });
});

test("a catalogue that contradicts itself is refused", () => {
  const { models, transports, ...rest } = file();
  const [first, second] = models;
  if (!first || !second) throw new Error("the catalogue is empty");
  const index = (changed: Partial<CatalogFile>) => () => indexCatalog({ ...rest, models, transports, ...changed });
  expect(index({ models: [...models, { ...first, wire_id: "other" }] })).toThrow(
    new ConfigError('The model catalogue gives id "fable-5.1" to both fable-5.1 and fable-5.1.'),
  );
  expect(index({ models: [first, { ...second, wire_id: first.wire_id.toUpperCase() }] })).toThrow(
    new ConfigError('The model catalogue gives wire id "CLAUDE-FABLE-5-1" to both fable-5.1 and fable-5.0.'),
  );
  const roles = { best: "fable-9.9" };
  expect(index({ transports: { ...transports, Anthropic: { ...transports.Anthropic, roles } } })).toThrow(
    new ConfigError(`The model catalogue's role "best" of Anthropic names "fable-9.9", which has no row.`),
  );
  expect(index({ transports: {} })).toThrow(
    new ConfigError("The model catalogue has rows of Anthropic but not its transport."),
  );
});

test.each([
  ["openai", "gpt-4", "gpt-4.0"],
  ["openai", "gpt-5", "gpt-5.6"],
  ["openai", "gpt", "gpt-5.6"],
  ["google", "gemini-flash", "gemini-flash-3.8"],
  ["google", "gemini-flash-lite", "gemini-flash-lite-3.5"],
  ["anthropic", "opus-4", "opus-4.8"],
  ["anthropic", "best", "fable-5.1"],
  ["dashscope", "qwen-plus", "qwen-plus-3.0"],
  ["minimax", "MiniMax-M2", "minimax-2.0"],
])("%s understands %s as %s", (provider, name, id) => {
  expect(resolveModel(provider, name).id).toBe(id);
});

test("parts of words mean nothing, and the error lists what there is", () => {
  for (const name of ["claude", "gpt-6", "o3", "gemini", "opu", "", "opus-5.5-latest"]) {
    expect(() => resolveModel("anthropic", name)).toThrow(ModelNotFoundError);
  }
  expect(() => resolveModel("moonshot", "k3")).toThrow(
    expect.objectContaining({
      message: 'There is no model "k3" for moonshot.',
      hint: "Known: kimi-3.0, kimi-2.6, kimi-code-2.7, kimi-code-highspeed-2.7.",
    }),
  );
});

test("an unknown provider is named, with those there are", () => {
  expect(() => listModels("acme")).toThrow(
    expect.objectContaining({
      message: 'The model catalogue has no provider "acme".',
      hint: "It has: anthropic, openai, google, moonshot, dashscope, minimax, llamacpp.",
    }),
  );
  expect(() => resolveModel("acme")).toThrow(UsageError);
});

test("a list gives every row once, with its other names and suffixes", () => {
  expect(listModels()).toHaveLength(84);
  expect(listModels("Moonshot").map(({ info, aliases, tags }) => [info.id, aliases, tags])).toEqual([
    ["kimi-3.0", ["kimi-k3", "default", "kimi", "kimi-3"], ["+1m"]],
    ["kimi-2.6", ["kimi-k2.6", "utility", "kimi-2"], []],
    ["kimi-code-2.7", ["kimi-k2.7-code", "kimi-code", "kimi-code-2"], []],
    ["kimi-code-highspeed-2.7", ["kimi-k2.7-code-highspeed", "kimi-code-highspeed", "kimi-code-highspeed-2"], []],
  ]);
});

test("rows tell adapters what the wire needs", () => {
  const plain = { effortAsLevel: false, thinkingOnly: false, reasoningContextAllTurns: false, persistentRetry: false };
  expect(rowFacts("no-such-model")).toEqual(plain);
  expect(rowFacts("claude-opus-5-5")).toEqual({
    ...plain,
    persistentRetry: true,
    imageTokens: { kind: "area", divisor: 750 },
  });
  expect(rowFacts("qwen3.8-2.4t-a95b")).toEqual({
    ...plain,
    effortAsLevel: true,
    thinkingOnly: true,
    outputCapParam: "max_tokens",
  });
  const withContext = data.models.filter((row) => rowFacts(row.wire_id).reasoningContextAllTurns);
  const capped = data.models.filter((row) => rowFacts(row.wire_id).outputCapParam === "max_completion_tokens");
  const always = data.models.filter((row) => rowFacts(row.wire_id).thinkingOnly);
  expect([withContext.length, capped.length, always.map((row) => row.id)]).toEqual([
    8,
    7,
    ["qwen-2400b-a95b-3.8", "qwen-235b-a22b-thinking-3.0"],
  ]);
});

test("images go to the rows that count or limit them", () => {
  const images = (provider: string) => listModels(provider).filter(({ info }) => info.images);
  expect(images("anthropic")).toHaveLength(15);
  expect(images("moonshot")).toHaveLength(4);
  expect(images("minimax").map(({ info }) => info.id)).toEqual(["minimax-3.0"]);
  expect([resolveModel("openai", "gpt-4").images, resolveModel("openai", "o3-mini").images]).toEqual([false, false]);
});

test("no local model takes a name from the catalogue", () => {
  const taken = listModels().flatMap(({ info, aliases }) => [info.id, ...aliases]);
  expect(knownModels.filter(({ id }) => taken.includes(id))).toEqual([]);
});

test("a wire id that a server reports matches only exactly", () => {
  expect(knownByWireId("gpt-5.6")?.id).toBe("gpt-5.6");
  expect(knownByWireId("MiniMax-M3")?.id).toBe("minimax-3.0");
  expect(knownByWireId("minimax-m3")).toBeUndefined();
  expect(knownByWireId("opus")).toBeUndefined();
});
