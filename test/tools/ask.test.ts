/** Ask in a real agent: what a person says becomes the call's result, however they say it and whenever. */
import { expect, test } from "bun:test";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Agent } from "../../agent/agent.ts";
import type { AgentOptions } from "../../agent/agent-options.ts";
import type { Answer, AskId } from "../../agent/ask.ts";
import { Session } from "../../agent/session.ts";
import { askTool } from "../../tools/ask.ts";
import { type AgentRig, agentRig, answered, lines } from "../agent/agent-rig.ts";
import { eventsOf, type ScriptedStep, scriptedModel } from "../support/index.ts";
import { tempDir } from "../support/temp-dir.ts";
import { contextAt } from "./tool-bench.ts";

type Args = Parameters<typeof askTool.run>[0];

const ask = (...calls: (Args & { background?: boolean })[]): ScriptedStep => ({
  parts: calls.map((args) => ({ call: "Ask", args: { ...args } })),
});
const colour: Args = { question: "Which colour?", choices: ["red", "blue", "red"] };

/** An agent that has asked and waits. */
async function asking(steps: readonly ScriptedStep[], options: Partial<AgentOptions> = {}): Promise<AgentRig> {
  const rig = agentRig(steps, { tools: [askTool], canAsk: true, ...options });
  rig.agent.send({ type: "prompt", text: "go" });
  await rig.settle();
  return rig;
}

async function reply(rig: AgentRig, askId: AskId, answer: Answer): Promise<void> {
  rig.agent.send({ type: "answer", askId, answer });
  await rig.settle();
}

const said = ({ agent }: AgentRig) => lines(agent.snapshot().messages).slice(1);
const answers = ({ events }: AgentRig) => eventsOf(events, "answered").map(({ askId, answer }) => [askId, answer]);

test("a question waits with its choices, and the chosen one is the result", async () => {
  await using rig = await asking([ask(colour), answered("Red it is.")]);
  const { state, asks } = rig.agent.snapshot();
  expect({ state, asks, busy: rig.agent.isBusy }).toEqual({
    state: "waiting",
    asks: [
      {
        askId: "a1",
        call: "c1",
        at: 0,
        ask: {
          type: "question",
          text: "Which colour?",
          choices: [{ label: "red" }, { label: "blue" }],
          allowText: true,
          multiple: false,
        },
      },
    ],
    busy: true,
  });
  await reply(rig, "a1", { type: "choice", labels: ["red"] });
  expect(said(rig)).toEqual(["assistant  c1", "result c1 final red", "assistant Red it is."]);
  expect([rig.agent.snapshot().asks, rig.agent.isBusy]).toEqual([[], false]);
});

test("several choices, words beside them, or words alone", async () => {
  const many: Args = { ...colour, multiple: true };
  await using rig = await asking([ask(many, many, { question: "Why?" }), answered("I see.")]);
  await reply(rig, "a1", { type: "choice", labels: ["red", "blue"], text: "in stripes" });
  await reply(rig, "a2", { type: "text", text: "None." });
  expect(rig.agent.snapshot().state).toBe("waiting");
  await reply(rig, "a3", { type: "text", text: "Because." });
  expect(said(rig).slice(1, 4)).toEqual([
    "result c1 final red\nblue\nThey add: in stripes",
    "result c2 final None.",
    "result c3 final Because.",
  ]);
});

test("an answer that does not fit is an error event and no answer", async () => {
  await using rig = await asking([ask(colour), answered("Thanks.")]);
  await reply(rig, "a1", { type: "choice", labels: ["green"] });
  await reply(rig, "a1", { type: "allow", scope: "once" });
  await reply(rig, "a7", { type: "text", text: "x" });
  expect(eventsOf(rig.events, "error").map(({ error }) => error.code)).toEqual(["usage", "usage", "usage"]);
  expect(rig.agent.snapshot().asks.length).toBe(1);
  await reply(rig, "a1", { type: "choice", labels: ["blue"] });
  expect(said(rig).at(1)).toBe("result c1 final blue");
});

