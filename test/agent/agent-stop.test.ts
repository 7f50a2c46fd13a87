/** Halting, killing, clearing and closing a real agent in the middle of its work. */
import { expect, test } from "bun:test";
import { AgentBusyError } from "../../agent/error.ts";
import { StreamInterruptedError } from "../../agent/provider-error.ts";
import { collect, eventsOf, scriptedModel } from "../support/index.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";
import { heldTool } from "./dispatch-rig.ts";

const slow = { parts: [{ text: "first half, second half" }], chunkChars: 11, waitAtEnd: 1_000 };

test("a halt keeps what was said, tells at once, and waits for a new message", async () => {
  await using rig = agentRig([slow, answered("yes")]);
  const run = rig.agent.run("a");
  await rig.settle();
  rig.agent.send({ type: "halt" });
  expect(await run).toMatchObject({ reason: "halted", content: "first half, second half", stopReason: "interrupted" });
  expect(rig.agent.snapshot().state).toBe("waiting");
  expect((await rig.agent.run("still there?")).content).toBe("yes");
  expect(lines(rig.agent.snapshot().messages)).toEqual([
    "user a",
    "assistant first half, second half (interrupted)",
    "user still there?",
    "assistant yes",
  ]);
});

test("no delta is shown after a halt, and what was not shown is not lost", async () => {
  await using rig = agentRig([{ parts: [{ text: "abcdef" }], chunkChars: 3 }]);
  rig.agent.subscribe((event) => event.type === "delta" && rig.agent.send({ type: "halt" }));
  const { content } = await rig.agent.run("a");
  const shown = eventsOf(rig.events, "delta").map((event) => event.text);
  expect([shown[0], content.startsWith(shown.join(""))]).toEqual(["abc", true]);
  const ended = rig.events.findIndex((event) => event.type === "callEnded");
  expect(rig.events.slice(ended).some((event) => event.type === "delta")).toBe(false);
});

test("a halt with something typed before it goes on with that", async () => {
  await using rig = agentRig([slow, answered("as you like")]);
  const run = rig.agent.run("a");
  await rig.settle();
  rig.agent.send({ type: "prompt", text: "rather b" });
  rig.agent.send({ type: "halt" });
  expect((await run).content).toBe("as you like");
});

test("tools go on during a halt, a kill ends them, and the model hears of it with the next message", async () => {
  const held = heldTool("Held");
  await using rig = agentRig(
    [
      {
        parts: [
          { call: "Held", args: {} },
          { call: "Held", args: {} },
        ],
      },
      answered("I see"),
    ],
    { tools: [held.tool] },
  );
  const run = rig.agent.run("a");
  await rig.settle();
  rig.agent.send({ type: "halt" });
  await rig.settle();
  rig.agent.send({ type: "kill", call: "c1" });
  held.end("c2", "done");
  expect(await run).toMatchObject({ reason: "halted" });
  await rig.agent.run("b");
  expect(lines(rig.agent.snapshot().messages).slice(2)).toEqual([
    "result c1 cancelled The call was stopped before it finished.",
    "result c2 final done",
    "user b",
    "assistant I see",
  ]);
});

test("an observer that answers an error with a clear is heard, and what comes next starts from nothing", async () => {
  await using rig = agentRig([new StreamInterruptedError({ provider: "P" }), answered("anew")], {
    retry: { maxAttempts: 1 },
  });
  rig.agent.subscribe((event) => event.type === "retry" && rig.agent.send({ type: "clear" }));
  expect((await rig.agent.run("a")).reason).toBe("done");
  expect((await rig.agent.run("b")).content).toBe("anew");
  expect(lines(rig.agent.snapshot().messages)).toEqual(["user a", "user b", "assistant anew"]);
  expect(rig.model.requests[1]?.messages.map((message) => message.type === "user" && message.text)).toEqual(["b"]);
});

