/** The two lives of a child, and what ends them. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { toErrorInfo } from "../../agent/error.ts";
import { AuthError } from "../../agent/provider-error.ts";
import { defineTool } from "../../agent/tool.ts";
import { eventsOf, must, type ScriptedStep } from "../support/index.ts";
import { answered } from "./agent-rig.ts";
import { type FleetRig, fleetRig, link, spawns, spawnTool } from "./fleet-rig.ts";

const prompt = "go";
const ok = answered("ok");
const never: ScriptedStep = { parts: [{ text: "never" }], wait: new Promise(() => {}) };
const failing = new AuthError({ provider: "P" });

const ends = (rig: FleetRig) =>
  eventsOf(rig.events, "childEnded").map(({ agent, child, reason }) => `${agent} ${child} ${reason}`);
const pings = (rig: FleetRig) => rig.said("main").filter((line) => line.startsWith("peer"));

test("a one-shot child's last reply is the call's result, and then it is no more", async () => {
  await using rig = fleetRig({
    main: [spawns({ prompt, label: "a" }), answered("it says done")],
    a: [{ parts: [{ text: "working" }, { call: "Spawn", args: {} }] }, answered("done")],
  });
  await rig.root.run("begin");
  expect(rig.said("main")).toEqual(["user begin", "assistant  c1", "result c1 final done", "assistant it says done"]);
  expect([rig.labels(), ends(rig)]).toEqual([["main"], ["a a-1 halted", "main a done"]]);
});

const lives: [name: string, step: ScriptedStep, text: string, reason: string][] = [
  ["fails", failing, `"a" failed: ${failing.message}`, "error"],
  [
    "fails after some words",
    { parts: [{ text: "half" }], error: failing },
    `"a" failed: ${failing.message}\nIt had said:\nhalf`,
    "error",
  ],
  [
    "is cut off",
    { parts: [{ text: "half" }], stop: "maxTokens" },
    '"a" was cut off: its answer reached the longest that is allowed.\nIt had said:\nhalf',
    "truncated",
  ],
];

test.each(lives)("a one-shot child that %s is a result that says so", async (_name, step, text, reason) => {
  await using rig = fleetRig({ a: [step] });
  expect(await rig.fleet.spawn("main", { prompt, label: "a" }, link())).toEqual({ text, isError: true });
  expect(ends(rig)).toEqual([`main a ${reason}`]);
});

test("a child without a word, one halted, and one at its cap of rounds", async () => {
  const round: ScriptedStep = { parts: [{ text: "look" }, { call: "Gone", args: {} }] };
  await using rig = fleetRig({ mute: [{ parts: [] }], a: [never], b: [round, round] });
  expect(await rig.fleet.spawn("main", { prompt, label: "mute" }, link())).toEqual({
    text: '"mute" ended without a word.',
  });
  const halted = rig.fleet.spawn("main", { prompt, label: "a" }, link());
  await rig.settle();
  rig.fleet.command("a", { type: "halt" });
  expect(await halted).toEqual({ text: '"a" was stopped before it was done.', isError: true });
  expect(await rig.fleet.spawn("main", { prompt, label: "b", maxRounds: 1 }, link())).toMatchObject({ isError: true });
  expect(ends(rig)).toEqual(["main mute done", "main a halted", "main b max_rounds"]);
});

test("news of a one-shot child's tools reach the call", async () => {
  await using rig = fleetRig({
    main: [spawns({ prompt, label: "a" }), ok],
    a: [spawns({ prompt, label: "b" }), ok],
    b: [ok],
  });
  await rig.root.run("begin");
  const news = eventsOf(rig.events, "toolOutput").map(({ agent, stream, text }) => [agent, stream, text]);
  expect(news).toEqual([["main", "status", "a: Spawn"]]);
});

test("a call that is killed ends its child and all below it", async () => {
  await using rig = fleetRig({
    main: [spawns({ prompt, label: "a" }), answered("stopped")],
    a: [spawns({ prompt, label: "b" })],
    b: [never],
  });
  const run = rig.root.run("begin");
  await rig.settle();
  expect(rig.labels()).toEqual(["main", "a", "b"]);
  rig.root.send({ type: "kill", call: "all" });
  expect((await run).content).toBe("stopped");
  await rig.settle();
  expect([rig.labels(), ends(rig), rig.clock.pending]).toEqual([["main"], ["a b halted", "main a halted"], 0]);
});

test("a parent that closes leaves nothing running, one-shot or not", async () => {
  const stopped: string[] = [];
  const wait = defineTool({
    name: "Wait",
    description: "Waits.",
    schema: z.object({}),
    run: (_args, { agent, signal }) =>
      new Promise<string>((resolve) => {
        signal.addEventListener("abort", () => resolve(String(stopped.push(agent))), { once: true });
      }),
  });
  const waits: ScriptedStep = { parts: [{ call: "Wait", args: {} }] };
  await using rig = fleetRig(
    {
      main: [
        {
          parts: [
            { call: "Spawn", args: { prompt, label: "one" } },
            { call: "Spawn", args: { prompt, label: "stays", persistent: true } },
          ],
        },
      ],
      one: [waits],
      stays: [spawns({ prompt, label: "grandchild", persistent: true }), waits],
      grandchild: [waits],
    },
    { root: { tools: [spawnTool, wait] } },
  );
  const run = rig.root.run("begin");
  await rig.settle();
  expect(rig.labels()).toEqual(["main", "one", "stays", "grandchild"]);
  const members = rig.labels().map((label) => must(rig.fleet.get(label)));
  const closed = rig.root.close();
  for (let step = 0; step < 5; step += 1) await rig.settle();
  await closed;
  expect(await run).toMatchObject({ reason: "error" });
  // Whoever stays comes back with the tree: its end is none of theirs.
  expect([rig.labels(), ends(rig), stopped.sort(), members.map((each) => each.isClosed), rig.clock.pending]).toEqual([
    [],
    [],
    ["grandchild", "one", "stays"],
    [true, true, true, true],
    0,
  ]);
});

test("a persistent child stays, hears messages, and tells its parent each time it comes to rest", async () => {
  await using rig = fleetRig({ main: ok, a: [answered("first"), answered("second")] });
  const { text } = await rig.fleet.spawn("main", { prompt, label: "a", persistent: true }, link());
  expect(text).toBe('"a" has begun and stays. Reach it with AgentSend; it tells you when it comes to rest.');
  await rig.settle();
  rig.fleet.send("main", { to: "a", content: "again" });
  await rig.settle();
  expect(pings(rig)).toEqual([
    "peer a I am at rest. My last words: first",
    "peer a I am at rest. My last words: second",
  ]);
  expect(rig.said("a")).toEqual(["user go", "assistant first", "peer main again", "assistant second"]);
});

test("without notify only a failure is told, each failure once", async () => {
  await using rig = fleetRig({ main: ok, a: [ok, failing, ok, failing] });
  await rig.fleet.spawn("main", { prompt, label: "a", persistent: true, notify: false }, link());
  for (const text of ["fail", "work", "fail"]) {
    await rig.settle();
    rig.fleet.command("a", { type: "prompt", text });
  }
  await rig.settle();
  expect(pings(rig)).toEqual([`peer a I failed: ${failing.message}`, `peer a I failed: ${failing.message}`]);
  expect(rig.labels()).toEqual(["main", "a"]);
});

test("a child that is halted says nothing, and one whose parent has gone neither", async () => {
  await using rig = fleetRig({ main: ok, a: [never, ok], b: [never] });
  await rig.fleet.spawn("main", { prompt, label: "a", persistent: true }, link());
  await rig.fleet.spawn("a", { prompt, label: "b", persistent: true }, link());
  await rig.settle();
  rig.fleet.command("a", { type: "halt" });
  await rig.settle();
  expect(pings(rig)).toEqual([]);
  await must(rig.fleet.get("a")).close();
  await rig.settle();
  expect([pings(rig), rig.labels(), ends(rig)]).toEqual([[], ["main"], ["a b halted", "main a halted"]]);
});

test("a run of the parent ends though a persistent child works on; its own result waits for nothing", async () => {
  await using rig = fleetRig({
    main: [spawns({ prompt, label: "a", persistent: true }), answered("begun")],
    a: [never],
  });
  expect(await rig.root.run("begin")).toMatchObject({ reason: "done", content: "begun" });
  expect(rig.fleet.living().map(({ label, state }) => [label, state])).toEqual([
    ["main", "idle"],
    ["a", "streaming"],
  ]);
});

test("a run waits for a child that was spawned in the background, and is idle once", async () => {
  await using rig = fleetRig({
    main: [
      { parts: [{ call: "Spawn", args: { prompt, label: "a", background: true } }] },
      answered("meanwhile"),
      answered("it is done"),
    ],
    a: [{ parts: [{ text: "found it" }], wait: 5_000 }],
  });
  const run = rig.root.run("begin");
  await rig.clock.advance(4_999);
  expect(rig.said("main").at(-1)).toBe("assistant meanwhile");
  await rig.clock.advance(1);
  expect(await run).toMatchObject({ reason: "done", content: "it is done" });
  expect(rig.said("main").slice(3)).toEqual([
    "assistant meanwhile",
    "notice c1 final found it",
    "assistant it is done",
  ]);
  expect(eventsOf(rig.events, "idle").filter(({ agent }) => agent === "main").length).toBe(1);
});

test("a one-shot child at its end is not living: nothing is sent to who will not read it", async () => {
  await using rig = fleetRig({ main: ok, a: [ok] });
  const tries: unknown[] = [];
  rig.fleet.subscribe((event) => {
    if (event.agent !== "a" || event.type !== "idle") return;
    queueMicrotask(() => {
      try {
        tries.push(rig.fleet.send("main", { to: "a", content: "wait" }));
      } catch (error) {
        tries.push(toErrorInfo(error).message);
      }
    });
  });
  await rig.fleet.spawn("main", { prompt, label: "a" }, link());
  expect(tries).toEqual(['"a" names no living agent.']);
});

test("a stream that the caller cut while its child was at work is one end, told once", async () => {
  await using rig = fleetRig({ a: [never] });
  const stop = new AbortController();
  const spawned = rig.fleet.spawn("main", { prompt, label: "a" }, link(stop.signal));
  await rig.settle();
  stop.abort();
  expect(await spawned).toMatchObject({ isError: true });
  await must(rig.fleet.get("main")).close();
  expect([ends(rig), rig.clock.pending]).toEqual([["main a halted"], 0]);
});
