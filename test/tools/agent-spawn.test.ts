/** AgentSpawn on a real fleet: what a model asks for, what the child gets, and what comes back. */
import { expect, test } from "bun:test";
import type { SpawnRequest } from "../../agent/fleet-port.ts";
import { agentSpawnTool } from "../../tools/agent-spawn.ts";
import { answered } from "../agent/agent-rig.ts";
import { heldTool } from "../agent/dispatch-rig.ts";
import { fleetRig } from "../agent/fleet-rig.ts";
import { eventsOf, type ScriptedStep } from "../support/index.ts";
import { contextAt } from "./tool-bench.ts";

type Spawn = Parameters<typeof agentSpawnTool.run>[0];

const spawn = (...children: Spawn[]): ScriptedStep => ({
  parts: children.map((args) => ({ call: "AgentSpawn", args: { ...args } })),
});
const tools = [agentSpawnTool];

test("a child works in a conversation of its own, and its last reply is the result", async () => {
  await using rig = fleetRig(
    {
      main: [spawn({ prompt: "Read it.", label: "reader", system: "Be short." }), answered("It says 42.")],
      reader: [answered("42")],
    },
    { root: { tools, system: "Work." } },
  );
  expect(await rig.root.run("What does it say?")).toMatchObject({ content: "It says 42.", reason: "done" });
  expect(rig.said("main")).toEqual([
    "user What does it say?",
    "assistant  c1",
    "result c1 final 42",
    "assistant It says 42.",
  ]);
  expect(rig.model("reader").requests.map(({ system, messages }) => [system, messages.length])).toEqual([
    ["Be short.", 1],
  ]);
  expect(rig.labels()).toEqual(["main"]);
  expect(eventsOf(rig.events, "toolStarted").map(({ label }) => label)).toEqual(['Spawn reader: "Read it."']);
});

test("two children that stay tell their parent when they come to rest", async () => {
  await using rig = fleetRig(
    {
      main: [
        spawn({ prompt: "Go.", label: "a", persistent: true }, { prompt: "Go.", label: "b", persistent: true }),
        answered("Both run."),
        answered("Both are done."),
      ],
      a: [answered("A.")],
      b: [answered("B.")],
    },
    { root: { tools } },
  );
  await rig.root.run("Start two.");
  await rig.fleet.quiet();
  expect(rig.labels()).toEqual(["main", "a", "b"]);
  const begun = (label: string) =>
    `"${label}" has begun and stays. Reach it with AgentSend; it tells you when it comes to rest.`;
  expect(rig.said("main").slice(0, 4)).toEqual([
    "user Start two.",
    "assistant  c1 c2",
    `result c1 final ${begun("a")}`,
    `result c2 final ${begun("b")}`,
  ]);
  expect(rig.said("main").filter((line) => line.startsWith("peer"))).toEqual([
    "peer a I am at rest. My last words: A.",
    "peer b I am at rest. My last words: B.",
  ]);
});

test("a fork knows the conversation up to the call, and not the call", async () => {
  await using rig = fleetRig(
    { main: [spawn({ prompt: "And?", label: "twin", context: "fork" }), answered("ok")], twin: [answered("so")] },
    { root: { tools, system: "Work." } },
  );
  await rig.root.run("First.");
  const [request] = rig.model("twin").requests;
  expect(request?.messages.map((message) => "text" in message && message.text)).toEqual(["First.", "And?"]);
  expect(request?.system).toBe("Work.");
});

/** The result of a call that a fleet refuses. */
async function refused(args: Spawn, fleet: { readonly maxDepth?: number } = {}): Promise<string[]> {
  await using rig = fleetRig({ main: [spawn(args), answered("ok")] }, { root: { tools }, fleet });
  await rig.root.run("go");
  expect(rig.labels()).toEqual(["main"]);
  return rig.said("main").filter((line) => line.startsWith("result"));
}

test("what cannot be given is refused, with what can be", async () => {
  expect(await refused({ prompt: "x", tools: ["Read"] })).toEqual([
    'result c1 final You have no tool "Read" to give: AgentSpawn.',
  ]);
  expect(await refused({ prompt: "x", label: "no way" })).toEqual([
    'result c1 final A label may hold letters, digits, ".", "_" and "-", 64 at most, not "no way".',
  ]);
  expect(await refused({ prompt: "x", modelOptions: { effort: "max" } })).toEqual([
    'result c1 final scripted does not offer effort "max". It offers: none, low, medium, high.',
  ]);
  expect(await refused({ prompt: "x" }, { maxDepth: 0 })).toEqual([
    'result c1 final "main" may not spawn: it is at the last of the generations that are allowed.',
  ]);
});

