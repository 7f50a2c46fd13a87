/** What tools may do with the running calls of their agent. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { outputChars } from "../../agent/jobs.ts";
import { defineTool } from "../../agent/tool.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";
import { call, dispatchRig, heldTool } from "./dispatch-rig.ts";

test("running calls are listed with how long they run; those that wait have not begun, those that ended are gone", async () => {
  const { tool, end } = heldTool("Held");
  const { dispatch, jobs, clock, background, answered: all } = dispatchRig([tool]);
  dispatch.run([call("c1", "Held", { key: "a" }), call("c2", "Held", { key: "a" }), call("c3", "Held", { delay: 9 })]);
  background.add("c3");
  await clock.advance(1_500);
  const job = { name: "Held", label: "Held" };
  expect(jobs.list()).toEqual([
    { ...job, call: "c1", background: false, runningMs: 1_500 },
    { ...job, call: "c2", background: false, runningMs: 0 },
    { ...job, call: "c3", background: true, runningMs: 0 },
  ]);
  end("c1");
  await all(2);
  expect(jobs.list().map((each) => each.call)).toEqual(["c2", "c3"]);
  await dispatch.close();
  expect(jobs.list()).toEqual([]);
});

test("the output so far is kept while a call runs, the last part of it where it is long", async () => {
  const { tool, of, end } = heldTool("Held");
  const { dispatch, jobs, answered: all } = dispatchRig([tool]);
  dispatch.run([call("c1", "Held"), call("c2", "Held")]);
  const say = (text: string) => of("c1").context.progress({ type: "output", stream: "stdout", text });
  expect(jobs.output("c1")).toBe("");
  say("one\n");
  of("c1").context.progress({ type: "status", text: "two" });
  say("three");
  expect([jobs.output("c1"), jobs.output("c2"), jobs.output("c9")]).toEqual(["one\ntwo\nthree", "", undefined]);
  const numbers = Array.from({ length: 20_000 }, (_, index) => `${index}\n`);
  for (const line of numbers) say(line);
  expect(jobs.output("c1")).toBe(numbers.join("").slice(-outputChars));
  say(`😀${"x".repeat(outputChars - 1)}`);
  expect(jobs.output("c1")).toBe(`\u{fffd}${"x".repeat(outputChars - 1)}`);
  end("c1");
  await all(1);
  expect(jobs.output("c1")).toBeUndefined();
  await dispatch.close();
});

test("what does not run cannot be stopped, and what is not in the background not brought back", async () => {
  const { tool } = heldTool("Held");
  const { dispatch, jobs, commands, background } = dispatchRig([tool]);
  dispatch.run([call("c1", "Held"), call("c2", "Held")]);
  background.add("c2");
  expect([jobs.cancel("c9"), jobs.foreground("c9"), jobs.foreground("c1"), commands]).toEqual([
    false,
    false,
    false,
    [],
  ]);
  expect([jobs.cancel("c1"), jobs.foreground("c2")]).toEqual([true, true]);
  expect(commands).toEqual([
    { type: "kill", call: "c1" },
    { type: "undetach", call: "c2" },
  ]);
  await dispatch.close();
});

/** A tool that says what it finds of the agent's calls and then does one thing with the first. */
function manager(act: "cancel" | "foreground") {
  return defineTool({
    name: "Manage",
    description: "",
    schema: z.object({}),
    run: (_, { jobs, callId }) => {
      const others = (jobs?.list() ?? []).filter((job) => job.call !== callId);
      return others.map((job) => `${job.call} ${job.background} ${jobs?.[act](job.call)}`).join(", ");
    },
  });
}

const script = [
  { parts: [{ call: "Held", args: { background: true } }] },
  { parts: [{ call: "Manage", args: {} }] },
  answered("end"),
];

test("a tool of an agent cancels a background call, which ends as any other that is stopped", async () => {
  const held = heldTool("Held");
  await using rig = agentRig(script, { tools: [held.tool, manager("cancel")] });
  expect((await rig.agent.run("go")).content).toBe("end");
  expect(lines(rig.agent.snapshot().messages).slice(3)).toEqual([
    "assistant  c2",
    "result c2 final c1 true true",
    "notice c1 cancelled The call was stopped before it finished.",
    "assistant end",
  ]);
  expect(held.log).toEqual(["start c1", "end c1"]);
});

test("a tool of an agent brings a background call to the foreground: the next model call waits for it", async () => {
  const held = heldTool("Held");
  await using rig = agentRig(script, { tools: [held.tool, manager("foreground")] });
  const run = rig.agent.run("go");
  await rig.settle();
  expect(rig.model.requests.length).toBe(2);
  held.end("c1", "result");
  expect((await run).content).toBe("end");
  expect(lines(rig.agent.snapshot().messages).slice(3)).toEqual([
    "assistant  c2",
    "result c2 final c1 true true",
    "notice c1 final result",
    "assistant end",
  ]);
});