test("typing goes on without the answer, which comes forward later", async () => {
  await using rig = await asking([ask(colour), answered("Take your time."), answered("Blue.")]);
  rig.agent.send({ type: "prompt", text: "wait" });
  await rig.settle();
  expect([rig.agent.snapshot().state, rig.agent.snapshot().asks.length]).toEqual(["waiting", 1]);
  await reply(rig, "a1", { type: "choice", labels: ["blue"] });
  expect(said(rig).slice(2)).toEqual([
    "user wait",
    "assistant Take your time.",
    "notice c1 final blue",
    "assistant Blue.",
  ]);
});

test("a question in the background does not hold up the model", async () => {
  await using rig = await asking([ask({ ...colour, background: true }), answered("Meanwhile."), answered("Blue.")]);
  expect(said(rig).at(-1)).toBe("assistant Meanwhile.");
  expect(rig.agent.snapshot().state).toBe("waiting");
  await reply(rig, "a1", { type: "choice", labels: ["blue"] });
  expect(said(rig).slice(-2)).toEqual(["notice c1 final blue", "assistant Blue."]);
});

test("a call that is killed, a clear and a halt: what becomes of the question", async () => {
  await using killed = await asking([ask(colour), answered("Then not.")]);
  killed.agent.send({ type: "kill", call: "c1" });
  await killed.settle();
  expect(answers(killed)).toEqual([["a1", null]]);
  expect(said(killed).slice(1)).toEqual([
    "result c1 cancelled The call was stopped before it finished.",
    "assistant Then not.",
  ]);
  await using cleared = await asking([ask(colour)]);
  cleared.agent.send({ type: "clear" });
  await cleared.settle();
  expect([answers(cleared), cleared.agent.snapshot().state]).toEqual([[["a1", null]], "idle"]);
  await using halted = await asking([ask(colour)]);
  halted.agent.send({ type: "halt" });
  await halted.settle();
  expect([answers(halted), halted.agent.snapshot().state]).toEqual([[], "waiting"]);
  await reply(halted, "a1", { type: "choice", labels: ["red"] });
  expect(eventsOf(halted.events, "idle").map(({ reason }) => reason)).toEqual(["halted"]);
});

test("an agent that is closed withdraws its questions", async () => {
  const rig = await asking([ask(colour)]);
  await rig.agent.close();
  expect(answers(rig)).toEqual([["a1", null]]);
});

test("a session that goes on in another process has no question open, and gives no number twice", async () => {
  using dir = tempDir();
  await using session = await Session.create(join(dir.path, "one"));
  await using rig = await asking([ask(colour)], { session });
  await session.flush();
  // What a killed process leaves: the file as it was while the question was open.
  mkdirSync(join(dir.path, "two"));
  copyFileSync(session.path, join(dir.path, "two", basename(session.path)));
  await using again = await Session.open(join(dir.path, "two"));
  await using later = await asking([ask(colour), answered("Blue.")], { session: again });
  expect(rig.agent.snapshot().asks.map(({ askId }) => askId)).toEqual(["a1"]);
  expect(later.agent.snapshot().asks.map(({ askId }) => askId)).toEqual(["a2"]);
  expect(said(later).slice(1, 3)).toEqual([
    "result c1 cancelled Interrupted: sagent ended before this call did. It may have done part of its work.",
    "user go",
  ]);
  await again.flush();
  const events = readFileSync(again.path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.flatMap(({ type, askId }) => (["asked", "answered"].includes(type) ? [[type, askId]] : []))).toEqual([
    ["asked", "a1"],
    ["answered", "a1"],
    ["asked", "a2"],
  ]);
});

test("nobody to ask: the tool says so", async () => {
  const result = await askTool.run(colour, contextAt("/w"));
  expect(result).toEqual({
    text: "Nobody is there to answer. Decide yourself, and say what you assumed.",
    isError: true,
  });
  const model = scriptedModel([ask(colour), answered("Red, then.")]);
  await using agent = new Agent({ model, tools: [askTool] });
  expect((await agent.run("go")).content).toBe("Red, then.");
});
