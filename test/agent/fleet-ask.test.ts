/** Questions of children: they reach the person under the child's name, and go where nobody answers. */
import { expect, test } from "bun:test";
import { Session } from "../../agent/session.ts";
import { askTool } from "../../tools/ask.ts";
import { eventsOf, must, tempDir } from "../support/index.ts";
import { answered } from "./agent-rig.ts";
import { fleetRig, link, spawns, spawnTool } from "./fleet-rig.ts";

const asks = { parts: [{ call: "Ask", args: { question: "Which?" } }] };
const stays = { prompt: "go", label: "worker", persistent: true, notify: false };

test("a child asks as its parent may; the parent waits for its answer like for any call", async () => {
  const scripts = {
    main: [spawns({ prompt: "go", label: "worker" }), answered("Good.")],
    worker: [asks, answered("This one.")],
  };
  await using rig = fleetRig(scripts, { root: { tools: [spawnTool, askTool], canAsk: true } });
  rig.root.send({ type: "prompt", text: "begin" });
  await rig.settle();
  expect(rig.fleet.living().map(({ label, state, asks }) => [label, state, asks.map(({ askId }) => askId)])).toEqual([
    ["main", "tools", []],
    ["worker", "waiting", ["a1"]],
  ]);
  rig.fleet.command("worker", { type: "answer", askId: "a1", answer: { type: "text", text: "This." } });
  await rig.settle();
  expect(rig.said("main").slice(1)).toEqual(["assistant  c1", "result c1 final This one.", "assistant Good."]);
});

test("a child that is ended with its parent's call withdraws its question", async () => {
  await using rig = fleetRig({ worker: [asks] }, { root: { tools: [askTool], canAsk: true } });
  await rig.fleet.spawn("main", stays, link());
  await rig.settle();
  await must(rig.fleet.get("worker")).close();
  expect(eventsOf(rig.events, "answered").map(({ agent, answer }) => [agent, answer])).toEqual([["worker", null]]);
});

test("a child that could ask comes back without Ask where nobody answers", async () => {
  using temp = tempDir();
  const dir = `${temp.path}/session`;
  for (const canAsk of [true, false]) {
    await using session = canAsk ? await Session.create(dir) : await Session.open(dir);
    const tools = canAsk ? [askTool] : [];
    await using rig = fleetRig({ worker: answered("ok") }, { root: { session, tools, canAsk } });
    expect(await rig.fleet.restore(rig.root)).toEqual([]);
    if (canAsk) await rig.fleet.spawn("main", stays, link());
    rig.fleet.command("worker", { type: "prompt", text: "again" });
    await rig.settle();
    const offered = rig.model("worker").requests.map((request) => request.tools.map(({ name }) => name));
    expect(offered.at(-1)).toEqual(canAsk ? ["Ask"] : []);
  }
});