test("a clear stops tools and forgets what they read; results that come later are not heard", async () => {
  const held = heldTool("Held");
  await using rig = agentRig([{ parts: [{ call: "Held", args: { deaf: true } }] }, answered("anew")], {
    tools: [held.tool],
  });
  const run = rig.agent.run("a");
  await rig.settle();
  const { workspace } = held.of("c1").context;
  workspace.reads.set("/w/a", { mtimeMs: 1, size: 1, hash: "x", window: null });
  rig.agent.send({ type: "clear" });
  expect((await run).reason).toBe("done");
  held.end("c1", "late");
  expect([(await rig.agent.run("b")).content, workspace.reads.size]).toEqual(["anew", 0]);
  expect(lines(rig.agent.snapshot().messages).slice(2)).toEqual(["user b", "assistant anew"]);
});

test("closing in the middle ends the run, the streams and everything that runs", async () => {
  const held = heldTool("Held");
  const rig = agentRig([{ parts: [{ call: "Held", args: {} }] }], { tools: [held.tool] });
  const followed = collect(rig.agent.events());
  const run = rig.agent.run("a");
  const iterated = collect(run);
  await rig.settle();
  await rig.agent.close();
  expect(held.log).toEqual(["start c1", "end c1"]);
  expect(await run).toMatchObject({ reason: "error", error: { code: "busy" } });
  expect([await iterated, await followed]).toEqual([rig.events, rig.events]);
  expect(rig.clock.pending).toBe(0);
  expect(() => rig.agent.run("b")).toThrow(AgentBusyError);
  expect(() => rig.agent.send({ type: "halt" })).toThrow(AgentBusyError);
});

test("closing while the model streams waits for the end of its call", async () => {
  const rig = agentRig([slow]);
  const run = rig.agent.run("a");
  await rig.settle();
  await rig.agent.close();
  expect(eventsOf(rig.events, "callEnded").length).toBe(1);
  expect([await run.then(({ reason }) => reason), rig.clock.pending]).toEqual(["error", 0]);
});

test("closing from an observer, in the moment a call begins, leaves no call behind", async () => {
  const rig = agentRig([slow]);
  let closed: Promise<void> | undefined;
  rig.agent.subscribe((event) => {
    if (event.type === "message") closed ??= rig.agent.close();
  });
  const run = rig.agent.run("a");
  await rig.settle();
  await closed;
  expect([(await run).reason, rig.clock.pending]).toEqual(["error", 0]);
});

test("a tool that does not listen cannot keep the agent from closing", async () => {
  const held = heldTool("Held");
  const rig = agentRig([{ parts: [{ call: "Held", args: { deaf: true } }] }], { tools: [held.tool] });
  rig.agent.run("a");
  await rig.settle();
  let closed = false;
  const closing = rig.agent.close().then(() => {
    closed = true;
  });
  await rig.clock.advance(4_999);
  expect(closed).toBe(false);
  await rig.clock.advance(1);
  await closing;
  held.of("c1").context.progress({ type: "output", stream: "stdout", text: "still here" });
  expect(eventsOf(rig.events, "toolOutput")).toEqual([]);
  held.end("c1");
});

test("a model that does not listen to a halt is left behind after half a second; what it had said is kept", async () => {
  const model = scriptedModel([]);
  const deaf = {
    ...model,
    async *stream() {
      yield { type: "text", text: "so far" } as const;
      await new Promise(() => {});
    },
  };
  await using rig = agentRig([], { model: deaf });
  const run = rig.agent.run("a");
  await rig.settle();
  rig.agent.send({ type: "halt" });
  await rig.clock.advance(500);
  expect(await run).toMatchObject({ reason: "halted", content: "so far" });
});

test("one thing that cannot be closed is told of and keeps nothing else open", async () => {
  let closed = false;
  const bad = { [Symbol.asyncDispose]: () => Promise.reject(new Error("stuck")) };
  const good = {
    [Symbol.asyncDispose]: async () => {
      closed = true;
    },
  };
  const rig = agentRig([], { resources: [good, bad] });
  await expect(rig.agent[Symbol.asyncDispose]()).rejects.toThrow("stuck");
  expect(closed).toBe(true);
});

test("what was given to the agent to own is closed with it, the last first, and only once", async () => {
  const closed: string[] = [];
  const resource = (name: string) => ({
    [Symbol.asyncDispose]: async () => {
      closed.push(name);
    },
  });
  const rig = agentRig([], { resources: [resource("a"), resource("b")] });
  await Promise.all([rig.agent.close(), rig.agent.close()]);
  await rig.agent.close();
  expect(closed).toEqual(["b", "a"]);
});
