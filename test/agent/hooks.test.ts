/** Hooks around an agent's work: calls, prompts, the end of it, and what they cost where they want nothing. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { Fleet } from "../../agent/fleet.ts";
import type { Hooks } from "../../agent/hooks.ts";
import { defineTool } from "../../agent/tool.ts";
import { scriptedModel } from "../support/index.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";

const none: Hooks = {
  beforeTool: () => undefined,
  afterTool: () => undefined,
  prompt: () => undefined,
  rest: () => undefined,
  compact: () => undefined,
};

function echo() {
  const ran: string[] = [];
  const schema = z.strictObject({ text: z.string() });
  const tool = defineTool({
    name: "Echo",
    description: "Says it again.",
    schema,
    label: ({ text }) => `Echo ${text}`,
    run({ text }) {
      ran.push(text);
      return text;
    },
  });
  return { tool, ran };
}

const call = (text: string) => ({ parts: [{ call: "Echo", args: { text } }] });

test("a call runs as a hook will have it, and what hooks say stands behind its result", async () => {
  const { tool, ran } = echo();
  const hooks: Hooks = {
    ...none,
    beforeTool: async ({ args }) => ({
      type: "run",
      args: { text: `${(args as { text: string }).text}!` },
      note: "before",
    }),
    afterTool: async ({ args }, { text }) => ({ note: `after ${JSON.stringify(args)} ${text.length}` }),
  };
  await using rig = agentRig([call("hey"), answered("Done.")], { tools: [tool], hooks });
  await rig.agent.run("Go.");
  expect(ran).toEqual(["hey!"]);
  expect(lines(rig.agent.snapshot().messages)[2]).toBe(
    'result c1 final hey!\n\n[hook] before\n\n[hook] after {"text":"hey!"} 19',
  );
  expect(rig.events.flatMap((event) => (event.type === "toolStarted" ? [event.label] : []))).toEqual(["Echo hey!"]);
});

test("a call that is denied, or given arguments that do not fit, does not run", async () => {
  const { tool, ran } = echo();
  let first = true;
  const beforeTool: Hooks["beforeTool"] = async () => {
    if (!first) return { type: "run", args: { text: 1 } };
    first = false;
    return { type: "deny", reason: "Not here." };
  };
  await using rig = agentRig([call("a"), call("b"), answered("Done.")], {
    tools: [tool],
    hooks: { ...none, beforeTool },
  });
  await rig.agent.run("Go.");
  expect(ran).toEqual([]);
  const results = rig.agent.snapshot().messages.flatMap((entry) => (entry.type === "toolResult" ? [entry] : []));
  expect(results.map(({ text, isError }) => [text.split("\n")[0], isError])).toEqual([
    ["Not run: Not here.", true],
    ["Not run: the arguments that a hook gave Echo do not fit.", true],
  ]);
});

test("a person is asked where a hook wants that; where nobody can answer the call does not run", async () => {
  const { tool, ran } = echo();
  const hooks: Hooks = { ...none, beforeTool: async () => ({ type: "ask", reason: "Risky." }) };
  await using alone = agentRig([call("a"), answered("Done.")], { tools: [tool], hooks });
  await alone.agent.run("Go.");
  expect(lines(alone.agent.snapshot().messages)[2]).toBe(
    "result c1 final Not run: Risky. A person would have to allow it, and nobody can answer here.",
  );
  await using rig = agentRig([call("a"), call("b"), answered("Done.")], { tools: [tool], hooks, canAsk: true });
  rig.agent.subscribe((event) => {
    if (event.type !== "asked") return;
    expect(event.ask).toMatchObject({ type: "permission", tool: "Echo" });
    const answer = event.call === "c1" ? ({ type: "allow", scope: "once" } as const) : ({ type: "deny" } as const);
    queueMicrotask(() => rig.agent.send({ type: "answer", askId: event.askId, answer }));
  });
  await rig.agent.run("Go.");
  expect(ran).toEqual(["a"]);
  expect(lines(rig.agent.snapshot().messages)[4]).toBe("result c2 final Not run: The user does not allow it.");
});

test("a hook stops the agent after a result", async () => {
  const { tool } = echo();
  const hooks: Hooks = { ...none, afterTool: async () => ({ halts: "Enough." }) };
  await using rig = agentRig([call("a"), answered("never")], { tools: [tool], hooks });
  const { error, reason } = await rig.agent.run("Go.");
  expect([error?.message, reason]).toEqual(["A hook stopped the agent: Enough.", "halted"]);
  expect(rig.model.requests.length).toBe(1);
});

test("prompts are heard with what a hook adds, in the order in which they were said, or not at all", async () => {
  const waits = new Map([["slow", Promise.withResolvers<void>()]]);
  const prompt: Hooks["prompt"] = ({ text }) => {
    if (text === "plain") return undefined;
    if (text === "bad") return Promise.resolve({ type: "refuse", reason: "It is bad." });
    return (waits.get(text)?.promise ?? Promise.resolve()).then(() => ({ type: "hear", note: `on ${text}` }));
  };
  await using rig = agentRig([answered("one"), answered("two")], { hooks: { ...none, prompt } });
  rig.agent.send({ type: "prompt", text: "slow" });
  rig.agent.send({ type: "prompt", text: "plain" });
  expect(rig.agent.isBusy).toBe(true);
  await rig.settle();
  expect(rig.model.requests.length).toBe(0);
  waits.get("slow")?.resolve();
  await rig.settle();
  const said = lines(rig.agent.snapshot().messages).filter((line) => line.startsWith("user"));
  expect(said).toEqual(["user slow\n\n<hook-context>\non slow\n</hook-context>", "user plain"]);
  const before = rig.model.requests.length;
  const { error, reason } = await rig.agent.run("bad");
  expect([error?.code, error?.message, reason]).toEqual(["hook", "A hook refused the prompt: It is bad.", "error"]);
  expect(rig.model.requests.length).toBe(before);
});

test("the work goes on where a hook will not have it end, for children too", async () => {
  const seen: unknown[] = [];
  const rest: Hooks["rest"] = async ({ agent, isChild, again, lastWords }) => {
    seen.push([agent, isChild, again, lastWords]);
    return again ? { type: "rest" } : { type: "goOn", reason: "Check it." };
  };
  await using rig = agentRig([answered("one"), answered("two")], { hooks: { ...none, rest } });
  expect((await rig.agent.run("Go.")).content).toBe("two");
  await using fleet = new Fleet();
  const model = scriptedModel(() => ({ parts: [{ text: "words" }] }));
  const root = fleet.root({ model, hooks: { ...none, rest } });
  const link = { callId: "c1", signal: new AbortController().signal, progress: () => {} } as const;
  await fleet.spawn(root.label, { prompt: "Go.", label: "child" }, link);
  expect(seen).toEqual([
    ["main", false, false, "one"],
    ["main", false, true, "two"],
    ["child", true, false, "words"],
    ["child", true, true, "words"],
  ]);
});

test("an agent that is closed meanwhile hears nothing more and runs nothing more", async () => {
  const { tool, ran } = echo();
  const stopped = Promise.withResolvers<string>();
  const beforeTool: Hooks["beforeTool"] = ({ signal }) =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        stopped.resolve("stopped");
        resolve({ type: "run" });
      });
    });
  await using rig = agentRig([call("a")], { tools: [tool], hooks: { ...none, beforeTool } });
  rig.agent.send({ type: "prompt", text: "Go." });
  await rig.settle();
  await rig.agent.close();
  expect([await stopped.promise, ran]).toEqual(["stopped", []]);
});
