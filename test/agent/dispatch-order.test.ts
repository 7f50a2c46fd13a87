/** Which calls of a round run beside each other, and how calls are stopped. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { CallId } from "../../agent/message.ts";
import { exclusive } from "../../agent/tool.ts";
import { call, cancelled, dispatchRig, final, heldTool, settled } from "./dispatch-rig.ts";

test("calls without a key run beside each other and are answered as they end", async () => {
  const { tool, end, log } = heldTool("Held");
  const { dispatch, outcomes, answered } = dispatchRig([tool]);
  dispatch.run([call("c1", "Held"), call("c2", "Held"), call("c3", "Held")]);
  expect(log).toEqual(["start c1", "start c2", "start c3"]);
  for (const callId of ["c3", "c1", "c2"] as const) {
    end(callId, callId);
    await settled();
  }
  await answered(3);
  expect(outcomes).toEqual([
    ["c3", final("c3")],
    ["c1", final("c1")],
    ["c2", final("c2")],
  ]);
});

test("calls of one key run one after the other, in the order they were made", async () => {
  const { tool, end, log } = heldTool("Held");
  const { dispatch, answered } = dispatchRig([tool]);
  dispatch.run([
    call("c1", "Held", { key: "a" }),
    call("c2", "Held", { key: "b" }),
    call("c3", "Held", { key: "a" }),
    call("c4", "Held"),
  ]);
  await settled();
  expect(log).toEqual(["start c1", "start c2", "start c4"]);
  end("c1");
  await settled();
  expect(log.slice(3)).toEqual(["end c1", "start c3"]);
  for (const callId of ["c2", "c3", "c4"] as const) end(callId);
  await answered(4);
});

test("a writer of unknown reach puts every keyed call in one line; the others run freely", async () => {
  const { tool, end, log } = heldTool("Held", (key) => (key === "!" ? exclusive : key));
  const { dispatch, answered } = dispatchRig([tool]);
  dispatch.run([
    call("c1", "Held", { key: "a" }),
    call("c2", "Held", { key: "!" }),
    call("c3", "Held"),
    call("c4", "Held", { key: "b" }),
  ]);
  for (const callId of ["c1", "c2", "c4", "c3"] as const) {
    await settled();
    end(callId);
  }
  await answered(4);
  expect(log).toEqual(["start c1", "start c3", "end c1", "start c2", "end c2", "start c4", "end c4", "end c3"]);
});

test("whatever the keys, calls of one key never overlap and keep their order", async () => {
  const keys = fc.array(fc.constantFrom("a", "b", "!", undefined), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(keys, fc.infiniteStream(fc.nat()), async (made, picks) => {
      const { tool, end, log } = heldTool("Held", (key) => (key === "!" ? exclusive : key));
      const { dispatch, outcomes } = dispatchRig([tool]);
      const ids = made.map((_, index): CallId => `c${index}`);
      dispatch.run(made.map((key, index) => call(`c${index}`, "Held", key === undefined ? {} : { key })));
      while (outcomes.length < made.length) {
        const running = ids.filter((id) => log.includes(`start ${id}`) && !log.includes(`end ${id}`));
        const line = made.includes("!") ? ["a", "b", "!"] : null;
        const lines = running.map((id) => made[Number(id.slice(1))]).filter((key) => key !== undefined);
        const busy = lines.map((key) => (line ? "line" : key));
        expect(new Set(busy).size).toBe(busy.length);
        const free = ids.filter((id) => made[Number(id.slice(1))] === undefined);
        expect(free.every((id) => log.includes(`start ${id}`))).toBe(true);
        const chosen = running[(picks.next().value ?? 0) % running.length];
        if (chosen) end(chosen);
        await settled();
      }
      const starts = log.filter((line) => line.startsWith("start")).map((line) => Number(line.slice(7)));
      for (const key of new Set(made)) {
        if (key === undefined) continue;
        const own = starts.filter((index) => made[index] === key);
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 100 },
  );
});

test("stopping one call stops it alone", async () => {
  const { tool, end, log } = heldTool("Held");
  const { dispatch, outcomes, answered } = dispatchRig([tool]);
  dispatch.run([call("c1", "Held"), call("c2", "Held")]);
  dispatch.cancel("c1");
  await answered(1);
  end("c2");
  await answered(2);
  expect(outcomes).toEqual([
    ["c1", cancelled],
    ["c2", final("ok")],
  ]);
  expect(log).toEqual(["start c1", "start c2", "end c1", "end c2"]);
});

test("stopping a call of a sequence stops those behind it, never started, and not those before", async () => {
  const { tool, end, log } = heldTool("Held");
  const { dispatch, outcomes, answered } = dispatchRig([tool]);
  dispatch.run(["c1", "c2", "c3"].map((id) => call(id as CallId, "Held", { key: "a" })));
  dispatch.cancel("c2");
  end("c1");
  await answered(3);
  expect(outcomes).toEqual([
    ["c1", final("ok")],
    ["c2", cancelled],
    ["c3", cancelled],
  ]);
  expect(log).toEqual(["start c1", "end c1"]);
});

test("a tool that does not listen keeps nobody waiting but the close; what it says then is not heard", async () => {
  const { tool, of, log } = heldTool("Held");
  const { dispatch, events, outcomes, answered } = dispatchRig([tool]);
  dispatch.run([call("c1", "Held", { key: "a", deaf: true }), call("c2", "Held", { key: "a" })]);
  dispatch.cancel("c1");
  await answered(2);
  expect(outcomes).toEqual([
    ["c1", cancelled],
    ["c2", cancelled],
  ]);
  of("c1").context.progress({ type: "output", stream: "stdout", text: "still here" });
  let closed = false;
  const closing = dispatch.close().then(() => {
    closed = true;
  });
  await settled();
  expect([closed, log]).toEqual([false, ["start c1"]]);
  of("c1").end("at last");
  await closing;
  expect([log, outcomes.length]).toEqual([["start c1", "end c1"], 2]);
  expect(events.map((event) => event.type)).toEqual(["toolStarted"]);
});

test("a close stops everything; a second one finds nothing to stop", async () => {
  const { tool, log } = heldTool("Held");
  const { dispatch, outcomes } = dispatchRig([tool]);
  dispatch.run([call("c1", "Held"), call("c2", "Held", { key: "a" }), call("c3", "Held", { key: "a" })]);
  await dispatch.close();
  await dispatch.close();
  expect(outcomes.map(([, outcome]) => outcome)).toEqual([cancelled, cancelled, cancelled]);
  expect(log.toSorted()).toEqual(["end c1", "end c2", "start c1", "start c2"]);
});

test("stopping a call that has ended, or never was, does nothing", async () => {
  const { tool, end } = heldTool("Held");
  const { dispatch, outcomes, answered } = dispatchRig([tool]);
  dispatch.run([call("c1", "Held")]);
  end("c1");
  await answered(1);
  dispatch.cancel("c1");
  dispatch.cancel("c9");
  await dispatch.close();
  expect(outcomes).toEqual([["c1", final("ok")]]);
});
