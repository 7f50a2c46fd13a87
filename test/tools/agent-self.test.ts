/** AgentSelf on a real fleet: changes of oneself and of those below, all or nothing, and what an agent is told of itself. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { ModelNotFoundError } from "../../agent/error.ts";
import { defineTool } from "../../agent/tool.ts";
import { agentSelfTool } from "../../tools/agent-self.ts";
import { agentSpawnTool } from "../../tools/agent-spawn.ts";
import { answered, lines } from "../agent/agent-rig.ts";
import { type FleetRig, type FleetRigOptions, fleetRig, link, type Scripts } from "../agent/fleet-rig.ts";
import { eventsOf, must, type ScriptedStep, scriptedModel } from "../support/index.ts";
import { contextAt } from "./tool-bench.ts";

type Self = Parameters<typeof agentSelfTool.run>[0];

const tune = (...patches: Self[]): ScriptedStep => ({
  parts: patches.map((args) => ({ call: "AgentSelf", args: { ...args } })),
});
const note = defineTool({ name: "Note", description: "Notes.", schema: z.object({}), run: () => "noted" });

function selfRig(scripts: Scripts, options: FleetRigOptions = {}): FleetRig {
  const tools = [agentSelfTool, agentSpawnTool, note];
  const scripted = scriptedModel([answered("I am the other.")], { info: { wireId: "other", id: "other" } });
  const resolveModel = async ({ model }: { model?: string | undefined }) => {
    if (model === "other") return scripted;
    throw new ModelNotFoundError({ model: model ?? "" });
  };
  return fleetRig(scripts, { ...options, root: { tools, resolveModel, system: "Work.", ...options.root } });
}

const results = (rig: FleetRig) => rig.said("main").filter((line) => line.startsWith("result"));

test("one patch changes status, limits and options", async () => {
  const patch: Self = {
    status: "reading",
    maxRounds: 7,
    maxResponseTokens: 500,
    modelOptions: { effort: "high", thinking: "adaptive" },
  };
  await using rig = selfRig({ main: [tune(patch), answered("ok")] });
  await rig.root.run("go");
  expect(rig.fleet.report("main")).toMatchObject({
    status: "reading",
    maxRounds: 7,
    settings: { effort: "high", thinkingBudget: "auto", thinkingOutput: "text" },
  });
  const [, request] = rig.model("main").requests;
  expect(request).toMatchObject({ maxOutputTokens: 500, settings: { effort: "high" } });
  expect(results(rig)).toEqual([
    [
      'result c1 final Status is now "reading".',
      "A message may cause 7 rounds of tools.",
      "An answer may have 500 tokens.",
      "From the next model call on effort is high (was none), thinkingBudget is auto (was none), thinkingOutput is text (was none).",
    ].join("\n"),
  ]);
});

test("another model takes over in the same conversation", async () => {
  await using rig = selfRig({ main: [tune({ model: "other" })] });
  expect(await rig.root.run("go")).toMatchObject({ content: "I am the other.", reason: "done" });
  expect(rig.fleet.report("main").model).toEqual({ provider: "scripted", model: "other" });
});

test("one wrong part leaves everything as it was", async () => {
  const wrong: readonly (readonly [Self, string])[] = [
    [{ model: "nosuch" }, 'There is no model "nosuch".'],
    [{ modelOptions: { effort: "max" } }, 'scripted does not offer effort "max". It offers: none, low, medium, high.'],
    [
      { model: "other", modelOptions: { thinking: "redact" } },
      'other does not offer thinkingOutput "redacted". It offers: none, text.',
    ],
    [{ maxResponseTokens: 9_000 }, 'scripted does not offer maxResponseTokens "9000". It offers: 1 to 8000.'],
    [
      { context: "drop", drop: ["Read"] },
      'No result that can be dropped fits "Read"; nothing was dropped. There is none yet: results of the present round stay.',
    ],
    [{ context: "drop" }, "To drop results, say which: call ids, tool names or paths."],
    [{ drop: ["Read"] }, 'A list of results to drop goes with context "drop".'],
    [{ note: "keep" }, 'A note goes with context "clear", "compact" or "recompact".'],
    [{ catalog: "models" }, "This agent has no catalogue to look in."],
    [{ catalogProvider: "openai" }, '`catalogProvider` goes with `catalog: "models"`.'],
    [{ target: "nobody" }, 'There is no living agent "nobody". Living: main.'],
  ];
  await using rig = selfRig({
    main: [tune(...wrong.map(([patch]) => ({ status: "changed", maxRounds: 3, ...patch }))), answered("ok")],
  });
  const before = rig.fleet.report("main");
  await rig.root.run("go");
  expect(results(rig)).toEqual(wrong.map(([, text], index) => `result c${index + 1} final ${text}`));
  const { status, maxRounds, settings, model } = rig.fleet.report("main");
  expect({ status, maxRounds, settings, model }).toEqual({
    status: "",
    maxRounds: null,
    settings: before.settings,
    model: before.model,
  });
  expect(eventsOf(rig.events, "tuned")).toEqual([]);
});

test("nothing asked for is nothing done", async () => {
  await using rig = selfRig({ main: [tune({}, { diagnostics: false }), answered("ok")] });
  await rig.root.run("go");
  const nothing = "Nothing was asked for: say what to change or what to tell.";
  expect(results(rig)).toEqual([`result c1 final ${nothing}`, `result c2 final ${nothing}`]);
});

/** What the model reads in the request after a round of `Note` and `AgentSelf`. */
async function readAfter(patch: Self): Promise<string[]> {
  const both: ScriptedStep = {
    parts: [
      { call: "Note", args: {} },
      { call: "AgentSelf", args: { ...patch } },
    ],
  };
  const early: ScriptedStep = { parts: [{ call: "Note", args: {} }] };
  const summary = answered("They said hello.");
  const steps = patch.context === "compact" ? [summary, answered("On.")] : [answered("On.")];
  await using rig = selfRig({ main: [early, answered("Noted."), both, ...steps] });
  await rig.root.run("Hello.");
  expect(await rig.root.run("Shorter.")).toMatchObject({ content: "On.", reason: "done" });
  return lines(must(rig.model("main").requests.at(-1), "a request").messages);
}

