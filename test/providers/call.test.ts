import { expect, test } from "bun:test";
import type { Chunk } from "../../agent/model.ts";
import { type Call, runCall } from "../../providers/call.ts";

const usage = { input: 1, output: 2, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };
const done: Chunk = { type: "done", parts: [], stopReason: "endTurn", usage };

const run = (events: (call: Call) => AsyncIterable<Chunk>, idleMs = 5000) =>
  Array.fromAsync(runCall({ provider: "Vendor", signal: new AbortController().signal, idleMs }, events));

test("what follows the end is read to its own end, and changes nothing", async () => {
  let read = 0;
  const chunks = await run(async function* () {
    yield done;
    for (; read < 3; read++) yield { type: "text", text: "late" };
  });
  expect([chunks, read]).toEqual([[done], 3]);
});

test("an answer that is whole stays whole, though its stream breaks or never ends", async () => {
  const breaks = async function* (): AsyncGenerator<Chunk> {
    yield done;
    throw new Error("reset");
  };
  const hangs = async function* ({ watch }: Call): AsyncGenerator<Chunk> {
    yield done;
    await new Promise((resolve) => watch.signal.addEventListener("abort", resolve));
  };
  expect(await run(breaks)).toEqual([done]);
  expect(await run(hangs, 20)).toEqual([done]);
});

test("a stream without an end is an interruption that keeps its parts and its bill", async () => {
  const [text, end] = await run(async function* (call) {
    call.usage = usage;
    yield call.parts.text(0, "Half");
    yield call.parts.text(0, "");
  });
  expect(text).toEqual({ type: "text", text: "Half" });
  expect(end).toMatchObject({ type: "error", parts: [{ type: "text", text: "Half" }], usage });
  expect(end?.type === "error" && end.error.message).toBe(
    "Vendor stopped in the middle of its answer: the connection closed early",
  );
});
