/** The rules behind the controls: which models fit a search, what a state is called, what the meters say. */
import { expect, test } from "bun:test";
import type { EventOf } from "../../agent/event.ts";
import { noUsage } from "../../agent/message.ts";
import type { ModelRow, ProviderRow } from "../../server/api.ts";
import { newCard } from "../../server/card.ts";
import { chosen } from "../../ui/state/choice.ts";
import {
  cacheShare,
  contextShare,
  contextTotal,
  isTight,
  speedOf,
  tightest,
  usedShare,
} from "../../ui/state/meter-words.ts";
import { firstModel, isCurrent, modelGroups, modelOf, shownModel } from "../../ui/state/model-list.ts";
import { Stopwatch } from "../../ui/state/speeds.ts";
import { isAtWork, retryWords, stateWords } from "../../ui/state/state-words.ts";
import type { AssistantItem } from "../../ui/state/view.ts";

const model = (id: string, more: Partial<ModelRow> = {}): ModelRow => ({
  id,
  wireId: `wire-${id}`,
  aliases: [],
  tags: [],
  windowTokens: 100_000,
  efforts: [],
  thinking: [],
  images: false,
  ...more,
});
const provider = (name: string, more: Partial<ProviderRow> = {}): ProviderRow => ({
  name,
  local: false,
  usable: true,
  anyName: false,
  models: [],
  ...more,
});
const rows: readonly ProviderRow[] = [
  provider("shut", { usable: false, missing: "A key.", models: [model("opal")] }),
  provider("cloud", { first: "opus", models: [model("opus", { aliases: ["best"], tags: ["+200k"] }), model("mini")] }),
  provider("compat", { anyName: true, models: [model("served")] }),
  provider("local", { anyName: true, local: true, models: [model("small", { wireId: "small", away: true })] }),
];
const found = (search: string) =>
  modelGroups(rows, search).map(({ provider: { name }, entries }) => [name, ...entries.map((entry) => entry.name)]);

test("all models without a search, those that can be used first, and what is missing for the others", () => {
  expect(found("")).toEqual([
    ["cloud", "opus", "mini"],
    ["compat", "served"],
    ["local", "small"],
    ["shut", "opal"],
  ]);
  const missing = modelGroups(rows, "").flatMap(({ entries }) => entries.map((entry) => entry.missing));
  expect(missing).toEqual([
    undefined,
    undefined,
    undefined,
    "Its weights are not on this machine; fetch them first.",
    "A key.",
  ]);
});

test("a reference to weights is offered where they run: ONNX in the page too, GGUF on this machine alone", () => {
  const all = [...rows, provider("browser", { anyName: true, local: true })];
  const offered = (text: string) => modelGroups(all, text).map(({ provider: { name } }) => name);
  expect(offered("onnx:hf:a/b")).toEqual(["local", "browser"]);
  expect(offered("hf:a/b/c.gguf")).toEqual(["local"]);
});

test("a search is of names, other names and providers; what fits nothing may still be a name", () => {
  expect(found("cloud best")).toEqual([["cloud", "opus"]]);
  expect(found("op")).toEqual([
    ["cloud", "opus"],
    ["compat", "op"],
    ["shut", "opal"],
  ]);
  expect(found("mine-7b")).toEqual([["compat", "mine-7b"]]);
  expect(found("served")).toEqual([["compat", "served"]]);
  expect(found("hf:a/b/c.gguf")).toEqual([["local", "hf:a/b/c.gguf"]]);
  expect(found("two words")).toEqual([]);
});

test("a window tag is asked for by its suffix, where the model offers it", () => {
  expect(found("opus+200k")[0]).toEqual(["cloud", "opus+200k"]);
  expect(found("mini+200k").filter(([name]) => name === "cloud")).toEqual([]);
});

test("the model of an agent is found by what its cards call it", () => {
  const origin = { provider: "cloud", model: "wire-opus" };
  expect(modelOf(rows, origin)?.id).toBe("opus");
  expect(modelOf(rows, { provider: "shut", model: "wire-opus" })).toBeUndefined();
  const current = modelGroups(rows, "").flatMap(({ entries }) => entries.filter((entry) => isCurrent(entry, origin)));
  expect(current.map(({ name }) => name)).toEqual(["opus"]);
  expect([firstModel(rows), firstModel([])]).toEqual([{ provider: "cloud", model: "opus" }, undefined]);
  expect(shownModel("hf:a/b/c.gguf")).toBe("c.gguf");
});

