import { expect, test } from "bun:test";
import type { WeightsLoad } from "../../../../providers/local/llama.ts";
import { must } from "../../../support/must.ts";
import { failure, isolated, order, pidOf, untilGone } from "./rig.ts";

test("a crash ends each running call with one error that keeps its parts, and the next call starts the child anew", async () => {
  await using provider = isolated();
  const [model, other] = [await provider.model(), await provider.model("other")];
  const before = await pidOf(model);
  const bystander = failure(other, "wait");
  const crashed = await failure(model, "count 3 then crash");
  expect(crashed).toMatchObject({
    code: "local_model",
    message: "The process that ran the local model ended with SIGABRT.",
    hint: "What it had said is kept. The model starts again with the next message.",
    parts: [{ type: "text", text: "0 1 2 " }],
  });
  expect(await bystander).toMatchObject({ message: crashed.message, parts: [] });

  expect((await order(model, "count 2")).text).toBe("0 1 ");
  expect((await order(other, "count 1")).text).toBe("0 ");
  expect(await pidOf(other)).toBe(await pidOf(model));
  expect(await pidOf(model)).not.toBe(before);
});

test("of the calls of a crashed answer, those that were whole are kept", async () => {
  await using provider = isolated();
  const { parts } = await failure(await provider.model(), "call then crash");
  expect(parts).toEqual([
    { type: "thinking", text: "Two calls." },
    { type: "toolCall", name: "Read", args: { path: "a.ts" } },
  ]);
});

test("the third crash in a row says so and what to do; an answer ends the row", async () => {
  await using provider = isolated();
  const model = await provider.model();
  for (const _ of [1, 2]) expect((await failure(model, "count 1 then crash")).message).not.toContain("in a row");
  const third = await failure(model, "count 1 then crash");
  expect(third.message).toBe("The process that ran the local model ended with SIGABRT, 3 times in a row now.");
  expect(third.hint).toContain("?device=cpu");
  expect(third.hint).toContain("starts again with the next message");
  await order(model, "count 1");
  expect((await failure(model, "count 1 then crash")).message).not.toContain("in a row");
});

test("a child that is killed from outside is told as such, and its weights as gone", async () => {
  const loads: WeightsLoad[] = [];
  await using provider = isolated({ onLoad: (load) => loads.push(load) });
  const model = await provider.model("big");
  const pid = await pidOf(model);
  const ended = failure(model, "wait");
  process.kill(pid, "SIGKILL");
  expect((await ended).message).toEndWith("SIGKILL: something killed it, as the system does when memory is short.");
  expect(loads.map(({ name, state, memoryBytes }) => [name, state, memoryBytes])).toEqual([
    ["big", "loaded", 5],
    ["big", "failed", 0],
  ]);
  await order(model, "count 1");
  expect(loads.at(-1)).toEqual({ name: "big", state: "loaded", memoryBytes: 5 });
});

test("a program that cannot run is told with what it said, and closing is still possible", async () => {
  await using provider = isolated({ entry: "/nowhere/child.ts" });
  const error: unknown = await provider.model().catch((thrown: unknown) => thrown);
  expect(must(error)).toMatchObject({ code: "local_model" });
  expect(String(error)).toContain("/nowhere/child.ts");
});

test("the child ends with its parent, however that ends", async () => {
  const script = `import { isolated, pidOf } from ${JSON.stringify(`${import.meta.dir}/rig.ts`)};
    // Not awaited: the parent lives on for what it asked of the child, and for nothing else.
    isolated().model().then(pidOf).then((pid) => {
      console.log(pid);
      if (process.argv[1] === "stay") setInterval(() => {}, 1000);
    });`;
  for (const how of ["stay", "leave"]) {
    const parent = Bun.spawn([process.execPath, "-e", script, how], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    const { value } = await parent.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value));
    expect(pid).toBeGreaterThan(0);
    if (how === "stay") parent.kill("SIGKILL");
    await parent.exited;
    await untilGone(pid);
    expect(parent.exitCode).toBe(how === "stay" ? null : 0);
  }
});
