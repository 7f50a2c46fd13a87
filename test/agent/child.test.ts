/** What a child begins with. */
import { expect, test } from "bun:test";
import { childTools } from "../../agent/child.ts";
import { ConfigError, toErrorInfo, UsageError } from "../../agent/error.ts";
import { Fleet } from "../../agent/fleet.ts";
import { Toolbox } from "../../agent/toolbox.ts";
import { createAnthropic } from "../../providers/anthropic.ts";
import { resolveModel } from "../../providers/catalog.ts";
import {
  type FakeReply,
  must,
  type ScriptedStep,
  scriptedModel,
  startFakeProvider,
  testKey,
} from "../support/index.ts";
import { answered, lines } from "./agent-rig.ts";
import { fleetRig, link, sendTool, spawns, spawnTool } from "./fleet-rig.ts";

const prompt = "go";

test("the tools of a child: the parent's, none, or those named, each once and in the parent's order", async () => {
  const tools = [spawnTool, sendTool];
  const parent = new Toolbox(tools);
  expect(await childTools({ prompt }, parent)).toEqual(tools);
  expect(await childTools({ prompt, tools: [] }, parent)).toEqual([]);
  expect(await childTools({ prompt, tools: ["Send", "Spawn", "Send"] }, parent)).toEqual(tools);
  expect(await childTools({ prompt, tools: ["Send"] }, parent)).toEqual([sendTool]);
  expect(childTools({ prompt, tools: ["Send", "Bash", "Edit"] }, parent)).rejects.toThrow(
    new UsageError('You have no tool "Bash" or "Edit" to give: Spawn, Send.'),
  );
  expect(childTools({ prompt, tools: ["Bash"] }, new Toolbox([]))).rejects.toThrow(
    new UsageError('You have no tool "Bash" to give: none.'),
  );
});

test("a child has its parent's surroundings, and what the request says in place of its parent's own", async () => {
  const root = { system: "Be brief.", maxRounds: 7, root: "/w", env: { A: "1" }, settings: { effort: "low" as const } };
  await using rig = fleetRig({ a: [answered("done")], b: [answered("done")] }, { root });
  await rig.fleet.spawn("main", { prompt, label: "a", persistent: true, notify: false }, link());
  const wish = { system: "Be bold.", maxRounds: 2, settings: { effort: "high" as const }, tools: ["Send"] };
  await rig.fleet.spawn("main", { prompt, label: "b", persistent: true, notify: false, ...wish }, link());
  await rig.settle();
  const seen = ["a", "b"].map((label) => {
    const { system, tools, settings } = must(rig.model(label).requests[0]);
    const { cwd, maxRounds } = must(rig.fleet.get(label)).snapshot();
    return { system, tools: tools.map((tool) => tool.name), effort: settings.effort, cwd, maxRounds };
  });
  expect(seen).toEqual([
    { system: "Be brief.", tools: ["Spawn", "Send"], effort: "low", cwd: "/w", maxRounds: 7 },
    { system: "Be bold.", tools: ["Send"], effort: "high", cwd: "/w", maxRounds: 2 },
  ]);
});

test("hot is the parent's own system prompt, whatever else is asked for", async () => {
  await using rig = fleetRig({ a: [answered("done")] }, { root: { system: "Be brief." } });
  await rig.fleet.spawn("main", { prompt, label: "a", hot: true, system: "Be bold." }, link());
  expect(must(rig.model("a").requests[0]).system).toBe("Be brief.");
});

test("a fleet made without a way to build models shares the one it has, and says so", async () => {
  const model = scriptedModel(answered("done"));
  await using fleet = new Fleet();
  fleet.root({ model, cwd: "/w" });
  expect(await fleet.spawn("main", { prompt }, link())).toEqual({ text: "done" });
  const failure = await fleet.spawn("main", { prompt, model: "other" }, link()).catch(toErrorInfo);
  expect(failure).toEqual(
    new ConfigError("This fleet cannot give a child another model: it was made without a way to build one.").toInfo(),
  );
});

test("a fork begins with what its parent saw up to the call, under the same ids", async () => {
  await using rig = fleetRig({
    main: [answered("one"), spawns({ prompt: "look again", label: "f", context: "fork" }), answered("two")],
    f: [answered("I see")],
  });
  await rig.root.run("first");
  await rig.root.run("second");
  const { messages } = must(rig.model("f").requests[0]);
  const before = must(rig.model("main").requests[1]).messages.slice(0, 3);
  expect(lines(messages)).toEqual(["user first", "assistant one", "user second", "user look again"]);
  expect(messages.slice(0, -1)).toEqual([...before]);
  expect(messages.at(-1)).toMatchObject({ id: "m4" });
});

test("a fork is told which results do not come to it; its prefix stays its parent's", async () => {
  const slow: ScriptedStep = { parts: [{ call: "Spawn", args: { prompt, label: "slow", background: true } }] };
  await using rig = fleetRig({
    main: [slow, spawns({ prompt: "look", label: "f", context: "fork" }), answered("end"), answered("so it is")],
    slow: [{ parts: [{ text: "slept" }], wait: 1_000 }],
    f: [answered("I see")],
  });
  const run = rig.root.run("go");
  await rig.settle();
  const { messages } = must(rig.model("f").requests[0]);
  expect(lines(messages).slice(3)).toEqual([
    'notice You are a fork of "main". The results of c1 (Spawn) go to "main" and do not arrive here.',
    "user look",
  ]);
  expect(messages.slice(0, 3)).toEqual(must(rig.model("main").requests[1]).messages.slice(0, 3));
  await rig.clock.advance(1_000);
  await run;
  await rig.fleet.spawn("main", { prompt: "again", label: "f", context: "fork" }, link());
  expect(lines(must(rig.model("f").requests.at(-1)).messages).filter((line) => line.includes("fork"))).toEqual([]);
});

test("a fork's request begins with its parent's, byte for byte, on a real wire", async () => {
  const replies: FakeReply[] = [
    { parts: [{ thinking: "Hm." }, { text: "one" }] },
    { parts: [{ call: "Spawn", args: { prompt: "look again", context: "fork" } }] },
    { parts: [{ text: "I see" }] },
    { parts: [{ text: "two" }] },
  ];
  await using fake = await startFakeProvider(replies);
  await using provider = createAnthropic({
    apiKey: testKey,
    baseUrl: fake.url("anthropic"),
    resolve: () => resolveModel("anthropic"),
  });
  await using fleet = new Fleet();
  const root = fleet.root({ model: await provider.model(), tools: [spawnTool], system: "Be brief.", cwd: "/w" });
  await root.run("first");
  expect((await root.run("second")).error).toBeUndefined();
  const [parent, child, after] = fake.requests.slice(1).map(({ body }) => unmarked(body));
  expect(fake.problems).toEqual([]);
  const { messages: seen = [], ...fixed } = must(parent);
  const { messages: forked = [], ...same } = must(child);
  expect(same).toEqual(fixed);
  expect(JSON.stringify(forked.slice(0, seen.length - 1))).toBe(JSON.stringify(seen.slice(0, -1)));
  expect(forked.at(-1)).toEqual({
    role: "user",
    content: [
      { type: "text", text: "second" },
      { type: "text", text: "look again" },
    ],
  });
  expect(JSON.stringify(must(must(after).messages)[4])).toContain("I see");
});

/** A body without the markers that say where to cache: they are no part of what is cached. */
function unmarked(body: unknown): { messages?: unknown[] } {
  return JSON.parse(JSON.stringify(body, (key, value) => (key === "cache_control" ? undefined : value)));
}
