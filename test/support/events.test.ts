import { expect, test } from "bun:test";
import type { AgentEvent, EventBody } from "../../agent/event.ts";
import { collect, eventShape, eventsOf, waitFor } from "./events.ts";

let seq = 0;
const event = (body: EventBody, agent = "main"): AgentEvent => ({ seq: ++seq, agent, at: Date.now(), ...body });
const delta = (text: string, part = 0, agent = "main") => event({ type: "delta", message: "m2", part, text }, agent);
const output = (stream: "stdout" | "stderr", text: string) => event({ type: "toolOutput", call: "c1", stream, text });

async function* stream(events: AgentEvent[]): AsyncGenerator<AgentEvent> {
  yield* events;
}

test("a shape has no times, and joins the deltas of one part and the output of one stream", () => {
  const events = [
    event({ type: "message", message: { type: "user", id: "m1", at: 5, text: "hi" } }),
    ...[delta("a"), delta("b"), delta("c", 1), delta("d", 1, "other")],
    ...[output("stdout", "x"), output("stdout", "y"), output("stderr", "z")],
  ];
  expect(eventShape(events)).toEqual([
    { type: "message", agent: "main", message: { type: "user", id: "m1", text: "hi" } },
    { type: "delta", agent: "main", message: "m2", part: 0, text: "ab" },
    { type: "delta", agent: "main", message: "m2", part: 1, text: "c" },
    { type: "delta", agent: "other", message: "m2", part: 1, text: "d" },
    { type: "toolOutput", agent: "main", call: "c1", stream: "stdout", text: "xy" },
    { type: "toolOutput", agent: "main", call: "c1", stream: "stderr", text: "z" },
  ]);
});

test("events are collected and picked by type", async () => {
  const events = [delta("a"), event({ type: "idle", reason: "done" })];
  expect(await collect(stream(events))).toEqual(events);
  expect(eventsOf(events, "idle").map((idle) => idle.reason)).toEqual(["done"]);
});

test("waiting ends at the first event that fits", async () => {
  const idle = event({ type: "idle", reason: "done" });
  expect(await waitFor(stream([delta("a"), idle, delta("b")]), ({ type }) => type === "idle")).toEqual(idle);
});

test("waiting in vain says what was seen", async () => {
  const fits = ({ type }: AgentEvent) => type === "idle";
  await expect(waitFor(stream([delta("a"), delta("b")]), fits)).rejects.toThrow(
    'The events ended and none fitted. Seen:\ndelta {"message":"m2","part":0,"text":"ab"}',
  );
  async function* forever() {
    yield delta("a");
    await new Promise(() => {});
  }
  await expect(waitFor(forever(), fits, 10)).rejects.toThrow("No event fitted within 10 ms. Seen:\ndelta");
});
