/** What an agent tells of itself: limits, money, and where the tokens of its context go. */
import { expect, test } from "bun:test";
import { z } from "zod";
import type { AgentOptions } from "../../agent/agent-options.ts";
import type { Command } from "../../agent/command.ts";
import type { AgentEvent } from "../../agent/event.ts";
import { Fleet } from "../../agent/fleet.ts";
import { defineTool } from "../../agent/tool.ts";
import { eventsOf, must, type ScriptedStep, scriptedModel, virtualClock } from "../support/index.ts";
import { answered } from "./agent-rig.ts";

const words = (tokens: number) => "abc ".repeat(tokens);
const longTool = defineTool({
  name: "Long",
  description: "Says a lot.",
  schema: z.object({}),
  run: () => ({ text: words(500), attachments: [{ mime: "image/png", data: "aaaa" }] }),
});

function reportRig(steps: readonly ScriptedStep[], options: Partial<AgentOptions> = {}) {
  const clock = virtualClock();
  const fleet = new Fleet({ clock });
  const prices = [
    { tier: "auto", above: 0, input: 0, output: 10, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 } as const,
  ];
  const model = scriptedModel(steps, { clock, info: { prices } });
  const agent = fleet.root({ model, clock, tools: [longTool], system: words(40), cwd: "/w", ...options });
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  const report = () => fleet.report("main");
  return { agent, events, report, clock, [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose]() };
}

const sum = (tokens: object) => Object.values(tokens).reduce((all, each) => all + each, 0);

test("the report has all there is to know, and null where there is no limit", async () => {
  const usage = { input: 5, output: 1_000 };
  const script = [
    { parts: [{ call: "Long", args: {} }], usage },
    { parts: [{ text: "one" }], usage },
  ];
  await using rig = reportRig(script, { settings: { effort: "low" } });
  await rig.agent.run("a");
  rig.agent.send({ type: "tune", status: "resting", maxRounds: 5 });
  await rig.clock.advance(0);
  const report = rig.report();
  expect(report).toEqual({
    label: "main",
    path: "main",
    state: "idle",
    status: "resting",
    model: { provider: "scripted", model: "scripted" },
    settings: { effort: "low", thinkingBudget: "none", thinkingOutput: "none", tier: "auto", cacheTtlSec: 0 },
    depth: 0,
    persistent: true,
    rounds: 1,
    maxRounds: 5,
    usage: { input: 10, output: 2_000, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 },
    costUsd: 0.02,
    subtreeUsd: 0.02,
    leftUsd: null,
    windowTokens: 100_000,
    contextTokens: {
      system: 40,
      tools: expect.any(Number),
      summary: 0,
      user: 1 + 4,
      assistant: 4 + 2 + 4 + (4 + 1),
      toolResults: 500 + 4 + 1_000,
    },
    asks: [],
    tools: ["Long"],
  });
  expect(report.contextTokens.tools).toBeGreaterThan(10);
});

test("what is left is what the budget has not spent", async () => {
  await using rig = reportRig([{ parts: [{ text: "one" }], usage: { output: 1_000 } }], { maxBudgetUsd: 1 });
  await rig.agent.run("a");
  expect(rig.report()).toMatchObject({ costUsd: 0.01, leftUsd: 0.99, maxRounds: null });
});

test("the sections of the context add up to what the next call is estimated at", async () => {
  const look = {
    parts: [{ thinking: words(30) }, { text: words(60) }, { call: "Long", args: {} }],
    usage: { input: 0 },
  };
  // A provider that counts nothing leaves the estimates as they are.
  const one = { parts: [{ text: "one" }], usage: { input: 0 } };
  await using rig = reportRig([look, one, answered("the sum"), answered("three")]);
  await rig.agent.run(words(100));
  const before = rig.report().contextTokens;
  rig.agent.send({ type: "compact", hint: "names" });
  await rig.clock.advance(0);
  const after = rig.report().contextTokens;
  await rig.agent.run("c");
  const started = eventsOf(rig.events, "callStarted").map(({ promptTokens }) => promptTokens);
  // Each call has one entry of five tokens less, or more, than the report; pieces are rounded up one by one.
  expect(must(started[1]) + 5).toBeWithin(sum(before) - 2, sum(before) + 2);
  expect(must(started[2]) - 5).toBeWithin(sum(after) - 2, sum(after) + 2);
  expect([before.summary, after.summary > 10, after.user]).toEqual([0, true, 0]);
});

test("results that were dropped and a conversation that was forgotten take no room", async () => {
  await using rig = reportRig([{ parts: [{ call: "Long", args: {} }] }, answered("one")]);
  await rig.agent.run("a");
  const sizes = [rig.report().contextTokens];
  const commands: Command[] = [
    { type: "compact", mode: "drop", drop: ["Long"] },
    { type: "compact", mode: "forget", hint: "go" },
  ];
  for (const command of commands) {
    rig.agent.send(command);
    await rig.clock.advance(0);
    sizes.push(rig.report().contextTokens);
  }
  expect(sizes.map(({ toolResults }) => Math.round(toolResults / 100))).toEqual([15, 0, 0]);
  expect(sizes[2]).toMatchObject({ user: 0, assistant: 0, toolResults: 0 });
  expect(sizes.map(({ summary }) => summary > 0)).toEqual([false, false, true]);
});
