/** The keys `background` and `delay`: what a model is told of them, what they do, and what becomes of such a call. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { offeredSpec, offeredSpecs, stubText, takeStart } from "../../agent/background.ts";
import type { CallOutcome } from "../../agent/machine-state.ts";
import { type AnyTool, defineTool, toolSpec } from "../../agent/tool.ts";
import { eventsOf, must, scriptedModel } from "../support/index.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";
import { call, cancelled, dispatchRig, final, heldTool, settled } from "./dispatch-rig.ts";

const made = (schema: z.ZodType, more: { background?: boolean } = {}): AnyTool =>
  defineTool({ name: "T", description: "It.", schema, run: () => "ok", ...more });
const pending = (delayMs = 0): CallOutcome => ({ kind: "pending", isError: false, text: stubText(delayMs) });
const background = { type: "boolean" };
const delay = { type: "integer", minimum: 0 };
const propertiesOf = (tool: AnyTool) => offeredSpec(tool).schema.properties;

test("a model is told of the keys that a tool does not define itself, and may leave them out", () => {
  const plain = made(z.strictObject({ path: z.string() }));
  expect(offeredSpec(plain)).toEqual({
    name: "T",
    description: "It.",
    schema: {
      type: "object",
      properties: { path: { type: "string" }, background, delay },
      required: ["path"],
      additionalProperties: false,
    },
  });
  expect(offeredSpec(plain)).toBe(offeredSpec(plain));
  expect(propertiesOf(made(z.object({ delay: z.string() })))).toEqual({ delay: { type: "string" }, background });
  expect(propertiesOf(made(z.object({})))).toEqual({ background, delay });
});

test("a tool that is never in the background, an odd schema and a small window are left as they are", () => {
  const never = made(z.object({}), { background: false });
  const odd = made(z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]));
  const plain = made(z.object({}));
  expect([offeredSpec(never), offeredSpec(odd)]).toEqual([toolSpec(never), toolSpec(odd)]);
  const { info } = scriptedModel([]);
  expect(offeredSpecs([plain], { ...info, maxRequestTokens: 8_192 })).toEqual([toolSpec(plain)]);
  expect(offeredSpecs([plain], { ...info, maxRequestTokens: 200_000 })).toEqual([offeredSpec(plain)]);
});

test("the keys are taken off; those that the tool defines, or ignores, are not heeded", () => {
  const plain = made(z.strictObject({}));
  const atOnce = { background: false, delayMs: 0 };
  expect(takeStart(plain, { a: 1 })).toEqual({ args: { a: 1 }, start: atOnce });
  expect(takeStart(plain, { a: 1, background: true })).toEqual({
    args: { a: 1 },
    start: { background: true, delayMs: 0 },
  });
  expect(takeStart(plain, { delay: 2 })).toEqual({ args: {}, start: { background: true, delayMs: 2_000 } });
  expect(takeStart(plain, { background: false, delay: 0 })).toEqual({ args: {}, start: atOnce });
  const never = made(z.object({}), { background: false });
  expect(takeStart(never, { a: 1, background: "?", delay: 9 })).toEqual({ args: { a: 1 }, start: atOnce });
  const own = made(z.object({ delay: z.number() }));
  expect(takeStart(own, { delay: 5 })).toEqual({ args: { delay: 5 }, start: atOnce });
});

test("a key of the wrong kind is an input error, and the tool does not run", async () => {
  const { tool, log } = heldTool("Held");
  const { dispatch, outcomes, answered: all } = dispatchRig([tool]);
  const bad = [
    { delay: "soon" },
    { delay: -1 },
    { delay: 1.5 },
    { delay: 1e9 },
    { background: "yes" },
    { delay: null },
  ];
  dispatch.run(bad.map((args, index) => call(`c${index}`, "Held", args)));
  await all(bad.length);
  const whys = outcomes.map(([, { kind, isError, text }]) => `${kind} ${isError} ${text.split("\n  →", 1)}`);
  const why = (text: string) => `final true Not run: the arguments of Held do not fit.\n✖ ${text}`;
  expect(whys).toEqual([
    why("Invalid input: expected number, received string"),
    why("Too small: expected number to be >=0"),
    why("Invalid input: expected int, received number"),
    why("Too big: expected number to be <=604800"),
    why("Invalid input: expected boolean, received string"),
    why("Invalid input: expected number, received null"),
  ]);
  expect(log).toEqual([]);
});

test("a call in the background is answered at once and again when it ends", async () => {
  const { tool, end, log } = heldTool("Held");
  const { dispatch, outcomes, answered: all } = dispatchRig([tool]);
  dispatch.run([call("c1", "Held", { background: true }), call("c2", "Held")]);
  await all(1);
  expect([outcomes, log]).toEqual([[["c1", pending()]], ["start c1", "start c2"]]);
  end("c1", "there");
  await all(2);
  expect(outcomes[1]).toEqual(["c1", final("there")]);
  end("c2");
  await all(3);
});

test("a tool that ends at once is still answered as pending first", async () => {
  const { dispatch, outcomes, answered: all } = dispatchRig([made(z.object({}))]);
  dispatch.run([call("c1", "T", { background: true })]);
  await all(2);
  expect(outcomes).toEqual([
    ["c1", pending()],
    ["c1", final("ok")],
  ]);
});

test("equal keys keep their order, and what stands behind a background call waits there with it", async () => {
  const { tool, end, log } = heldTool("Held");
  const { dispatch, outcomes, answered: all } = dispatchRig([tool]);
  dispatch.run([
    call("c1", "Held", { key: "a" }),
    call("c2", "Held", { key: "a", background: true }),
    call("c3", "Held", { key: "a" }),
    call("c4", "Held", { key: "b" }),
  ]);
  await all(2);
  expect([outcomes, log]).toEqual([
    [
      ["c2", pending()],
      ["c3", pending()],
    ],
    ["start c1", "start c4"],
  ]);
  for (const callId of ["c1", "c2", "c3"] as const) {
    end(callId);
    await settled();
  }
  expect(log.slice(2)).toEqual(["end c1", "start c2", "end c2", "start c3", "end c3"]);
  dispatch.run([call("c5", "Held", { key: "b" })]);
  expect(log.at(-1)).toBe("start c5");
  await dispatch.close();
});

test("a delayed call starts when its time has come and holds up no other of its key", async () => {
  const { tool, end, log } = heldTool("Held");
  const { dispatch, events, outcomes, clock, answered: all } = dispatchRig([tool]);
  dispatch.run([
    call("c1", "Held", { key: "a", delay: 3 }),
    call("c2", "Held", { key: "a" }),
    call("c3", "Held", { key: "a", delay: 3 }),
  ]);
  await clock.advance(2_999);
  expect([outcomes, log]).toEqual([
    [
      ["c1", pending(3_000)],
      ["c3", pending(3_000)],
    ],
    ["start c2"],
  ]);
  await clock.advance(1);
  expect(log).toEqual(["start c2", "start c1"]);
  await clock.advance(500);
  end("c1");
  await all(3);
  expect(outcomes[2]).toEqual(["c1", { ...final("ok"), durationMs: 500 }]);
  await settled();
  expect(log.slice(2)).toEqual(["end c1", "start c3"]);
  expect(events.map((event) => event.type === "toolStarted" && event.call)).toEqual(["c2", "c1", "c3"]);
  await dispatch.close();
});

test("a delayed call can be stopped before it starts, and a close does not wait for its time", async () => {
  const { tool, log } = heldTool("Held");
  const { dispatch, outcomes, clock, answered: all } = dispatchRig([tool]);
  dispatch.run([call("c1", "Held", { delay: 60 }), call("c2", "Held", { delay: 60 })]);
  await all(2);
  dispatch.cancel("c1");
  await all(3);
  expect([outcomes[2], clock.pending]).toEqual([["c1", cancelled], 1]);
  await dispatch.close();
  expect([outcomes[3], clock.pending, log]).toEqual([["c2", cancelled], 0, []]);
});

test("in an agent the model goes on at once, the result comes as a notice, and the run waits for it", async () => {
  const held = heldTool("Held");
  const requests: string[][] = [];
  const script = [
    { parts: [{ call: "Held", args: { background: true } }] },
    { parts: [{ text: "meanwhile" }] },
    { parts: [{ text: "there it is" }] },
  ];
  await using rig = agentRig(
    (request, index) => {
      requests.push(lines(request.messages));
      return must(script[index]);
    },
    { tools: [held.tool] },
  );
  const run = rig.agent.run("go");
  await rig.settle();
  expect([requests.length, rig.agent.snapshot().state]).toEqual([2, "tools"]);
  held.end("c1", "result");
  expect(await run).toMatchObject({ reason: "done", content: "there it is", rounds: 1 });
  expect(requests.at(-1)).toEqual([
    "user go",
    "assistant  c1",
    `result c1 pending ${stubText(0)}`,
    "assistant meanwhile",
    "notice c1 final result",
  ]);
  expect(eventsOf(rig.events, "idle").length).toBe(1);
});

test("in an agent a delayed call is killed before its time, and is told of once", async () => {
  const held = heldTool("Held");
  const script = [{ parts: [{ call: "Held", args: { delay: 30 } }] }, answered("later"), answered("stopped then")];
  await using rig = agentRig(script, { tools: [held.tool] });
  const run = rig.agent.run("go");
  await rig.clock.advance(1_000);
  rig.agent.send({ type: "kill", call: "c1" });
  expect((await run).content).toBe("stopped then");
  await rig.clock.advance(60_000);
  expect(held.log).toEqual([]);
  expect(lines(rig.agent.snapshot().messages).slice(2)).toEqual([
    `result c1 pending ${stubText(30_000)}`,
    "assistant later",
    "notice c1 cancelled The call was stopped before it finished.",
    "assistant stopped then",
  ]);
});
