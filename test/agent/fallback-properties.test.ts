/** What must hold of a real agent whatever its models fail with, whoever is chosen, and however much time passes. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { ModelNotFoundError, type SagentError } from "../../agent/error.ts";
import type { AgentEvent } from "../../agent/event.ts";
import { replay } from "../../agent/log-state.ts";
import { textOf } from "../../agent/message.ts";
import type { ModelRequest } from "../../agent/model.ts";
import {
  BadRequestError,
  EntitlementError,
  PolicyError,
  PromptTooLongError,
  RateLimitError,
  ServerError,
} from "../../agent/provider-error.ts";
import { defineTool } from "../../agent/tool.ts";
import { eventsOf, historyProblem, must, type ScriptedAnswer, scriptedModel } from "../support/index.ts";
import { type AgentRig, agentRig } from "./agent-rig.ts";

const names = ["a", "b", "c"] as const;
const hourMs = 3_600_000;
const P = { provider: "P" };
const failures: Readonly<Record<string, SagentError>> = {
  limited: new RateLimitError({ ...P, retryAfterMs: hourMs }),
  down: new ServerError({ ...P, status: 503 }),
  broke: new EntitlementError(P),
  wrong: new BadRequestError(P),
  refused: new PolicyError(P),
  long: new PromptTooLongError(P),
};

/** How a model answers, by its own count of requests: in whole, by a tool, or with a failure, perhaps after some words. */
const outcome = fc.record({
  does: fc.constantFrom("says", "says", "calls", "limited", "limited", "down", "broke", "wrong", "refused", "long"),
  words: fc.constantFrom("", "half", "half of an answer"),
});
const plan = fc.record({
  outcomes: fc.array(outcome, { minLength: 1, maxLength: 12 }),
  actions: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant("prompt"), stop: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("pass"), ms: fc.constantFrom(1_000, hourMs / 2, hourMs) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("choose"), model: fc.constantFrom(...names) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("turn"), effort: fc.constantFrom("low", "high") }) },
    ),
    { minLength: 1, maxLength: 8 },
  ),
});
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;
type Doing = Plan["actions"][number];

const tool = defineTool({ name: "T", description: "Does T.", schema: z.object({}), run: async () => "done" });

function stepOf({ does, words }: Plan["outcomes"][number]): ScriptedAnswer | SagentError {
  if (does === "says") return { parts: [{ text: "an answer" }] };
  if (does === "calls") return { parts: [{ text: words || "so" }, { call: "T", args: {} }] };
  const error = must(failures[does]);
  return words === "" ? error : { parts: [{ text: words }], error, usage: { input: 0, output: 10 } };
}

interface Rig {
  readonly rig: AgentRig;
  readonly problems: string[];
}

function rigOf({ outcomes }: Plan, waitForLimits: boolean): Rig {
  const problems: string[] = [];
  let served = 0;
  const step = (request: ModelRequest) => {
    const problem = historyProblem(request.messages);
    if (problem) problems.push(problem);
    return stepOf(must(outcomes[served++ % outcomes.length]));
  };
  const prices = [
    { tier: "auto", above: 0, input: 0, output: 1, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 },
  ] as const;
  const infoOf = (name: string) => ({ id: name, wireId: name, prices });
  const resolveModel = async ({ model = "" }) => {
    if (!names.some((name) => name === model)) throw new ModelNotFoundError({ model });
    return scriptedModel(step, { info: infoOf(model) });
  };
  const fallback = [{ model: "b" }, { model: "missing" }, { model: "c" }];
  const options = { tools: [tool], fallback, resolveModel, waitForLimits, maxRounds: 3, retry: { maxAttempts: 2 } };
  return { rig: agentRig(step, options, infoOf("a")), problems };
}

