/** The three ways in which a conversation is made shorter on request, at rest and from inside a round of calls. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { z } from "zod";
import type { Command } from "../../agent/command.ts";
import { Context } from "../../agent/context.ts";
import { replay } from "../../agent/log-state.ts";
import { defineTool } from "../../agent/tool.ts";
import { readTool } from "../../tools/read.ts";
import { eventsOf, must, type ScriptedStep, tempDir } from "../support/index.ts";
import { type AgentRig, agentRig, answered, lines } from "./agent-rig.ts";
import { heldTool } from "./dispatch-rig.ts";

type Shorten = Omit<Extract<Command, { type: "compact" }>, "type">;

const summaryOf = (text: string) => `notice Summary of the conversation so far:\n\n${text}`;
const cleared = summaryOf("The conversation before was cleared on request; nothing of it is left.");
const dropped = "(This result was dropped to make room. Make the call again if it is needed.)";
const words = (tokens: number) => "abc ".repeat(tokens);
const pixel = { mime: "image/png", data: "aaaa" };

/** Says the arguments again; `Note` shows an image too. */
const echo = (name: string) =>
  defineTool({
    name,
    description: "",
    schema: z.looseObject({}),
    run: (args) => ({ text: `${name} ${JSON.stringify(args)}`, ...(name === "Note" ? { attachments: [pixel] } : {}) }),
  });
const calling = (...calls: [name: string, args?: Record<string, unknown>][]): ScriptedStep => ({
  parts: calls.map(([call, args = {}]) => ({ call, args })),
});

/** An agent with a tool `Shorten` by which its model asks for it, from inside a round. */
function modesRig(steps: readonly ScriptedStep[], options: Parameters<typeof agentRig>[1] = {}, info = {}): AgentRig {
  const shorten = defineTool({
    name: "Shorten",
    description: "",
    schema: z.looseObject({}),
    run: (args) => {
      rig.agent.send({ type: "compact", ...(args as Shorten) });
      return "Soon.";
    },
  });
  const tools = [shorten, echo("Note"), echo("Look"), ...(options.tools ?? [])];
  const rig = agentRig(steps, { ...options, tools }, info);
  return rig;
}

const sent = (rig: AgentRig, index: number) => lines(must(rig.model.requests[index], `request ${index}`).messages);

async function shorten(rig: AgentRig, wanted: Shorten): Promise<void> {
  rig.agent.send({ type: "compact", ...wanted });
  await rig.settle();
}

test("a model that asks for a summary finds the round it asked in whole, however long, and its own answer in it", async () => {
  const long = defineTool({ name: "Long", description: "", schema: z.object({}), run: () => words(400) });
  const script = [
    answered("one"),
    { parts: [{ text: "" }, { call: "Long", args: {} }, { call: "Shorten", args: { mode: "summarise" } }] },
    answered("the sum"),
    answered("two"),
  ];
  // Of 683 tokens 205 may be kept.
  await using rig = modesRig(script, { tools: [long] }, { maxRequestTokens: 1_000, maxResponseTokens: 250 });
  await rig.agent.run("a");
  expect((await rig.agent.run("b")).content).toBe("two");
  expect(sent(rig, 3)).toEqual([
    summaryOf("the sum"),
    "assistant  c1 c2",
    `result c1 final ${words(400)}`,
    "result c2 final Soon.",
  ]);
});

test("a round that fills the window by itself gives way to its summary, or the work could not go on", async () => {
  const long = defineTool({ name: "Long", description: "", schema: z.object({}), run: () => words(900) });
  const script = [calling(["Long"]), answered("sum 1"), answered("sum 2"), answered("done")];
  await using rig = modesRig(script, { tools: [long] }, { maxRequestTokens: 1_000, maxResponseTokens: 250 });
  expect(await rig.agent.run("a")).toMatchObject({ content: "done", reason: "done" });
  expect(sent(rig, 3)).toEqual([summaryOf("sum 2")]);
  expect(eventsOf(rig.events, "compacted").map(({ upTo, summary }) => [upTo, summary])).toEqual([
    ["m1", "sum 1"],
    ["m3", "sum 2"],
  ]);
});

