/** What a fleet's history makes of events: who worked when, on what, and what passed. */
import { expect, test } from "bun:test";
import type { AgentEvent, EventBody } from "../../agent/event.ts";
import { noUsage } from "../../agent/message.ts";
import { newCard } from "../../server/card.ts";
import { FleetHistory } from "../../server/fleet-history.ts";

const origin = { provider: "p", model: "opus" };
const card = { ...newCard("main", "main", 0), model: origin };
let seq = 0;
const event = (body: EventBody, at: number): AgentEvent => {
  seq += 1;
  return { seq, agent: "main", at, ...body };
};
const call = (message: `m${number}`, at: number) =>
  event({ type: "callEnded", message, usage: noUsage, costUsd: 0.5, totalCostUsd: 0.5, durationMs: 100 }, at);
const answer = (id: `m${number}`, at: number) =>
  event(
    {
      type: "message",
      message: { type: "assistant", id, at, origin, parts: [], usage: noUsage, costUsd: 0.5, stopReason: "endTurn" },
    },
    at,
  );
const compacted = (at: number) =>
  event({ type: "compacted", upTo: "m1", summary: "short", tokensBefore: 10, tokensAfter: 1 }, at);

test("a call for a summary is told from one for an answer, as it happens and from a session's file", () => {
  const replayed = new FleetHistory();
  for (const each of [call("m1", 100), answer("m1", 100), call("m2", 300), compacted(301), compacted(400)]) {
    replayed.note(each, card);
  }
  expect(replayed.spans.map(({ kind, startAt, endAt, costUsd }) => [kind, startAt, endAt, costUsd])).toEqual([
    ["model", 0, 100, 0.5],
    ["compaction", 200, 300, 0.5],
  ]);
  const live = new FleetHistory();
  live.note(call("m3", 500), { ...card, state: "compacting" });
  expect(live.news().spans?.map(({ kind, name }) => [kind, name])).toEqual([["compaction", "opus"]]);
  expect(live.news()).toEqual({});
});

test("a message between agents is told with its id, so that it can be gone to", () => {
  const history = new FleetHistory();
  const message = { type: "peer", id: "m7", at: 5, from: "reader", text: "x".repeat(1_000) } as const;
  history.note(event({ type: "message", message }, 5), card);
  expect(history.news().passing).toEqual([{ message: "m7", from: "reader", to: "main", text: "x".repeat(300), at: 5 }]);
});
