import { expect, test } from "bun:test";
import { Outbox, type Outgoing } from "../../agent/outbox.ts";
import { virtualClock } from "../support/index.ts";

function rig() {
  const clock = virtualClock(1_000);
  const sent: string[] = [];
  const outbox = new Outbox(clock, ({ id }) => sent.push(`${id}@${clock.now()}`));
  return { clock, sent, outbox };
}

const message = (id: string, dueAt: number, from = "a"): Outgoing => ({
  id,
  from,
  to: "b",
  text: id,
  urgent: false,
  dueAt,
});

test("messages go out in the order in which they are due, those due together in the order in which they came", async () => {
  const { clock, sent, outbox } = rig();
  for (const each of [message("s1", 3_000), message("s2", 2_000), message("s3", 3_000), message("s4", 1_500)]) {
    outbox.schedule(each);
  }
  expect([outbox.size, clock.pending]).toEqual([4, 4]);
  await clock.advance(1_999);
  expect([sent, outbox.size]).toEqual([["s4@1500", "s2@2000"], 2]);
  await clock.advance(1);
  expect([sent, outbox.size, clock.pending]).toEqual([["s4@1500", "s2@2000", "s1@3000", "s3@3000"], 0, 0]);
});

test("what was due before goes out in a later task", async () => {
  const { clock, sent, outbox } = rig();
  outbox.schedule(message("s1", 10));
  expect(sent).toEqual([]);
  await clock.advance(0);
  expect(sent).toEqual(["s1@1000"]);
});

test("two senders may use one id", async () => {
  const { clock, sent, outbox } = rig();
  outbox.schedule(message("s1", 2_000, "a"));
  outbox.schedule(message("s1", 2_000, "b"));
  expect(outbox.size).toBe(2);
  await clock.advance(1_000);
  expect(sent).toEqual(["s1@2000", "s1@2000"]);
});

test("a delay longer than a timer can be set for is kept", async () => {
  const { clock, sent, outbox } = rig();
  const days = 60 * 24 * 3_600_000;
  outbox.schedule(message("s1", 1_000 + days));
  await clock.advance(days - 1);
  expect([sent, clock.pending]).toEqual([[], 1]);
  await clock.advance(1);
  expect(sent).toEqual([`s1@${1_000 + days}`]);
});

test("a hold keeps what falls due, in order, until it is let go", async () => {
  const { clock, sent, outbox } = rig();
  outbox.schedule(message("s1", 500));
  outbox.schedule(message("s2", 2_000));
  {
    using _ = outbox.hold();
    await clock.advance(5_000);
    expect([sent, outbox.size]).toEqual([[], 2]);
  }
  await clock.advance(0);
  expect([sent, outbox.size]).toEqual([["s1@6000", "s2@6000"], 0]);
});

test("once disposed of, nothing goes out and nothing is left of the timers", async () => {
  const { clock, sent, outbox } = rig();
  outbox.schedule(message("s1", 2_000));
  {
    using _ = outbox.hold();
    outbox.schedule(message("s2", 0));
    await clock.advance(0);
    outbox[Symbol.dispose]();
  }
  expect([outbox.size, clock.pending]).toEqual([0, 0]);
  await clock.advance(5_000);
  expect(sent).toEqual([]);
});
