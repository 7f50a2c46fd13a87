import { expect, test } from "bun:test";
import { must } from "./must.ts";
import { tempDir } from "./temp-dir.ts";
import { virtualClock } from "./virtual-clock.ts";

test("sleepers wake in order, each at its time, and new ones are in time too", async () => {
  const clock = virtualClock(1000);
  const woken: [string, number][] = [];
  const sleep = async (name: string, ...waits: number[]) => {
    for (const ms of waits) {
      await clock.sleep(ms);
      woken.push([name, clock.now()]);
    }
  };
  const all = [sleep("late", 50), sleep("twice", 10, 20), sleep("same", 10), sleep("after", 51)];
  expect(clock.pending).toBe(4);
  await clock.advance(50);
  expect(woken).toEqual([
    ["twice", 1010],
    ["same", 1010],
    ["twice", 1030],
    ["late", 1050],
  ]);
  expect([clock.now(), clock.pending]).toEqual([1050, 1]);
  await clock.advance(1);
  await Promise.all(all);
  expect(clock.pending).toBe(0);
});

test("what a sleeper sets off runs before the next wakes", async () => {
  const clock = virtualClock();
  const seen: string[] = [];
  const first = clock.sleep(1).then(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push("set off by the first");
  });
  const second = clock.sleep(2).then(() => seen.push("second"));
  await clock.advance(2);
  await Promise.all([first, second]);
  expect(seen).toEqual(["set off by the first", "second"]);
});

test("a signal wakes a sleeper and leaves nothing behind", async () => {
  const clock = virtualClock();
  const stop = new AbortController();
  const sleeping = clock.sleep(1000, stop.signal);
  stop.abort();
  await sleeping;
  await clock.sleep(1000, stop.signal);
  expect([clock.now(), clock.pending]).toEqual([0, 0]);
});

test("must gives what is there and names what is not", () => {
  expect(must(0)).toBe(0);
  expect(() => must(undefined, "a file")).toThrow("Expected a file, got undefined.");
});

test("a temporary directory is gone afterwards", async () => {
  let path = "";
  {
    await using dir = tempDir();
    path = dir.path;
    await Bun.write(`${path}/a/b.txt`, "x");
    expect(await Bun.file(`${path}/a/b.txt`).exists()).toBe(true);
  }
  expect(await Bun.file(`${path}/a/b.txt`).exists()).toBe(false);
});
