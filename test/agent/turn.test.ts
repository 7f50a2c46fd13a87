/** One answer: its sends, its waits, its bill. */
import { expect, test } from "bun:test";
import { Purse } from "../../agent/budget.ts";
import type { AgentEvent, EventBody } from "../../agent/event.ts";
import { noUsage } from "../../agent/message.ts";
import { lowestSettings, type PriceRow } from "../../agent/model.ts";
import {
  AuthError,
  PolicyError,
  PromptTooLongError,
  ServerError,
  StreamInterruptedError,
} from "../../agent/provider-error.ts";
import { runTurn } from "../../agent/turn.ts";
import { describeEvents, type ScriptedStep, scriptedModel, virtualClock } from "../support/index.ts";
import { user } from "./entries.ts";

const price: PriceRow = { tier: "auto", above: 0, input: 1, output: 1e6, cacheWrite: 1, cacheWrite1h: 1, cacheRead: 1 };
const flex: PriceRow = { ...price, tier: "flex", output: 5e5 };
const usage = { ...noUsage, output: 2 };
const cut = (text: string, output?: number): ScriptedStep => ({
  parts: [{ text }],
  error: new StreamInterruptedError({ provider: "P" }),
  ...(output === undefined ? {} : { usage: { input: 0, output } }),
});
const down = new ServerError({ provider: "P", status: 503 });

interface RigOptions {
  readonly capUsd?: number;
  readonly maxOutputTokens?: number;
  readonly promptTokens?: number;
}

function rig(steps: readonly ScriptedStep[], { capUsd, maxOutputTokens = 4, promptTokens = 1 }: RigOptions = {}) {
  const clock = virtualClock();
  const model = scriptedModel(steps, { clock, info: { prices: [price, flex] } });
  const purse = new Purse({ capUsd });
  const events: AgentEvent[] = [];
  const stop = new AbortController();
  let calls = 0;
  const emit = (body: EventBody) => void events.push({ seq: events.length + 1, agent: "a", at: clock.now(), ...body });
  const input = runTurn({
    generation: 3,
    model,
    request: {
      system: "",
      messages: [user(1, "hi")],
      tools: [],
      settings: lowestSettings(model.info),
      maxOutputTokens,
    },
    promptTokens,
    messageId: "m2",
    purse,
    clock,
    random: () => 0,
    retry: {},
    signal: stop.signal,
    emit,
    nextCallId: () => `c${++calls}`,
  });
  return { clock, model, purse, events, stop, input };
}

const types = (events: readonly AgentEvent[]) => events.map((event) => event.type);

test("an answer is announced, shown, billed, and its calls get ids", async () => {
  const { events, input, purse } = rig([
    { parts: [{ text: "a" }, { call: "T", args: { x: 1 } }], usage: { input: 1, output: 2 } },
  ]);
  expect(await input).toEqual({
    type: "modelDone",
    generation: 3,
    answer: {
      origin: { provider: "scripted", model: "scripted" },
      parts: [
        { type: "text", text: "a" },
        { type: "toolCall", callId: "c1", name: "T", args: { x: 1 } },
      ],
      stopReason: "toolUse",
      usage: { ...noUsage, input: 1, output: 2 },
      costUsd: 2.000001,
    },
  });
  expect([types(events), purse.spentUsd, purse.reservedUsd]).toEqual([
    ["callStarted", "partStarted", "delta", "partStarted", "delta", "callEnded"],
    2.000001,
    0,
  ]);
});

test("a send that fails is sent again after its wait, and every send is billed", async () => {
  const { clock, events, input, model } = rig([
    down,
    cut("x", 1),
    { parts: [{ text: "xy" }], usage: { input: 0, output: 2 } },
  ]);
  await clock.advance(499);
  expect(model.requests.length).toBe(1);
  await clock.advance(1);
  await clock.advance(0);
  const ended = await input;
  expect(ended.type === "modelDone" && [ended.answer.usage, ended.answer.costUsd]).toEqual([usage, 3]);
  expect(describeEvents(events)).toBe(
    [
      'callStarted {"message":"m2","model":{"provider":"scripted","model":"scripted"},"promptTokens":1}',
      'retry {"attempt":1,"delayMs":500,"error":{"code":"server","message":"P failed with status 503.","status":503}}',
      'partStarted {"message":"m2","part":0,"kind":"text"}',
      'delta {"message":"m2","part":0,"text":"x"}',
      'retry {"attempt":2,"delayMs":0,"error":{"code":"interrupted","message":"P stopped in the middle of its answer."}}',
      'delta {"message":"m2","part":0,"text":"y"}',
      'callEnded {"message":"m2","usage":{"input":0,"output":3,"cacheRead":0,"cacheWrite":0,"cacheWrite1h":0},"costUsd":3,"totalCostUsd":3}',
    ].join("\n"),
  );
});