test("tools that are no list are refused, never read as all", () => {
  for (const tools of ["Read", null, {}]) {
    expect(agentSpawnTool.schema.safeParse({ prompt: "x", tools }).success).toBe(false);
  }
});

test("a child of depth 0 may not spawn", async () => {
  await using rig = fleetRig(
    {
      main: [spawn({ prompt: "go", label: "leaf", maxDepth: 0 }), answered("ok")],
      leaf: [spawn({ prompt: "go" }), answered("I may not.")],
    },
    { root: { tools } },
  );
  await rig.root.run("go");
  expect(rig.said("main")[2]).toBe("result c1 final I may not.");
  expect(rig.model("leaf").requests[1]?.messages.at(-1)).toMatchObject({
    isError: true,
    text: '"leaf" may not spawn: it is at the last of the generations that are allowed.',
  });
});

const dear = { tier: "auto", above: 0, input: 1, output: 10, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 } as const;

test("a child's slice of the money ends the child, and the parent goes on", async () => {
  await using rig = fleetRig(
    { main: [spawn({ prompt: "go", label: "poor", maxBudgetUsd: 0.001 }), answered("Pity.")], poor: [] },
    { root: { tools, maxBudgetUsd: 1 }, info: { prices: [dear] } },
  );
  expect(await rig.root.run("go")).toMatchObject({ content: "Pity.", reason: "done" });
  const [result] = rig.root.snapshot().messages.filter(({ type }) => type === "toolResult");
  expect(result).toMatchObject({
    isError: true,
    text: expect.stringMatching(/^"poor" failed: The budget of \$0\.0010 has /),
  });
  expect(rig.model("poor").requests).toEqual([]);
});

test("a call that is stopped ends its child", async () => {
  const held = heldTool("Held");
  await using rig = fleetRig(
    {
      main: [spawn({ prompt: "go", label: "slow" }), answered("Stopped.")],
      slow: [{ parts: [{ call: "Held", args: {} }] }],
    },
    { root: { tools: [...tools, held.tool] } },
  );
  const run = rig.root.run("go");
  await rig.settle();
  expect([rig.labels(), held.log]).toEqual([["main", "slow"], ["start c1"]]);
  rig.root.send({ type: "kill", call: "all" });
  expect(await run).toMatchObject({ content: "Stopped." });
  await rig.settle();
  expect([rig.labels(), held.log]).toEqual([["main"], ["start c1", "end c1"]]);
});

test("every argument reaches the fleet, options as settings", async () => {
  const seen: SpawnRequest[] = [];
  await using rig = fleetRig({ main: [] });
  const port = {
    self: "main",
    send: () => [],
    tune: async () => [],
    report: () => rig.fleet.report("main"),
    living: () => [],
    brief: () => [],
  };
  const fleet = {
    ...port,
    spawn: async (request: SpawnRequest) => {
      seen.push(request);
      return { text: "done" };
    },
  };
  const args: Spawn = {
    prompt: "p",
    label: "l",
    provider: "anthropic",
    auth: "credentials",
    account: "work",
    model: "haiku",
    modelOptions: { effort: "low", thinking: "redact", tier: "flex", cacheTtlSec: 300 },
    tools: [],
    maxRounds: 2,
    maxDepth: 1,
    maxBudgetUsd: 0.5,
    persistent: true,
    notify: false,
    context: "fork",
    hot: true,
  };
  expect(await agentSpawnTool.run(args, contextAt("/", { fleet }))).toEqual({ text: "done" });
  const { modelOptions: _, ...same } = args;
  const settings = {
    effort: "low",
    thinkingBudget: "auto",
    thinkingOutput: "redacted",
    tier: "flex",
    cacheTtlSec: 300,
  };
  expect(seen as unknown[]).toEqual([{ ...same, settings }]);
});

test("an agent on its own has nobody to give a task to", async () => {
  expect(await agentSpawnTool.run({ prompt: "x" }, contextAt("/"))).toEqual({
    text: "There are no other agents: this one was made on its own.",
    isError: true,
  });
});
