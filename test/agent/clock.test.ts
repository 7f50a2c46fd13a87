import { expect, test } from "bun:test";
import { systemClock } from "../../agent/clock.ts";

test("the system's clock tells Unix time and sleeps at least as long as asked", async () => {
  const before = Date.now();
  await systemClock.sleep(5);
  const after = systemClock.now();
  expect(after - before).toBeGreaterThanOrEqual(4);
  expect(after).toBeLessThanOrEqual(Date.now());
});

test("an abort wakes a sleeper at once, and one that came before lets nobody sleep", async () => {
  const stop = new AbortController();
  const asleep = systemClock.sleep(3_600_000, stop.signal);
  stop.abort();
  await asleep;
  await systemClock.sleep(3_600_000, stop.signal);
  expect(stop.signal.aborted).toBe(true);
});
