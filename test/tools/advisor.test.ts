/** Advisor on a real fleet: another model, without tools, a few times, on the tree's money. */
import { expect, test } from "bun:test";
import type { BuildChild } from "../../agent/child.ts";
import { advisorTool } from "../../tools/advisor.ts";
import { answered } from "../agent/agent-rig.ts";
import { fleetRig } from "../agent/fleet-rig.ts";
import { type ScriptedModel, type ScriptedStep, scriptedModel } from "../support/index.ts";

const ask = (prompt: string): ScriptedStep => ({ parts: [{ call: "Advisor", args: { prompt } }] });
const dear = { tier: "auto", above: 0, input: 1, output: 10, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 } as const;

test("it asks the other model, as often as it may", async () => {
  const asked: [provider: string | undefined, model: string | undefined, advisor: ScriptedModel][] = [];
  const build: BuildChild = async ({ provider, model, system = "" }, _parent, tools) => {
    const advisor = scriptedModel([answered("Use a map.")], { info: { wireId: "wise", prices: [dear] } });
    asked.push([provider, model, advisor]);
    return { model: advisor, tools, system };
  };
  const tools = [advisorTool({ model: "wise", provider: "vendor", maxUses: 2 })];
  await using rig = fleetRig(
    { main: [ask("How?"), ask("And?"), ask("Then?"), answered("Done.")] },
    { root: { tools }, fleet: { build } },
  );
  const { costUsd } = await rig.root.run("Go.");
  expect(rig.said("main").filter((line) => line.startsWith("result"))).toEqual([
    "result c1 final Use a map.",
    "result c2 final Use a map.",
    "result c3 final The advisor has been asked 2 times, as often as it may.",
  ]);
  expect(asked.map(([provider, model, { requests }]) => [provider, model, requests.map((each) => each.tools)])).toEqual(
    [
      ["vendor", "wise", [[]]],
      ["vendor", "wise", [[]]],
    ],
  );
  const advice = rig.fleet.shares().filter(({ label }) => label !== "main");
  expect(advice.map(({ label }) => label)).toEqual(["main-advisor", "main-advisor-2"]);
  expect(costUsd).toBe(0);
  expect(rig.fleet.report("main").subtreeUsd).toBeCloseTo(
    advice.reduce((sum, share) => sum + share.costUsd, 0),
    12,
  );
  expect(advice.every((share) => share.costUsd > 0)).toBe(true);
});
