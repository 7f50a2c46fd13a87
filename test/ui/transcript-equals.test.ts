/**
 * Whatever way events reach the page, in batches, by a snapshot in the middle, or page by page from the newest back, the
 * transcript is the same. A real agent on a scripted model makes the events.
 */
import { expect, test } from "bun:test";
import { z } from "zod";
import { Agent } from "../../agent/agent.ts";
import type { AgentEvent } from "../../agent/event.ts";
import { EntitlementError } from "../../agent/provider-error.ts";
import { defineTool } from "../../agent/tool.ts";
import { type Cursor, cursorAfter, encodeFrame, encodeShort, FrameReader } from "../../server/codec.ts";
import { Feed } from "../../server/feed.ts";
import type { ServerFrame, SnapshotFrame, WireEvent } from "../../server/protocol.ts";
import { apply, fromSnapshot, prepend } from "../../ui/state/apply.ts";
import type { AgentView } from "../../ui/state/view.ts";
import { scriptedModel } from "../support/scripted-model.ts";

const echo = defineTool({
  name: "Echo",
  description: "Says it again.",
  schema: z.object({ text: z.string() }),
  run: ({ text }, { progress }) => {
    progress({ type: "output", stream: "stdout", text: `out: ${text}\n` });
    return text;
  },
});

async function record(): Promise<AgentEvent[]> {
  const call = (text: string) => ({ call: "Echo", args: { text } });
  const model = scriptedModel([
    {
      parts: [{ thinking: "hm, let me see" }, { text: "First I look." }, call("a"), call("b")],
      chunkChars: 3,
    },
    { parts: [{ text: "Then I look again." }, call("c")], chunkChars: 2 },
    { parts: [{ text: "That is all there is to say." }], chunkChars: 1 },
    { parts: [{ text: "You are welcome." }], chunkChars: 4 },
    { parts: [{ text: "I begin with" }], chunkChars: 4, error: new EntitlementError({ provider: "P" }) },
  ]);
  const other = scriptedModel([{ parts: [{ text: "I go on in its place." }], chunkChars: 3 }]);
  const events: AgentEvent[] = [];
  const chain = { fallback: [{ model: "other" }], resolveModel: async () => other };
  await using agent = new Agent({ model, tools: [echo], ...chain });
  agent.subscribe((event) => events.push(event));
  await agent.run("look");
  await agent.run("thanks");
  await agent.run("and more");
  return events;
}

function snapshotOf(feed: Feed): SnapshotFrame {
  const { card, epoch, seq, timeline, live } = feed;
  const page = feed.page();
  return {
    type: "snapshot",
    session: "s",
    agent: "main",
    epoch,
    seq,
    total: timeline.length,
    ...page,
    live: live.events(),
    card,
    cwd: "",
  };
}

/** What of a view a person sees. */
function seen({ items, queue, orphans, seq }: AgentView) {
  return { items: items.map((item) => (item.type === "marker" ? item : { ...item })), queue, orphans, seq };
}

/** The frames of one connection, as text: what a client would read. */
function overTheWire(batches: readonly (readonly WireEvent[])[]): WireEvent[] {
  const reader = new FrameReader();
  let cursor: Cursor | undefined;
  return batches.flatMap((events) => {
    const frame = { type: "events", session: "s", agent: "main", events } as const;
    const text = encodeShort(frame, cursor) ?? encodeFrame(frame);
    cursor = cursorAfter(frame);
    const read: ServerFrame = reader.read(text);
    return read.type === "events" ? [...read.events] : [];
  });
}

/** Ends of timings, which a snapshot cannot know of finished calls. */
const timeless = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, each) =>
      key === "durationMs" || key === "startedAt" || key === "label" ? undefined : each,
    ),
  );

test("a client that joins at any moment and hears the rest sees what one sees that heard it all", async () => {
  const events = await record();
  const whole = new Feed("main", "main", 0);
  const start = fromSnapshot(snapshotOf(whole));
  for (const event of events) whole.take(event);
  const all = apply(start, overTheWire([whole.drain()]));
  const shown = JSON.stringify(all.items);
  for (const words of ["hm, let me see", "Then I look again.", "You are welcome."]) expect(shown).toContain(words);
  expect(shown.match(/"status":"done"/g)).toHaveLength(3);
  for (let moment = 0; moment <= events.length; moment += 1) {
    const feed = new Feed("main", "main", 0);
    for (const event of events.slice(0, moment)) feed.take(event);
    feed.drain();
    const joined = fromSnapshot(snapshotOf(feed));
    const batches: (readonly WireEvent[])[] = [];
    for (const event of events.slice(moment)) {
      feed.take(event);
      if (event.seq % 3 === 0) batches.push(feed.drain());
    }
    batches.push(feed.drain());
    const view = apply(joined, overTheWire(batches.filter((batch) => batch.length > 0)));
    expect(timeless(seen(view))).toEqual(timeless(seen(all)));
  }
});

test("pages from the newest back make the same transcript as the whole", async () => {
  const events = await record();
  const feed = new Feed("main", "main", 0);
  for (const event of events) feed.take(event);
  const whole = fromSnapshot(snapshotOf(feed));
  const { timeline } = feed;
  for (let cut = 1; cut < timeline.length; cut += 1) {
    const newest = fromSnapshot({ ...snapshotOf(feed), first: cut, timeline: timeline.slice(cut) });
    const middle = Math.floor(cut / 2);
    const view = prepend(prepend(newest, middle, timeline.slice(middle, cut)), 0, timeline.slice(0, middle));
    expect(seen(view)).toEqual(seen(whole));
    expect(view.first).toBe(0);
  }
});

test("a client that was away gets just what it missed, and one away too long is told so", async () => {
  const events = await record();
  const feed = new Feed("main", "main", 0);
  const heard: WireEvent[] = [];
  for (const event of events) {
    feed.take(event);
    if (event.seq % 2 === 0) heard.push(...feed.drain());
  }
  heard.push(...feed.drain());
  const start = fromSnapshot(snapshotOf(new Feed("main", "main", 0)));
  const all = apply(start, heard);
  for (const [index, { seq }] of heard.entries()) {
    const missed = feed.since(feed.epoch, seq);
    expect(missed).toEqual(heard.slice(index + 1));
    const before = apply(start, heard.slice(0, index + 1));
    expect(apply(before, missed ?? [])).toEqual(all);
  }
  expect(feed.since("another", 3)).toBeUndefined();
  expect(feed.since(feed.epoch, feed.seq + 1)).toBeUndefined();
  for (let seq = feed.seq + 1; seq < 4_000; seq += 1) {
    feed.take({ type: "tuned", status: `${seq}`, seq, agent: "main", at: 0 });
    feed.drain();
  }
  expect(feed.since(feed.epoch, 5)).toBeUndefined();
});