test("a resend that says something else voids what was shown", async () => {
  const { clock, events, input } = rig([cut("Hello wor"), { parts: [{ text: "Good day" }] }]);
  await clock.advance(0);
  await input;
  expect(types(events)).toEqual([
    "callStarted",
    "partStarted",
    "delta",
    "retry",
    "partsReset",
    "partStarted",
    "delta",
    "callEnded",
  ]);
});

test("when it is given up, what was shown is kept, also where the last send said nothing", async () => {
  const { clock, input, model } = rig([cut("Hello wor"), down, down, down, down, down]);
  await clock.advance(60_000);
  const ended = await input;
  expect(ended.type === "modelFailed" && [ended.cause, ended.error.code, ended.partial?.parts]).toEqual([
    "other",
    "server",
    [{ type: "text", text: "Hello wor" }],
  ]);
  expect(model.requests.length).toBe(6);
});

test("an abort during the wait ends it at once and keeps what was shown", async () => {
  const { clock, input, stop, model } = rig([cut("half"), down, { parts: [{ text: "never" }] }]);
  await clock.advance(0);
  stop.abort();
  const ended = await input;
  expect(ended.type === "modelFailed" && [ended.cause, ended.partial?.parts]).toEqual([
    "aborted",
    [{ type: "text", text: "half" }],
  ]);
  expect(model.requests.length).toBe(2);
});

test("a failure that no resend can cure is asked once; words and bill are kept, calls are not", async () => {
  const error = new AuthError({ provider: "P" });
  const { input, model, purse } = rig([
    { parts: [{ text: "so" }, { call: "T", args: {} }], error, usage: { input: 0, output: 1 } },
  ]);
  const ended = await input;
  expect(ended.type === "modelFailed" && [ended.cause, ended.partial]).toEqual([
    "other",
    {
      origin: { provider: "scripted", model: "scripted" },
      parts: [{ type: "text", text: "so" }],
      stopReason: "interrupted",
      usage: { ...noUsage, output: 1, input: 0 },
      costUsd: 1,
    },
  ]);
  expect([model.requests.length, purse.spentUsd]).toEqual([1, 1]);
});

test("a prompt that is too long is for the machine to shorten; a policy leaves a refusal, even without a word", async () => {
  const long = await rig([new PromptTooLongError({ provider: "P" })]).input;
  const refused = await rig([new PolicyError({ provider: "P" })]).input;
  const brief = (input: typeof long) => input.type === "modelFailed" && [input.cause, input.partial?.stopReason];
  expect([brief(long), brief(refused)]).toEqual([
    ["overflow", undefined],
    ["refused", "refusal"],
  ]);
});

test("the bill follows the tier that served", async () => {
  const { input, purse } = rig([{ parts: [], tier: "flex", usage: { input: 0, output: 2 } }]);
  await input;
  expect(purse.spentUsd).toBe(1);
});

test("a call that may not fit the budget is not sent; one that fits only a shorter answer asks for that", async () => {
  const refused = rig([], { capUsd: 3, maxOutputTokens: 4 });
  const ended = await refused.input;
  expect(ended.type === "modelFailed" && [ended.cause, ended.error.code, refused.model.requests]).toEqual([
    "budget",
    "budget",
    [],
  ]);
  const shorter = rig([{ parts: [{ text: "ok" }], usage: { input: 0, output: 1 } }], {
    capUsd: 9_000,
    maxOutputTokens: 20_000,
    promptTokens: 0,
  });
  await shorter.input;
  expect(shorter.model.requests[0]?.maxOutputTokens).toBe(9_000);
});

test("money for a resend is asked for anew: what a failed send cost may leave too little", async () => {
  const { clock, input, model, purse } = rig([cut("x", 2)], {
    capUsd: 5,
    maxOutputTokens: 4,
  });
  await clock.advance(0);
  const ended = await input;
  expect(ended.type === "modelFailed" && [ended.cause, ended.partial?.parts]).toEqual([
    "budget",
    [{ type: "text", text: "x" }],
  ]);
  expect([model.requests.length, purse.spentUsd, purse.reservedUsd]).toEqual([1, 2, 0]);
});