const roundWith = (what: string) => [
  "assistant  c2 c3",
  "result c2 final noted",
  `result c3 final ${what} once this round of calls is over, which is kept.`,
];

test("the call that clears the conversation is answered in what is left of it", async () => {
  expect(await readAfter({ context: "clear", note: "Go on with the plan." })).toEqual([
    "notice Summary of the conversation so far:\n\nGo on with the plan.",
    "user Shorter.",
    ...roundWith("The conversation is cleared"),
  ]);
});

test("the call that compacts the conversation is answered behind the summary", async () => {
  const read = await readAfter({ context: "compact" });
  expect(read[0]).toBe("notice Summary of the conversation so far:\n\nThey said hello.");
  expect(read.slice(-4)).toEqual(["user Shorter.", ...roundWith("The conversation is summarised")]);
});

test("the call that drops results is answered in the same place", async () => {
  expect(await readAfter({ context: "drop", drop: ["Note"] })).toEqual([
    "user Hello.",
    "assistant  c1",
    "result c1 final (This result was dropped to make room. Make the call again if it is needed.)",
    "assistant Noted.",
    "user Shorter.",
    ...roundWith("The results of Note are left out of the conversation"),
  ]);
});

const child = (label: string): ScriptedStep => ({
  parts: [{ call: "AgentSpawn", args: { prompt: "Wait.", label, persistent: true, notify: false } }],
});

test("an agent changes one that it spawned, and none that it did not", async () => {
  await using rig = selfRig({
    main: [
      child("worker"),
      tune({ target: "worker", status: "cheap", modelOptions: { effort: "low" } }),
      answered("ok"),
    ],
    worker: [tune({ target: "main", status: "mine" }), answered("I may not.")],
  });
  await rig.root.run("go");
  await rig.fleet.quiet();
  expect(rig.fleet.report("worker")).toMatchObject({ status: "cheap", settings: { effort: "low" } });
  expect(rig.fleet.report("main").status).toBe("");
  expect(rig.said("worker").find((line) => line.startsWith("result"))).toBe(
    'result c1 final "main" is not below you: an agent may change itself and those it spawned.',
  );
});

test("diagnostics and the catalogue are told", async () => {
  const catalog = async (kind: string, provider?: string) => `${kind} of ${provider ?? "all"}`;
  const asked: Self = { diagnostics: true, catalog: "models", catalogProvider: "openai" };
  await using rig = selfRig(
    { main: [tune({ status: "asking" }), tune(asked), answered("ok")] },
    { root: { maxBudgetUsd: 2, maxRounds: 9 }, fleet: { catalog } },
  );
  await rig.root.run("go");
  const [, told] = results(rig);
  const said = (told ?? "").split("\n");
  expect(said.map((line) => line.replace(/\d{2,}/g, "N"))).toEqual([
    'result c2 final agent: main, depth 0, persistent, tools, "asking"',
    "model: scripted scripted; effort none, thinking none/none, tier auto, cache 0 s",
    "context: about N of N tokens; system 2, tools N, summary 0, user 5, assistant N, tool results N",
    "used: input N, output N, cache read 0, cache write 0",
    "cost: $0.N, with all below $0.N; left $2.N",
    "rounds: 2 of 9",
    "others: none",
    "models of openai",
  ]);
});

test("diagnostics name the others with what they do, and not all of a crowd", async () => {
  await using rig = selfRig({
    main: [tune({ diagnostics: true }), answered("ok")],
    worker: [tune({ status: "reading" }), answered("ok")],
  });
  const stays = { prompt: "go", persistent: true, notify: false };
  for (let index = 0; index < 22; index += 1) await rig.fleet.spawn("main", { ...stays, label: "worker" }, link());
  await rig.settle();
  await rig.root.run("go");
  const line = results(rig)[0]?.split("\n").at(-1) ?? "";
  expect(line).toStartWith('others: main/worker (idle, "reading"); main/worker-2 (idle, "reading"); ');
  expect(line).toEndWith('; main/worker-20 (idle, "reading"); and 2 more');
});

test("an agent on its own is told so", async () => {
  expect(await agentSelfTool.run({ diagnostics: true }, contextAt("/"))).toEqual({
    text: "There are no other agents: this one was made on its own.",
    isError: true,
  });
});
