/** What must hold of any fleet: messages arrive once and in order, money adds up, and nothing is left when it is over. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { type Act, type Deed, FleetWorld } from "./fleet-world.ts";

const who = fc.nat(7);
const sending = { to: who, delay: fc.constantFrom(0, 0, 0.5, 3), urgent: fc.boolean() };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("answer" as const), wait: fc.constantFrom(0, 5, 700) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("send" as const), ...sending }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("spawn" as const), persistent: fc.boolean() }) },
);
const when = { wait: fc.constantFrom(0, 0, 1, 100, 1_000), who };
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("send" as const), ...when, ...sending }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("prompt", "prompt", "halt", "kill", "detach", "close"), ...when }),
  },
);

test("in any fleet each message arrives once, in order, the money adds up, and nothing is left", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(who, { maxLength: 6 }),
      fc.array(act, { maxLength: 25 }),
      fc.array(deed, { maxLength: 20 }),
      async (parents, acts, deeds) => {
        const world = new FleetWorld(acts);
        const { rig } = world;
        await world.grow(parents);
        for (const each of deeds) await world.act(each);
        await world.rest();
        world.check();
        if (rig.clock.pending > 0) throw new Error(`${rig.clock.pending} timers are set at rest`);
        await world[Symbol.asyncDispose]();
        const told = rig.events.length;
        await rig.clock.advance(1_000_000);
        if (rig.clock.pending > 0) throw new Error(`${rig.clock.pending} timers are left`);
        if (rig.labels().length > 0) throw new Error(`${rig.labels()} still live`);
        if (rig.events.length > told) throw new Error("something happened after the end");
      },
    ),
    { numRuns: 200 },
  );
});

test("a process whose fleet has come to rest and was closed ends by itself", async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "fleet-exit.ts")], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  expect({ stdout, stderr, code }).toEqual({ stdout: "main w-1 w-2 w-3\n\n", stderr: "", code: 0 });
});
