/** Rounds of tools in a real agent: parallel, detached, queued behind, capped, their place and their results. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { defineTool } from "../../agent/tool.ts";
import { eventsOf, must } from "../support/index.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";
import { heldTool } from "./dispatch-rig.ts";

const calls = (count: number) => ({ parts: Array.from({ length: count }, () => ({ call: "Held", args: {} })) });

test("two calls, a word in between, a late result: the requests are what the model should read", async () => {
  const held = heldTool("Held");
  const requests: string[][] = [];
  const script = [calls(2), { parts: [{ text: "one moment" }] }, { parts: [{ text: "all done" }] }];
  await using rig = agentRig(
    (request, index) => {
      requests.push(lines(request.messages));
      return must(script[index]);
    },
    { tools: [held.tool] },
  );
  const run = rig.agent.run("go");
  await rig.settle();
  held.end("c1", "first");
  await rig.settle();
  rig.agent.send({ type: "prompt", text: "how far?" });
  await rig.settle();
  held.end("c2", "second");
  expect(await run).toMatchObject({ reason: "done", content: "all done", rounds: 1 });
  const stub =
    "Still running in the background. Its result will arrive later in this conversation; do not wait for it or repeat the call.";
  expect(requests.map((request, index) => request.slice(requests[index - 1]?.length ?? 0))).toEqual([
    ["user go"],
    ["assistant  c1 c2", "result c1 final first", `result c2 pending ${stub}`, "user how far?"],
    ["assistant one moment", "notice c2 final second"],
  ]);
  expect(eventsOf(rig.events, "idle").length).toBe(1);
});

test("a run waits for what goes on in the background, queued prompts too, and is idle exactly once", async () => {
  const held = heldTool("Held");
  await using rig = agentRig([calls(1), answered("meanwhile"), answered("there it is"), answered("next")], {
    tools: [held.tool],
  });
  const run = rig.agent.run("go");
  await rig.settle();
  rig.agent.send({ type: "detach", call: "all" });
  rig.agent.send({ type: "prompt", text: "then", policy: "when-idle" });
  await rig.settle();
  expect([rig.agent.snapshot().state, eventsOf(rig.events, "idle").length]).toEqual(["tools", 0]);
  held.end("c1", "result");
  expect((await run).content).toBe("next");
  expect(lines(rig.agent.snapshot().messages).slice(3)).toEqual([
    "assistant meanwhile",
    "notice c1 final result",
    "assistant there it is",
    "user then",
    "assistant next",
  ]);
  expect(eventsOf(rig.events, "idle").length).toBe(1);
});

test("an awaited call holds back the next call of the model", async () => {
  const held = heldTool("Held");
  await using rig = agentRig([calls(1), calls(1), answered("both")], { tools: [held.tool] });
  const run = rig.agent.run("go");
  await rig.settle();
  rig.agent.send({ type: "detach", call: "c1" });
  await rig.settle();
  rig.agent.send({ type: "undetach", call: "c1" });
  held.end("c2", "second");
  await rig.settle();
  expect(rig.model.requests.length).toBe(2);
  held.end("c1", "first");
  expect((await run).content).toBe("both");
  expect(lines(rig.agent.snapshot().messages).slice(-3)).toEqual([
    "result c2 final second",
    "notice c1 final first",
    "assistant both",
  ]);
});

test("peers are heard after the round and keep their names", async () => {
  const held = heldTool("Held");
  await using rig = agentRig([calls(1), answered("hello both")], { tools: [held.tool] });
  const run = rig.agent.run("go");
  await rig.settle();
  rig.agent.send({ type: "peer", from: "ann", text: "one" });
  rig.agent.send({ type: "peer", from: "bob", text: "two" });
  await rig.settle();
  held.end("c1");
  await run;
  expect(lines(rig.agent.snapshot().messages).slice(2)).toEqual([
    "result c1 final ok",
    "peer ann one",
    "peer bob two",
    "assistant hello both",
  ]);
});

test("a cap of one round: the first runs, the second is refused, the next message works", async () => {
  const held = heldTool("Held");
  await using rig = agentRig([calls(1), calls(1), calls(1), answered("done")], { tools: [held.tool], maxRounds: 1 });
  const first = rig.agent.run("a");
  await rig.settle();
  held.end("c1");
  expect(await first).toMatchObject({ reason: "max_rounds", error: { code: "max_rounds" } });
  expect(held.log).toEqual(["start c1", "end c1"]);
  const second = rig.agent.run("b");
  await rig.settle();
  held.end("c3");
  expect(await second).toMatchObject({ reason: "done", content: "done" });
  expect(lines(rig.agent.snapshot().messages).slice(3, 6)).toEqual([
    "assistant  c2",
    "result c2 cancelled Not run: this turn has used all its rounds of tools.",
    "user b",
  ]);
});

test("an answer cut by its length keeps its words and runs no call", async () => {
  const held = heldTool("Held");
  await using rig = agentRig([{ parts: [{ text: "I wri" }, { call: "Held", args: {} }], stop: "maxTokens" }], {
    tools: [held.tool],
  });
  expect(await rig.agent.run("go")).toMatchObject({ reason: "truncated", content: "I wri", stopReason: "maxTokens" });
  expect(held.log).toEqual([]);
});

test("a call with broken arguments, or of a tool that is not there, is answered and the model goes on", async () => {
  const held = heldTool("Held");
  await using rig = agentRig(
    [
      {
        parts: [
          { call: "Held", args: {}, raw: '{"key": ' },
          { call: "Gone", args: {} },
          { call: "Held", args: { key: 1 } },
        ],
      },
      answered("sorry"),
    ],
    { tools: [held.tool] },
  );
  expect((await rig.agent.run("go")).content).toBe("sorry");
  const results = rig.agent.snapshot().messages.filter((message) => message.type === "toolResult");
  expect(results.map((message) => [message.callId, message.isError])).toEqual([
    ["c1", true],
    ["c2", true],
    ["c3", true],
  ]);
});

test("where a tool goes the next one begins, and clients and the snapshot know", async () => {
  const go = defineTool({
    name: "Go",
    description: "",
    schema: z.object({}),
    run: (_, { workspace }) => {
      workspace.cwd = `${workspace.cwd}/in`;
      return workspace.cwd;
    },
  });
  const step = { parts: [{ call: "Go", args: {} }] };
  await using rig = agentRig([step, step, answered("there")], { tools: [go] });
  await rig.agent.run("go");
  expect(eventsOf(rig.events, "workspace").map((event) => event.cwd)).toEqual(["/w/in", "/w/in/in"]);
  expect(rig.agent.snapshot().cwd).toBe("/w/in/in");
});

test("a slow reader costs text, not events: long output is joined and nothing else is", async () => {
  const held = heldTool("Held");
  await using rig = agentRig([calls(2), { parts: [{ text: "x".repeat(3_000) }], chunkChars: 1 }], {
    tools: [held.tool],
  });
  const reader = rig.agent.events();
  const run = rig.agent.run("go");
  await rig.settle();
  for (let line = 0; line < 5_000; line += 1) {
    for (const callId of ["c1", "c2"] as const) {
      held.of(callId).context.progress({ type: "output", stream: "stdout", text: `${line}\n` });
    }
  }
  held.end("c1");
  held.end("c2");
  await run;
  await rig.agent.close();
  const read = await Array.fromAsync(reader);
  expect(rig.events.length).toBeGreaterThan(13_000);
  expect(read.length).toBeLessThan(1_050);
  const isDelta = (type: string) => type === "delta" || type === "toolOutput";
  expect(read.filter((event) => !isDelta(event.type))).toEqual(rig.events.filter((event) => !isDelta(event.type)));
  const output = eventsOf(read, "toolOutput").filter((event) => event.call === "c2");
  expect(output.map((event) => event.text).join("")).toBe(Array.from({ length: 5_000 }, (_, n) => `${n}\n`).join(""));
  const words = eventsOf(read, "delta").filter((event) => event.message === "m5");
  expect(words.map((event) => event.text).join("")).toBe("x".repeat(3_000));
});
