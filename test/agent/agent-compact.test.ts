/** A real agent whose conversation becomes too long. */
import { expect, test } from "bun:test";
import { z } from "zod";
import type { Command } from "../../agent/command.ts";
import { PromptTooLongError, RequestTooLargeError, ServerError } from "../../agent/provider-error.ts";
import { defineTool } from "../../agent/tool.ts";
import { todoTool } from "../../tools/todo.ts";
import { eventsOf, must, type ScriptedStep } from "../support/index.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";

const summaryOf = (text: string) => `notice Summary of the conversation so far:\n\n${text}`;
const noSummary = summaryOf(
  "Earlier parts of the conversation were dropped to make room, and no summary could be made.",
);
/** 1,000 tokens in all: 683 for a prompt, of which 205 may be kept by a compaction. */
const narrow = { maxRequestTokens: 1_000, maxResponseTokens: 250 };
const words = (tokens: number) => "abc ".repeat(tokens);
const tooLong = new PromptTooLongError({ provider: "P", detail: "too long" });

test("a conversation that reaches the threshold is summarised before the next call; the recent part stays", async () => {
  const script = [answered(words(300)), answered(words(80)), answered("the sum"), answered("three")];
  await using rig = agentRig(script, {}, narrow);
  await rig.agent.run(words(200));
  await rig.agent.run("b");
  expect((await rig.agent.run(words(100))).content).toBe("three");
  expect(lines(must(rig.model.requests[3]).messages)).toEqual([
    summaryOf("the sum"),
    "user b",
    `assistant ${words(80)}`,
    `user ${words(100)}`,
  ]);
  const [compacted] = eventsOf(rig.events, "compacted");
  expect(compacted?.tokensBefore).toBeWithin(684, 800);
  expect(compacted?.tokensAfter).toBeWithin(180, 206);
  expect(lines(rig.agent.snapshot().messages).length).toBe(6);
});

test("a compaction on request says where it cut, and the conversation goes on from there", async () => {
  await using rig = agentRig([answered("one"), answered("two"), answered("the sum"), answered("three")]);
  for (const prompt of ["a", "b"]) await rig.agent.run(prompt);
  rig.agent.send({ type: "compact", hint: "the name" });
  await rig.settle();
  expect(rig.events.map((event) => event.type).slice(-6)).toEqual([
    "compactStarted",
    "state",
    "callEnded",
    "compacted",
    "state",
    "idle",
  ]);
  expect(eventsOf(rig.events, "compacted").map(({ upTo, summary }) => [upTo, summary])).toEqual([["m1", "the sum"]]);
  expect((await rig.agent.run("c")).content).toBe("three");
  expect(lines(must(rig.model.requests[3]).messages)).toEqual([
    summaryOf("the sum"),
    "assistant one",
    "user b",
    "assistant two",
    "user c",
  ]);
});

test("tools forget what the model read once a summary stands for it", async () => {
  const note = defineTool({
    name: "Note",
    description: "",
    schema: z.object({}),
    run: (_, { callId, workspace }) => {
      workspace.reads.set(callId, { mtimeMs: 0, size: 0, hash: "", window: null });
      return [...workspace.reads.keys()].join(" ");
    },
  });
  const call = { parts: [{ call: "Note", args: {} }] };
  const script = [call, call, answered("one"), answered("the sum"), call, answered("two")];
  await using rig = agentRig(script, { tools: [note] });
  await rig.agent.run("a");
  rig.agent.send({ type: "compact" });
  await rig.agent.run("b");
  const results = rig.agent.snapshot().messages.filter((message) => message.type === "toolResult");
  expect(results.map((message) => message.text)).toEqual(["c1", "c1 c2", "c3"]);
});

test("a summary on request that fails changes nothing: what was asked can be asked again", async () => {
  await using rig = agentRig([answered("one"), new ServerError({ provider: "P", status: 500 }), answered("two")]);
  await rig.agent.run("a");
  rig.agent.send({ type: "compact" });
  await rig.settle();
  expect(eventsOf(rig.events, "compactFailed").map((event) => event.error.code)).toEqual(["server"]);
  expect((await rig.agent.run("b")).content).toBe("two");
  expect(lines(must(rig.model.requests[2]).messages)).toEqual(["user a", "assistant one", "user b"]);
});

test("when it must become shorter and the summary fails, the recent part is kept and the loss is told", async () => {
  const failed = new ServerError({ provider: "P", status: 500 });
  await using rig = agentRig([answered(words(600)), failed, answered("two")], {}, narrow);
  await rig.agent.run("a");
  expect((await rig.agent.run(words(100))).content).toBe("two");
  expect(lines(must(rig.model.requests[2]).messages)).toEqual([noSummary, `user ${words(100)}`]);
});

