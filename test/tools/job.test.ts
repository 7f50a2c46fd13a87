/** Job in a real agent: the calls that run, what they have put out, and what may be done with them. */
import { expect, test } from "bun:test";
import { jobTool } from "../../tools/job.ts";
import { type AgentRig, agentRig, answered, lines } from "../agent/agent-rig.ts";
import { heldTool } from "../agent/dispatch-rig.ts";
import type { ScriptedStep } from "../support/index.ts";
import { contextAt } from "./tool-bench.ts";

type Job = Parameters<typeof jobTool.run>[0];

const job = (...calls: Job[]): ScriptedStep => ({ parts: calls.map((args) => ({ call: "Job", args: { ...args } })) });

/** An agent whose call c1 goes on in the background for 1.5 s before the model is called again. */
async function rigWith(...steps: ScriptedStep[]): Promise<AgentRig & { held: ReturnType<typeof heldTool> }> {
  const held = heldTool("Held");
  const rig = agentRig([{ parts: [{ call: "Held", args: {} }] }, ...steps], { tools: [held.tool, jobTool] });
  rig.agent.send({ type: "prompt", text: "go" });
  await rig.settle();
  held.of("c1").context.progress({ type: "output", stream: "stdout", text: "half way\n" });
  await rig.clock.advance(1_500);
  rig.agent.send({ type: "detach", call: "all" });
  await rig.settle();
  return { ...rig, held };
}

const results = ({ agent }: AgentRig) =>
  lines(agent.snapshot().messages).filter((line) => /^(result c[^1]|notice)/.test(line));

test("the calls that run are listed with what they have put out", async () => {
  await using rig = await rigWith(job({ operation: "list" }), job({ operation: "output", id: "c1" }), answered("ok"));
  expect(results(rig)).toEqual(["result c2 final c1 Held: for 1.5 s, in the background", "result c3 final half way\n"]);
});

test("a call is cancelled and says so itself", async () => {
  await using rig = await rigWith(job({ operation: "cancel", id: "c1" }), answered("ok"), answered("Gone."));
  expect(results(rig)).toEqual([
    "result c2 final c1 is stopped.",
    "notice c1 cancelled The call was stopped before it finished.",
  ]);
  expect(rig.held.log).toEqual(["start c1", "end c1"]);
});

test("a call in the foreground is waited for", async () => {
  await using rig = await rigWith(job({ operation: "foreground", id: "c1" }), answered("There."));
  expect([results(rig), rig.model.requests.length]).toEqual([["result c2 final Your next turn waits for c1."], 2]);
  rig.held.end("c1", "the end");
  await rig.settle();
  expect([results(rig).at(-1), rig.model.requests.length]).toEqual(["notice c1 final the end", 3]);
});

test("a call that does not run is refused, and so is a call of its own", async () => {
  await using rig = await rigWith(
    job({ operation: "cancel" }),
    job({ operation: "output", id: "c9" }),
    job({ operation: "cancel", id: "c4" }),
    answered("ok"),
  );
  expect(results(rig)).toEqual([
    "result c2 final No id was given. Running: c1.",
    'result c3 final No call "c9" runs. Running: c1.',
    'result c4 final No call "c4" runs. Running: c1.',
  ]);
});

test("where nothing else runs, it says so", async () => {
  await using rig = agentRig([job({ operation: "list" }), answered("ok")], { tools: [jobTool] });
  await rig.agent.run("go");
  expect(lines(rig.agent.snapshot().messages)[2]).toBe("result c1 final Nothing else runs.");
});

test("without a list of calls it fails", async () => {
  expect(await jobTool.run({ operation: "list" }, contextAt("/"))).toEqual({
    text: "This agent keeps no list of its running calls.",
    isError: true,
  });
});
