/** What a caller of the library sees: a run, its result, its events, its end. */
import { expect, test } from "bun:test";
import { Agent } from "../../agent/agent.ts";
import { AgentBusyError, ConfigError } from "../../agent/error.ts";
import { eventSchema } from "../../agent/event-schema.ts";
import { noUsage } from "../../agent/message.ts";
import { collect, describeEvents, eventsOf, scriptedModel, waitFor } from "../support/index.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";
import { heldTool } from "./dispatch-rig.ts";

const usage = { ...noUsage, input: 5, output: 7 };
const echo = heldTool("Held").tool;

test("a run ends in its result: text, stop reason, tokens, rounds", async () => {
  const held = heldTool("Held");
  await using rig = agentRig(
    [
      { parts: [{ text: "I look." }, { call: "Held", args: {} }], usage },
      { parts: [{ text: "It is " }, { thinking: "hm" }, { text: "fine." }], usage },
    ],
    { tools: [held.tool] },
  );
  const run = rig.agent.run("look");
  await rig.settle();
  held.end("c1", "contents");
  expect(await run).toEqual({
    content: "It is fine.",
    reason: "done",
    stopReason: "endTurn",
    usage: { ...noUsage, input: 10, output: 14 },
    costUsd: 0,
    rounds: 1,
    sessionId: "",
  });
  expect(lines(rig.agent.snapshot().messages)).toEqual([
    "user look",
    "assistant I look. c1",
    "result c1 final contents",
    "assistant It is fine.",
  ]);
});

test("its events are the whole story, in order, each fit for the wire", async () => {
  await using rig = agentRig([{ parts: [{ text: "hello" }], chunkChars: 3, usage }]);
  await rig.agent.run("hi");
  expect(rig.events.map((event) => eventSchema.parse(event))).toEqual(rig.events);
  expect(rig.events.map((event) => event.seq)).toEqual(rig.events.map((_, index) => index + 1));
  const origin = '{"provider":"scripted","model":"scripted"}';
  const meters = JSON.stringify(usage);
  const settings = JSON.stringify(rig.agent.snapshot().settings);
  expect(describeEvents(rig.events).split("\n")).toEqual(
    [
      `started {"protocol":1,"sessionId":"","model":${origin},"settings":${settings},"cwd":"/w","resumed":false}`,
      'message {"message":{"type":"user","text":"hi","id":"m1"}}',
      `callStarted {"message":"m2","model":${origin},"promptTokens":6}`,
      'state {"state":"streaming"}',
      'partStarted {"message":"m2","part":0,"kind":"text"}',
      'delta {"message":"m2","part":0,"text":"hello"}',
      `callEnded {"message":"m2","usage":${meters},"costUsd":0,"totalCostUsd":0}`,
      `message {"message":{"type":"assistant","origin":${origin},"parts":[{"type":"text","text":"hello"}],"stopReason":"endTurn","usage":${meters},"costUsd":0,"id":"m2"}}`,
      'state {"state":"idle"}',
      'idle {"reason":"done"}',
    ].map((line) => line.slice(0, 160)),
  );
});

test("a run can be iterated and awaited: the loop sees every event from the first on", async () => {
  await using rig = agentRig([answered("one"), answered("two")]);
  const first = rig.agent.run("a");
  expect(await collect(first)).toEqual(rig.events);
  expect((await first).content).toBe("one");
  const seen = rig.events.length;
  const second = rig.agent.run("b");
  expect(await collect(second)).toEqual(rig.events.slice(seen));
  expect((await second).content).toBe("two");
});

test("a reader who leaves the loop does not stop the run; one who comes later missed what was", async () => {
  await using rig = agentRig([answered("one"), answered("two")]);
  const first = rig.agent.run("a");
  for await (const event of first) if (event.type === "message") break;
  expect((await first).content).toBe("one");
  const second = rig.agent.run("b");
  await second;
  expect(await collect(second)).toEqual([]);
});

test("a second run is refused while the first goes on, which is unharmed; after it the next is welcome", async () => {
  await using rig = agentRig([answered("one"), answered("two")]);
  const first = rig.agent.run("a");
  expect(() => rig.agent.run("b")).toThrow(AgentBusyError);
  expect((await first).content).toBe("one");
  expect((await rig.agent.run("c")).content).toBe("two");
  expect(lines(rig.agent.snapshot().messages)).toEqual(["user a", "assistant one", "user c", "assistant two"]);
});

test("what is sent during a run belongs to it: the run ends once all is answered", async () => {
  await using rig = agentRig([{ parts: [{ text: "one" }], wait: 10 }, answered("two"), answered("three")]);
  const run = rig.agent.run("a");
  await rig.settle();
  rig.agent.send({ type: "prompt", text: "b" });
  rig.agent.send({ type: "prompt", text: "c", policy: "when-idle" });
  await rig.clock.advance(10);
  expect((await run).content).toBe("three");
  expect(eventsOf(rig.events, "idle").length).toBe(1);
});