test("a new session is asked for with what was chosen, and no more", () => {
  expect(chosen({})).toEqual({});
  expect(chosen({ provider: "cloud", model: "opus", effort: "low", thinking: "off" })).toEqual({
    provider: "cloud",
    model: "opus",
    settings: { thinkingBudget: "none", thinkingOutput: "none", effort: "low" },
  });
});

test("what an agent does, in words", () => {
  const card = newCard("main", "main", 0);
  const words = [
    card,
    { ...card, state: "streaming" as const },
    { ...card, state: "tools" as const, tool: "Run the tests" },
    { ...card, state: "tools" as const, tool: "Run the tests", asks: 1 },
    { ...card, reason: "done" as const },
    { ...card, reason: "error" as const },
    { ...card, ended: true, reason: "done" as const },
    { ...card, state: "streaming" as const, suspendedUntil: 5_000 },
  ].map((each) => `${stateWords(each).text}, ${stateWords(each).tone}${isAtWork(each) ? ", at work" : ""}`);
  expect(words).toEqual([
    "Ready, quiet",
    "Answers, working, at work",
    "Run the tests, working, at work",
    "Waits for you, waiting, at work",
    "Done, good",
    "Failed, failed",
    "Ended, quiet",
    "Waits for a limit to reset, waiting, at work",
  ]);
});

test("a retry counts down", () => {
  const error = { code: "overloaded", message: "Anthropic is overloaded." };
  const retry: EventOf<"retry"> = {
    type: "retry",
    seq: 1,
    agent: "main",
    at: 1_000,
    attempt: 2,
    delayMs: 4_000,
    error,
  };
  expect([1_000, 3_500, 9_000].map((now) => retryWords(retry, now))).toEqual([
    "Anthropic is overloaded; trying again in 4 s (2)",
    "Anthropic is overloaded; trying again in 2 s (2)",
    "Anthropic is overloaded; trying again now (2)",
  ]);
});

test("how full the context is, and when that is tight", () => {
  const contextTokens = { system: 100, tools: 200, summary: 0, user: 300, assistant: 200, toolResults: 200 };
  const meter = { contextTokens, windowTokens: 4_000, compactAtTokens: 1_200 };
  expect([contextTotal(meter), contextShare(meter), isTight(meter)]).toEqual([1_000, 0.25, false]);
  expect(isTight({ ...meter, compactAtTokens: 1_100 })).toBe(true);
  expect(isTight({ ...meter, compactAtTokens: null })).toBe(false);
  expect(contextShare({ ...meter, windowTokens: 0 })).toBeUndefined();
  expect([cacheShare(noUsage), cacheShare({ ...noUsage, input: 100, cacheRead: 300 })]).toEqual([undefined, 0.75]);
});

test("the speed of an answer is that of its writing where the page was there, else of all of the call", () => {
  const item: AssistantItem = {
    type: "assistant",
    id: "m1",
    message: "m1",
    at: 1_000,
    origin: { provider: "local", model: "small" },
    parts: [],
    live: true,
    stopReason: undefined,
    usage: undefined,
    costUsd: undefined,
    durationMs: undefined,
  };
  const parts = (chars: number) => ({ ...item, parts: [{ type: "text" as const, text: "x".repeat(chars) }] });
  const done = { ...parts(400), live: false, usage: { ...noUsage, output: 90 }, durationMs: 9_000 };
  const watch = new Stopwatch();
  const seen = [
    watch.speed(item, 2_000),
    watch.speed(parts(4), 5_000),
    watch.speed(parts(400), 7_000),
    watch.speed(done, 8_000),
    watch.speed(done, 99_000),
  ];
  expect(seen).toEqual([undefined, undefined, 50, 30, 30]);
  expect(new Stopwatch().speed(done, 8_000)).toBeUndefined();
  expect([speedOf(done), speedOf(item)]).toEqual([10, undefined]);
});

test("a provider's window is told by its share or by what is left; the fullest shows once it is nearly used up", () => {
  const told = [
    { name: "5h", used: 0.9 },
    { name: "tokens", limit: 100, remaining: 4 },
    { name: "requests", limit: 0, remaining: 0 },
    { name: "7d", resetAt: 1 },
  ];
  expect(told.map(usedShare)).toEqual([0.9, 0.96, undefined, undefined]);
  expect(tightest(told)).toEqual({ name: "tokens", share: 0.96 });
  expect(tightest([{ name: "5h", used: 0.84 }])).toBeUndefined();
});