async function act({ agent, clock, settle }: AgentRig, doing: Doing): Promise<void> {
  switch (doing.do) {
    case "prompt": {
      const run = agent.run("go");
      if (doing.stop) agent.send({ type: "halt" });
      let isOver = false;
      run.then(() => (isOver = true));
      for (let steps = 0; !isOver && steps < 40; steps += 1) {
        if (steps === 30) agent.send({ type: "halt" });
        await clock.advance(hourMs / 4);
      }
      if (!isOver) throw new Error("the work does not end");
      return;
    }
    case "pass":
      return clock.advance(doing.ms);
    case "choose":
      agent.send({ type: "switch", model: doing.model });
      return settle();
    case "turn":
      agent.send({ type: "switch", settings: { effort: doing.effort } });
      return settle();
  }
}

/** Each call ends before the next begins; within one answer no model is asked twice, but after a sleep. */
function checkCalls(events: readonly AgentEvent[]): void {
  let open: string | undefined;
  let asked = new Set<string>();
  let answer = "";
  for (const event of events) {
    if (event.type === "suspended" || event.type === "compactStarted") asked = new Set();
    if (event.type === "callEnded") open = undefined;
    if (event.type !== "callStarted") continue;
    if (open !== undefined) throw new Error("a call begins within another");
    if (event.message !== answer) asked = new Set();
    if (asked.has(event.model.model)) throw new Error(`${event.model.model} is asked twice for ${event.message}`);
    asked.add(event.model.model);
    [open, answer] = [event.message, event.message];
  }
  expect(open).toBeUndefined();
}

/** What a client has on its screen of an answer when its message comes is a beginning of it, or all of it. */
function checkScreen(events: readonly AgentEvent[]): void {
  let [shown, answer] = ["", ""];
  for (const event of events) {
    if (event.type === "partsReset") shown = "";
    if (event.type === "callStarted" && event.message !== answer) shown = "";
    if (event.type === "callStarted") answer = event.message;
    if (event.type === "delta") shown += event.text;
    if (event.type !== "message" || event.message.type !== "assistant") continue;
    const { stopReason } = event.message;
    if (stopReason === "endTurn") expect(shown).toBe(textOf(event.message));
    shown = "";
  }
}

async function play(doing: Plan, waits: boolean): Promise<{ switches: number; suspended: number }> {
  const { rig, problems } = rigOf(doing, waits);
  await using _ = rig;
  let chosen = "a";
  for (const action of doing.actions) {
    await act(rig, action);
    if (action.do === "choose") chosen = action.model;
    const snapshot = rig.agent.snapshot();
    const state = replay(JSON.parse(JSON.stringify(rig.events)));
    expect([state.entries, state.costUsd, state.usage]).toEqual([
      [...snapshot.messages],
      snapshot.costUsd,
      snapshot.usage,
    ]);
    const news = rig.events.findLast(({ type }) => type === "switched" || type === "started");
    if (news?.type === "switched") expect(snapshot.model).toEqual(news.model);
    if (news) expect(state.model?.model).toBe(chosen);
    expect([rig.clock.pending, rig.agent.isBusy]).toEqual([0, false]);
  }
  checkCalls(rig.events);
  checkScreen(rig.events);
  expect(problems).toEqual([]);
  const bills = eventsOf(rig.events, "callEnded").reduce((sum, { costUsd }) => sum + costUsd, 0);
  expect(rig.agent.snapshot().costUsd).toBeCloseTo(bills, 12);
  return { switches: eventsOf(rig.events, "switched").length, suspended: eventsOf(rig.events, "suspended").length };
}

test("whatever fails, each model is asked once an answer, the log stays whole, and all that is billed is counted", async () => {
  const seen = { switches: 0, suspended: 0 };
  await fc.assert(
    fc.asyncProperty(plan, fc.boolean(), async (doing, waits) => {
      const { switches, suspended } = await play(doing, waits);
      seen.switches += switches;
      seen.suspended += suspended;
    }),
    { numRuns: 150, includeErrorInReport: true },
  );
  expect([seen.switches > 50, seen.suspended > 10]).toEqual([true, true]);
}, 60_000);