test("a prompt may carry files", async () => {
  const attachments = [{ mime: "image/png", data: "aGk=" }];
  await using rig = agentRig([answered("a cat")]);
  await rig.agent.run({ text: "what is it?", attachments });
  expect(rig.model.requests[0]?.messages[0]).toEqual({
    type: "user",
    id: "m1",
    at: 0,
    text: "what is it?",
    attachments,
  });
});

test("a run whose prompt is cleared in the same moment ends", async () => {
  await using rig = agentRig([answered("anew")]);
  const run = rig.agent.run("a");
  rig.agent.send({ type: "clear" });
  expect(await run).toMatchObject({ reason: "done", content: "" });
  expect(rig.agent.snapshot().messages).toEqual([]);
  expect((await rig.agent.run("b")).content).toBe("anew");
});

test("a script's fault is a result with an error, not a rejection", async () => {
  await using rig = agentRig(() => {
    throw new Error("bad script");
  });
  const run = rig.agent.run("a");
  await rig.clock.advance(60_000);
  expect(await run).toMatchObject({
    reason: "error",
    error: { code: "interrupted", message: "scripted stopped in the middle of its answer: bad script" },
  });
});

test("a bug in the model's own code ends the run as an error, and the agent lives", async () => {
  const model = scriptedModel([answered("ok")]);
  let broken = true;
  const estimateText = (text: string) => {
    if (broken && text === "a") throw new Error("no tokenizer");
    return model.estimateText(text);
  };
  await using rig = agentRig([], { model: { ...model, estimateText } });
  expect(await rig.agent.run("a")).toMatchObject({
    reason: "error",
    error: { code: "internal", message: "no tokenizer" },
  });
  broken = false;
  expect(await rig.agent.run("b")).toMatchObject({ reason: "done", content: "ok" });
});

test("observers that throw are warned of and do not keep others from hearing", async () => {
  const warned = Promise.withResolvers<Error>();
  process.once("warning", warned.resolve);
  await using rig = agentRig([answered("one")]);
  using _ = rig.agent.subscribe((event) => {
    if (event.type === "idle") throw new Error("I am broken");
  });
  const after: string[] = [];
  rig.agent.subscribe((event) => after.push(event.type));
  expect((await rig.agent.run("a")).content).toBe("one");
  expect(after).toEqual(rig.events.map((event) => event.type));
  expect((await warned.promise).message).toBe("I am broken");
});

test("an observer may answer what it hears with a command", async () => {
  await using rig = agentRig([answered("one"), answered("two")], {});
  using _ = rig.agent.subscribe((event) => {
    if (event.type === "message" && event.message.type === "user" && event.message.text === "a") {
      rig.agent.send({ type: "prompt", text: "b" });
    }
  });
  expect((await rig.agent.run("a")).content).toBe("two");
});

test("events can be followed by several readers, each of whom gets them all, until they leave or it is closed", async () => {
  await using rig = agentRig([answered("one")]);
  const [first, second] = [rig.agent.events(), rig.agent.events()];
  const idle = waitFor(rig.agent.events(), (event) => event.type === "idle");
  await rig.agent.run("a");
  expect((await idle).type).toBe("idle");
  await rig.agent.close();
  expect(await collect(first)).toEqual(rig.events);
  expect(await collect(second)).toEqual(rig.events);
  expect(await collect(rig.agent.events())).toEqual([]);
});

test("two tools of one name are a mistake that is told at once", () => {
  expect(() => new Agent({ model: scriptedModel([]), tools: [echo, echo] })).toThrow(ConfigError);
});

test("a snapshot is what a client needs to draw the agent", async () => {
  await using rig = agentRig([{ parts: [{ text: "one" }], usage }], { label: "helper" });
  await rig.agent.run("a");
  expect(rig.agent.snapshot()).toEqual({
    agent: "helper",
    sessionId: "",
    seq: rig.events.length,
    state: "idle",
    model: { provider: "scripted", model: "scripted" },
    settings: { effort: "none", thinkingBudget: "none", thinkingOutput: "none", tier: "auto", cacheTtlSec: 0 },
    cwd: "/w",
    messages: [
      { type: "user", id: "m1", at: 0, text: "a" },
      {
        type: "assistant",
        id: "m2",
        at: 0,
        origin: { provider: "scripted", model: "scripted" },
        parts: [{ type: "text", text: "one" }],
        stopReason: "endTurn",
        usage,
        costUsd: 0,
      },
    ],
    usage,
    costUsd: 0,
    treeCostUsd: 0,
    status: "",
    rounds: 0,
    maxRounds: null,
    windowTokens: 100_000,
    asks: [],
  });
});