test("an overflow that the provider finds is compacted and sent again", async () => {
  await using rig = agentRig([answered("one"), tooLong, answered("the sum"), answered("two")]);
  await rig.agent.run("a");
  expect(await rig.agent.run("b")).toMatchObject({ reason: "done", content: "two" });
  expect(lines(must(rig.model.requests[3]).messages)).toEqual([summaryOf("the sum"), "assistant one", "user b"]);
  expect(eventsOf(rig.events, "error")).toEqual([]);
});

test("an overflow of the summary too costs the old part and not the turn", async () => {
  await using rig = agentRig([answered("one"), tooLong, tooLong, answered("two")]);
  await rig.agent.run("a");
  expect((await rig.agent.run("b")).content).toBe("two");
  expect(lines(must(rig.model.requests[3]).messages)[0]).toBe(noSummary);
});

test("a prompt that is too long by itself is an error that says so; it is not sent, and a clear helps", async () => {
  await using rig = agentRig([answered("fine")], {}, narrow);
  expect(await rig.agent.run(words(900))).toMatchObject({
    reason: "error",
    error: {
      code: "prompt_too_long",
      message: "The conversation is longer than the model's window: about 905 tokens, the window has 1000",
    },
  });
  expect([rig.model.requests.length, eventsOf(rig.events, "compactFailed").map((event) => event.error.code)]).toEqual([
    0,
    ["nothing_to_compact"],
  ]);
  rig.agent.send({ type: "clear" });
  expect((await rig.agent.run("short")).content).toBe("fine");
});

test("an overflow that stays after compacting is sent no fifth time", async () => {
  let sent = 0;
  await using rig = agentRig((request) => {
    if (request.tools.length === 0 && request.system.startsWith("You summarise")) return { parts: [{ text: "sum" }] };
    sent += 1;
    return sent <= 2 ? { parts: [{ text: `answer ${sent}` }] } : tooLong;
  });
  for (const prompt of ["a", "b"]) await rig.agent.run(prompt);
  expect(await rig.agent.run("c")).toMatchObject({ reason: "error", error: { code: "prompt_too_long" } });
  expect(sent).toBeWithin(3, 7);
});

test("a file too big for the provider is an error, not a summary; it stays in the log", async () => {
  const attachments = [{ mime: "image/png", data: "aaaa" }];
  await using rig = agentRig([new RequestTooLargeError({ provider: "P" })]);
  expect(await rig.agent.run({ text: "look", attachments })).toMatchObject({ error: { code: "request_too_large" } });
  expect(rig.agent.snapshot().messages).toMatchObject([{ text: "look", attachments }]);
  expect(eventsOf(rig.events, "compactStarted")).toEqual([]);
});

test("with nothing to summarise a request to compact says so and the agent is as before", async () => {
  await using rig = agentRig([answered("one")]);
  rig.agent.send({ type: "compact" });
  await rig.settle();
  expect(eventsOf(rig.events, "compactFailed").map((event) => event.error.code)).toEqual(["nothing_to_compact"]);
  expect((await rig.agent.run("a")).content).toBe("one");
});

test("where compaction is off, a conversation that is too long fails and stays whole", async () => {
  await using rig = agentRig([answered(words(600)), tooLong, answered("fine")], { compact: false }, narrow);
  await rig.agent.run(words(200));
  const { error, reason } = await rig.agent.run("b");
  expect([error?.code, reason]).toEqual(["prompt_too_long", "error"]);
  expect(rig.events.filter((event) => event.type.startsWith("compact"))).toEqual([]);
  rig.agent.send({ type: "clear" });
  expect((await rig.agent.run("c")).content).toBe("fine");
});

test("a plan that is not done outlasts every summary, until another takes its place or all is cleared", async () => {
  const todo = (...steps: readonly string[]): ScriptedStep => ({
    parts: [{ call: "Todo", args: { todos: steps.map((content) => ({ content, status: "pending" })) } }],
  });
  const long = answered(words(120));
  const script = [todo("dig", "plant"), long, long, answered("sum 1"), long, answered("sum 2")];
  const more = [todo("water"), long, long, answered("sum 3"), long, long, answered("sum 4")];
  await using rig = agentRig([...script, ...more], { tools: [todoTool] }, narrow);
  const compact = async (command: Command) => {
    rig.agent.send(command);
    await rig.settle();
  };
  for (const prompt of ["a", "b"]) await rig.agent.run(prompt);
  await compact({ type: "compact" });
  await rig.agent.run("c");
  await compact({ type: "compact" });
  for (const prompt of ["d", "e"]) await rig.agent.run(prompt);
  await compact({ type: "compact" });
  await compact({ type: "clear" });
  for (const prompt of ["f", "g"]) await rig.agent.run(prompt);
  await compact({ type: "compact" });
  const plan = "The plan as Todo last had it:\n- pending: dig\n- pending: plant";
  expect(eventsOf(rig.events, "compacted").map(({ summary }) => summary)).toEqual([
    `sum 1\n\n${plan}`,
    `sum 2\n\n${plan}`,
    "sum 3\n\nThe plan as Todo last had it:\n- pending: water",
    "sum 4",
  ]);
});
