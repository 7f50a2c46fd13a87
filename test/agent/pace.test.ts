import { expect, test } from "bun:test";
import { Fleet } from "../../agent/fleet.ts";
import { pace } from "../../agent/pace.ts";
import { scriptedModel } from "../support/index.ts";
import { link } from "./fleet-rig.ts";

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("so many steps are made in a turn of the event loop, the rest in the next ones, in the order in which they came", async () => {
  await nextTurn();
  const made: number[] = [];
  const atOnce: number[] = [];
  for (let index = 0; index < 80; index += 1) {
    const turn = pace();
    if (turn) turn.then(() => made.push(index));
    else atOnce.push(index);
  }
  const counts = [atOnce.length];
  for (let turn = 0; turn < 3; turn += 1) {
    await nextTurn();
    await nextTurn();
    counts.push(made.length);
  }
  expect(counts).toEqual([32, 48, 48, 48]);
  expect(made).toEqual(Array.from({ length: 48 }, (_, index) => 32 + index));
});

test("a timer fires while a crowd of agents is at work", async () => {
  await using fleet = new Fleet();
  fleet.root({ model: scriptedModel(() => ({ parts: [{ text: "ok" }] })), cwd: "/w" });
  let turns = 0;
  const ended = Promise.all(Array.from({ length: 200 }, () => fleet.spawn("main", { prompt: "go" }, link()))).then(
    () => true,
  );
  while (!(await Promise.race([ended, nextTurn()]))) turns += 1;
  expect(turns).toBeGreaterThan(200 / 32);
});