test("to forget takes no call of a model; what is asked in the same breath is answered", async () => {
  await using rig = modesRig([answered("one"), answered("two"), answered("three")]);
  await rig.agent.run("a");
  rig.agent.send({ type: "compact", mode: "forget" });
  await rig.agent.run("b");
  expect(sent(rig, 1)).toEqual([cleared, "user b"]);
  await shorten(rig, { mode: "forget", hint: "Mind the tests." });
  await rig.agent.run("c");
  expect(sent(rig, 2)).toEqual([summaryOf("Mind the tests."), "user c"]);
  expect(lines(rig.agent.snapshot().messages)).toHaveLength(6);
});

test("a model that forgets from inside a round goes on with that round, twice in a row too", async () => {
  const forget = (hint: string) => calling(["Note"], ["Shorten", { mode: "forget", hint }]);
  await using rig = modesRig([answered("one"), forget("First."), forget("Second."), answered("two")]);
  await rig.agent.run("a");
  expect((await rig.agent.run("b")).content).toBe("two");
  const said = "Not answered when this was cleared, from the user:\n> b";
  expect([sent(rig, 2).slice(0, 5), sent(rig, 3)]).toEqual([
    [summaryOf("First."), "user b", "assistant  c1 c2", "result c1 final Note {}", "result c2 final Soon."],
    [summaryOf(`Second.\n\n${said}`), "assistant  c3 c4", "result c3 final Note {}", "result c4 final Soon."],
  ]);
  const [first] = eventsOf(rig.events, "compacted");
  expect(first).toMatchObject({ upTo: "m2", summary: "First." });
  expect(first?.tokensAfter).toBeLessThan(must(first).tokensBefore + 10);
});

test("to forget keeps the words that wait for an answer, each with who said it, but none that a person cleared", async () => {
  const forget = calling(["Shorten", { mode: "forget" }]);
  const hold = calling(["Note"]);
  await using rig = modesRig([hold, answered("cut"), hold, forget, forget, answered("done")]);
  await rig.agent.run("a");
  rig.agent.send({ type: "clear" });
  const run = rig.agent.run("first\nThe user: second");
  rig.agent.send({ type: "peer", from: "w", text: "> third" });
  await run;
  const last = sent(rig, 5);
  expect(last[0]).toBe(
    `${cleared}\n\nNot answered when this was cleared, from the user:\n> first\n> The user: second\n\nNot answered when this was cleared, from the agent "w":\n> > third`,
  );
  expect(last.length).toBe(3);
});

const talk: ScriptedStep[] = [
  calling(["Note", { path: "/w/src/a.ts" }], ["Look", { files: ["docs/b.md"] }], ["Note", { path: "c.ts" }]),
  answered("seen"),
];

const wishes: [name: string, drop: string[], calls: string[]][] = [
  ["a call id", ["c3"], ["c3"]],
  ["a tool's name", ["Note"], ["c1", "c3"]],
  ["a path as it was given", ["/w/src/a.ts"], ["c1"]],
  ["the end of a path", ["src/a.ts"], ["c1"]],
  ["a longer path", ["/w/docs/b.md"], ["c2"]],
  ["several, some of which mean nothing", ["./c.ts", "c2", "d.ts"], ["c2", "c3"]],
];
for (const [name, drop, calls] of wishes) {
  test(`results are dropped by ${name}`, async () => {
    await using rig = modesRig([...talk, answered("on")]);
    await rig.agent.run("a");
    await shorten(rig, { mode: "drop", drop });
    const [event] = eventsOf(rig.events, "dropped");
    expect(event?.calls.map(String)).toEqual(calls);
    await rig.agent.run("b");
    const results = must(rig.model.requests[2]).messages.filter((message) => message.type === "toolResult");
    expect(results.filter(({ text }) => text === dropped).map(({ callId }) => String(callId))).toEqual(calls);
    expect(results.filter(({ attachments }) => attachments).map(({ callId }) => String(callId))).toEqual(
      ["c1", "c3"].filter((id) => !calls.includes(id)),
    );
    const images = calls.filter((id) => id !== "c2").length;
    const saved = must(event).tokensBefore - must(event).tokensAfter;
    expect(saved).toBeWithin(images * 1_000 - 100, images * 1_000 + 50);
  });
}

