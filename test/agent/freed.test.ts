/** What the meter promises of a shorter conversation is what making it shorter brings. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { defineTool } from "../../agent/tool.ts";
import { eventsOf, must, type ScriptedStep } from "../support/index.ts";
import { agentRig } from "./agent-rig.ts";

const words = (tokens: number) => "abc ".repeat(tokens);
const read = defineTool({ name: "Read", description: "", schema: z.object({}), run: () => words(3_000) });
const look = defineTool({ name: "Look", description: "", schema: z.object({}), run: () => words(2_000) });
const usage = { input: 0 };
const call = (name: string): ScriptedStep => ({ parts: [{ call: name, args: {} }], usage });
const say = (text: string): ScriptedStep => ({ parts: [{ text }], usage });
const talk = (summary: string) => [call("Read"), call("Look"), say("one"), say(words(1_000)), say(summary)];

test("nothing is freed of a conversation that has not begun, and the threshold is known", async () => {
  await using rig = agentRig([], { tools: [read] }, { maxRequestTokens: 100_000, maxResponseTokens: 8_000 });
  expect(rig.agent.freed()).toEqual({
    compactAtTokens: Math.round(100_000 - 8_000 - 100_000 / 15),
    compactFreesTokens: 0,
    dropFreesTokens: 0,
  });
});

test("leaving out what was read frees as much as was said, and then no more", async () => {
  await using rig = agentRig(talk(""), { tools: [read, look] });
  await rig.agent.run("a");
  const { dropFreesTokens } = rig.agent.freed();
  rig.agent.send({ type: "compact", mode: "drop", drop: ["Read"] });
  await rig.settle();
  const { tokensBefore, tokensAfter } = must(eventsOf(rig.events, "dropped")[0]);
  expect(dropFreesTokens).toBeGreaterThan(2_900);
  expect(tokensBefore - tokensAfter).toBeWithin(dropFreesTokens - 1, dropFreesTokens + 2);
  expect(rig.agent.freed().dropFreesTokens).toBe(0);
});

test("a summary of the usual length frees as much as was said", async () => {
  const info = { maxRequestTokens: 10_000, maxResponseTokens: 1_000 };
  await using rig = agentRig(talk(words(800)), { tools: [read, look], utilityModel: async () => undefined }, info);
  await rig.agent.run("a");
  await rig.agent.run("b");
  const { compactFreesTokens } = rig.agent.freed();
  rig.agent.send({ type: "compact" });
  await rig.settle();
  const { tokensBefore, tokensAfter } = must(eventsOf(rig.events, "compacted")[0]);
  expect(compactFreesTokens).toBeGreaterThan(3_000);
  expect(tokensBefore - tokensAfter).toBeWithin(compactFreesTokens - 3, compactFreesTokens + 3);
});
