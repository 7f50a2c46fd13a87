import { expect, test } from "bun:test";
import type { AgentEvent, EventBody } from "../../agent/event.ts";
import { noUsage } from "../../agent/message.ts";
import { exportVersion } from "../../server/export.ts";
import { dataId } from "../../server/export-html.ts";
import { Replay, recordingId, recordingVersion, stepMs } from "../../ui/state/recording.ts";
import type { AgentView } from "../../ui/state/view.ts";
import { assistant, result, user } from "../agent/entries.ts";

const startAt = 1_700_000_000_000;

/** Numbered by their place, a second apart. */
function record(bodies: readonly (readonly [agent: string, body: EventBody])[]): AgentEvent[] {
  return bodies.map(([agent, body], index) => ({
    seq: index + 1,
    agent,
    at: startAt + 1_000 * index,
    ...(agent === "main" ? {} : { path: `main/${agent}` }),
    ...body,
  }));
}

const says = (message: ReturnType<typeof user | typeof assistant | typeof result>): EventBody => ({
  type: "message",
  message,
});
const replayOf = (events: readonly AgentEvent[]) =>
  new Replay({ session: { id: "aaaaaaaaaaaa", title: "", updatedAt: startAt }, events });
const rows = (view: AgentView | undefined) => view?.items.map(({ type }) => type);

const fleet = record([
  ["main", says(user(1, "get a helper"))],
  ["main", { type: "spawned", child: "helper", childPath: "main/helper", persistent: false }],
  ["helper", says(user(1, "help"))],
  ["helper", says(assistant(2, "done"))],
  ["helper", { type: "idle", reason: "done" }],
  ["main", { type: "childEnded", child: "helper", reason: "done", usage: noUsage, costUsd: 0 }],
  ["main", says(assistant(2, "The helper is done."))],
]);

test("the stops are what a person sees happen, from nothing to all", () => {
  const replay = replayOf(fleet);
  expect(replay.root).toBe("main");
  expect(replay.stops).toEqual([0, 1, 2, 3, 4, 7]);
  expect(replay.timeAt(3)).toBe(startAt + 2_000);
  expect(replay.timeAt(0)).toBe(startAt);
});

test("at each moment everybody stands as they stood then", () => {
  const replay = replayOf(fleet);
  expect([...replay.at(0)]).toEqual([]);
  expect(rows(replay.at(2).get("main"))).toEqual(["user", "marker"]);
  expect(replay.at(2).has("helper")).toBe(false);
  expect(rows(replay.at(4).get("helper"))).toEqual(["user", "assistant"]);
  expect(replay.at(4).get("helper")?.card.ended).toBe(false);
  expect(replay.at(7).get("helper")?.card.ended).toBe(true);
  expect(rows(replay.at(7).get("main"))).toEqual(["user", "marker", "marker", "assistant"]);
});

test("a call waits until the moment of its result", () => {
  const replay = replayOf(
    record([
      ["main", says(user(1, "go"))],
      ["main", says(assistant(2, "", ["c1"]))],
      ["main", says(result(3, "c1"))],
    ]),
  );
  const status = (moment: number) => {
    const item = replay.at(moment).get("main")?.items.at(-1);
    const [part] = item?.type === "assistant" ? item.parts : [];
    return part?.type === "call" ? part.call.status : undefined;
  };
  expect([status(3), status(2)]).toEqual(["done", "running"]);
});

test("whichever way a moment is come to, it is the same, however long the session", () => {
  const long = record(
    Array.from({ length: 1_500 }, (_, index) => [
      index % 7 === 0 ? "helper" : "main",
      says(index % 2 === 0 ? user(index + 1, `question ${index}`) : assistant(index + 1, `answer ${index}`)),
    ]),
  );
  const straight = replayOf(long).at(1_100);
  const wandered = replayOf(long);
  for (const moment of [1_500, 3, 256, 255, 1_099, 1_100, 700, 1_100]) wandered.at(moment);
  expect(wandered.at(1_100)).toEqual(straight);
  expect(straight.get("main")?.items.length).toBe(942);
});

test("a step on leaves what did not change as it is", () => {
  const replay = replayOf(fleet);
  const [before, after] = [replay.at(3), replay.at(4)];
  expect(after.get("main")).toBe(must(before.get("main")));
  expect(after.get("helper")?.items[0]).toBe(must(before.get("helper")?.items[0]));
});

test("a step takes as long as it took, within what a person waits for, and the speed shortens it", () => {
  expect([stepMs(0, 1_000, 1), stepMs(0, 1_000, 4)]).toEqual([1_000, 250]);
  expect([stepMs(0, 3_600_000, 1), stepMs(0, 1, 1), stepMs(5, 0, 1)]).toEqual([2_400, 600, 600]);
});

test("the page and the server mean the same file", () => {
  expect([recordingId, recordingVersion]).toEqual([dataId, exportVersion]);
});

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("It is not there.");
  return value;
}