test("what means no result is told, with what there is, and nothing changes; so is a second drop of one", async () => {
  await using rig = modesRig([...talk, answered("on")]);
  await rig.agent.run("a");
  await shorten(rig, { mode: "drop", drop: ["nope.ts", "ts"] });
  await shorten(rig, { mode: "drop", drop: ["c1"] });
  await shorten(rig, { mode: "drop", drop: ["c1"] });
  expect(eventsOf(rig.events, "compactFailed").map(({ error }) => error)).toEqual([
    {
      code: "usage",
      message: 'No result that can be dropped fits "nope.ts", "ts"; nothing was dropped.',
      hint: "There are: c1 Note, c2 Look, c3 Note.",
    },
    {
      code: "usage",
      message: 'No result that can be dropped fits "c1"; nothing was dropped.',
      hint: "There are: c2 Look, c3 Note.",
    },
  ]);
  expect(eventsOf(rig.events, "dropped").map(({ calls }) => calls)).toEqual([["c1"]]);
  expect((await rig.agent.run("b")).content).toBe("on");
});

test("a model that drops results from inside a round keeps those of the round", async () => {
  const script = [calling(["Note"]), calling(["Note"], ["Shorten", { mode: "drop", drop: ["Note"] }]), answered("on")];
  await using rig = modesRig(script);
  await rig.agent.run("a");
  expect(sent(rig, 2)).toEqual([
    "user a",
    "assistant  c1",
    `result c1 final ${dropped}`,
    "assistant  c2 c3",
    "result c2 final Note {}",
    "result c3 final Soon.",
  ]);
});

test("a result that came forward is dropped where it stands; the stub in the slot and what still runs are not", async () => {
  const held = heldTool("Held");
  const script = [calling(["Held"], ["Held"]), answered("meanwhile"), answered("thanks"), answered("on")];
  await using rig = modesRig(script, { tools: [held.tool] });
  const run = rig.agent.run("a");
  await rig.settle();
  rig.agent.send({ type: "detach", call: "all" });
  await rig.settle();
  held.end("c1", words(50));
  await rig.settle();
  await shorten(rig, { mode: "drop", drop: ["Held"] });
  held.end("c2");
  await run;
  const last = lines(must(rig.model.requests.at(-1)).messages);
  expect(last.filter((line) => line.startsWith("notice"))).toEqual([
    `notice c1 final ${dropped}`,
    "notice c2 final ok",
  ]);
  expect(last.filter((line) => line.startsWith("result")).every((line) => line.includes("Still running"))).toBe(true);
});

test("a file whose reading was dropped is shown again", async () => {
  using dir = tempDir();
  await Bun.write(join(dir.path, "a.txt"), "hello\n");
  const read = calling(["Read", { file_path: "a.txt" }]);
  await using rig = modesRig([read, read, answered("one"), read, answered("two")], {
    tools: [readTool],
    cwd: dir.path,
    clock: { now: () => 0, sleep: async () => {} },
  });
  await rig.agent.run("a");
  rig.agent.send({ type: "compact", mode: "drop", drop: ["a.txt"] });
  await rig.agent.run("b");
  const results = rig.agent.snapshot().messages.filter((message) => message.type === "toolResult");
  expect(results.map(({ text }) => text)).toEqual([
    "1\thello",
    expect.stringContaining("is unchanged since you read these lines"),
    "1\thello",
  ]);
});

test("what a model sees after all of it is what another process rebuilds from the events", async () => {
  await using rig = modesRig([...talk, ...talk, answered("sum"), ...talk, answered("end")]);
  for (const prompt of ["a", "b"]) await rig.agent.run(prompt);
  await shorten(rig, { mode: "drop", drop: ["c1", "c4"] });
  await shorten(rig, { mode: "summarise" });
  await rig.agent.run("c");
  await shorten(rig, { mode: "drop", drop: ["c7"] });
  await rig.agent.run("d");
  const again = new Context(replay(JSON.parse(JSON.stringify(rig.events)))).messages();
  expect(again.slice(0, -1)).toEqual([...must(rig.model.requests.at(-1)).messages]);
});
