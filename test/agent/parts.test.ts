import { expect, test } from "bun:test";
import type { EventBody } from "../../agent/event.ts";
import { type Delta, isDelta, PartEvents } from "../../agent/parts.ts";
import { replayFilter } from "../../agent/retry.ts";

function rig() {
  const events: EventBody[] = [];
  const parts = new PartEvents("m1", (event) => events.push(event));
  return { parts, events };
}
const started = (part: number, kind: "text" | "thinking" | "toolCall", name?: string): EventBody => ({
  type: "partStarted",
  message: "m1",
  part,
  kind,
  ...(name === undefined ? {} : { name }),
});
const delta = (part: number, text: string): EventBody => ({ type: "delta", message: "m1", part, text });
const say = (text: string): Delta => ({ type: "text", text });
const think = (text: string): Delta => ({ type: "thinking", text });
const callOf = (index: number, name: string): Delta => ({ type: "toolCall", index, name });
const args = (index: number, text: string): Delta => ({ type: "toolArgs", index, text });

test("a part begins before its first words, and a change of kind begins another", () => {
  const { parts, events } = rig();
  for (const each of [think("a"), think("b"), say(""), say("c"), callOf(0, "Read"), say("d")]) parts.show(each);
  expect(events).toEqual([
    started(0, "thinking"),
    delta(0, "a"),
    delta(0, "b"),
    started(1, "text"),
    delta(1, "c"),
    started(2, "toolCall", "Read"),
    started(3, "text"),
    delta(3, "d"),
  ]);
  expect(parts.said()).toEqual([
    { type: "thinking", text: "ab" },
    { type: "text", text: "c" },
    { type: "text", text: "d" },
  ]);
});

test("arguments go to the call with their index, however calls interleave", () => {
  const { parts, events } = rig();
  for (const each of [callOf(5, "A"), callOf(7, "B"), args(5, "1"), args(7, "2"), args(5, "3"), args(9, "?")]) {
    parts.show(each);
  }
  expect(events.slice(2)).toEqual([delta(0, "1"), delta(1, "2"), delta(0, "3")]);
  expect(parts.shown()).toEqual([
    { kind: "toolCall", name: "A", index: 5, text: "13" },
    { kind: "toolCall", name: "B", index: 7, text: "2" },
  ]);
});

test("a reset voids what was shown, once, and only where something was", () => {
  const { parts, events } = rig();
  parts.reset();
  parts.show(say("a"));
  parts.reset();
  parts.reset();
  parts.show(say("b"));
  const reset: EventBody = { type: "partsReset", message: "m1" };
  expect(events).toEqual([started(0, "text"), delta(0, "a"), reset, started(0, "text"), delta(0, "b")]);
});

/** Shows what a first send said and then a second, as a retry does. */
function resend(first: readonly Delta[], second: readonly Delta[]) {
  const { parts, events } = rig();
  for (const each of first) parts.show(each);
  const before = events.length;
  const filter = replayFilter(structuredClone(parts.shown()));
  for (const chunk of second) {
    const { diverged, chunks } = filter(chunk);
    if (diverged) parts.reset();
    for (const each of chunks) if (isDelta(each)) parts.show(each);
  }
  return { later: events.slice(before), shown: parts.shown() };
}

test("a resend that numbers its calls otherwise is shown whole", () => {
  const first = [callOf(0, "Read"), args(0, '{"pa')];
  expect(resend(first, [callOf(1, "Read"), args(1, '{"path":'), args(1, '"a"}')])).toEqual({
    later: [
      { type: "partsReset", message: "m1" },
      started(0, "toolCall", "Read"),
      delta(0, '{"path":'),
      delta(0, '"a"}'),
    ],
    shown: [{ kind: "toolCall", name: "Read", index: 1, text: '{"path":"a"}' }],
  });
});

test("a resend that numbers them the same shows only what is new", () => {
  const first = [callOf(3, "Read"), args(3, '{"pa')];
  const { later, shown } = resend(first, [callOf(3, "Read"), args(3, '{"path":'), args(3, '"a"}')]);
  expect(later).toEqual([delta(0, 'th":'), delta(0, '"a"}')]);
  expect(shown).toEqual([{ kind: "toolCall", name: "Read", index: 3, text: '{"path":"a"}' }]);
});
