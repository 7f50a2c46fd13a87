/** What must hold of an agent that goes in circles, with calls in the background and people, peers and halts in between. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { agentState, type Input } from "../../agent/machine-state.ts";
import type { CallId } from "../../agent/message.ts";
import { eventsOf } from "../support/index.ts";
import { World } from "./properties-world.ts";

type Said = "peer" | "prompt" | "halt" | "clear" | "kill" | "detach" | "undetach" | "compact";

const said: readonly Said[] = [
  "peer",
  "peer",
  "peer",
  "prompt",
  "halt",
  "clear",
  "kill",
  "detach",
  "undetach",
  "compact",
];
const between = fc.option(fc.constantFrom(...said), { freq: 2 });

/** Rounds that are all alike, and what happens while their calls run. Few names and results, so that they repeat. */
const turn = fc.record({
  times: fc.integer({ min: 1, max: 9 }),
  name: fc.constantFrom("A", "A", "A", "B", "AgentSend", null),
  /** Which of its calls are sent to the background, and which are late. */
  background: fc.array(fc.boolean(), { minLength: 1, maxLength: 2 }),
  late: fc.constantFrom(0, 0, 0, 1),
  isNew: fc.boolean(),
  between,
});
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

/** The model makes its round, the calls in the background are answered at once, and those that end do. */
function playTurn(world: World, doing: Turn, index: number): void {
  const generation = [...world.calls].find(([, is]) => is === "live")?.[0];
  if (generation !== undefined) {
    const calls = doing.name === null ? [] : doing.background.map(() => world.log.nextCallId());
    const stop = calls.length > 0 ? "toolUse" : "endTurn";
    world.feed([world.modelSays(generation, calls, stop, doing.name ?? "")]);
    const pending = calls.filter((_, at) => doing.background[at]);
    world.feed(pending.map((callId) => ({ type: "toolDone", callId, outcome: stub })));
  }
  if (doing.between !== null) world.feed([command(doing.between, index)]);
  const live = [...world.tools].filter(([, is]) => is !== "ended").map(([id]) => id);
  world.feed(
    live.slice(doing.late).map((callId) => world.toolEnds(callId, doing.isNew ? `result ${index}` : "result")),
  );
  const compaction = [...world.compactions].find(([, is]) => is === "live")?.[0];
  if (compaction !== undefined) world.feed([world.compactionEnds(compaction, true, 20)]);
}

const stub = { kind: "pending", isError: false, text: "Running in the background." } as const;

function command(type: Said, index: number): Input {
  switch (type) {
    case "peer":
      return { type: "command", command: { type, from: "b", text: `p${index}` } };
    case "kill":
    case "detach":
    case "undetach":
      return { type: "command", command: { type, call: "all" } };
    case "prompt":
      return { type: "command", command: { type, text: `t${index}` } };
    default:
      return { type: "command", command: { type } };
  }
}

test("whatever repeats and whoever speaks, the log stays whole, comes to rest and goes on with the next message", () => {
  const seen = { noticed: 0, stopped: 0 };
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 8 }), (turns) => {
      const world = new World(null);
      world.feed([{ type: "command", command: { type: "prompt", text: "go" } }]);
      const all = turns.flatMap((doing) => Array.from({ length: doing.times }, () => doing));
      for (const [index, doing] of all.entries()) playTurn(world, doing, index);
      world.drain();
      world.feed([{ type: "command", command: { type: "prompt", text: "last" } }]);
      world.drain();
      world.checkEnd();
      seen.noticed += eventsOf(world.events, "loopNoticed").length;
      seen.stopped += eventsOf(world.events, "idle").filter((event) => event.reason === "loop").length;
    }),
    { numRuns: 400, includeErrorInReport: true },
  );
  expect([seen.noticed > 20, seen.stopped > 20]).toEqual([true, true]);
});

test("a model that goes on making the same rounds is stopped, however long they are and whatever they bring", () => {
  const words = fc.array(fc.constantFrom("A", "B", "C"), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(words, fc.array(fc.string(), { minLength: 1, maxLength: 9 }), fc.nat(9), (names, news, head) => {
      const world = new World(null);
      world.feed([{ type: "command", command: { type: "prompt", text: "go" } }]);
      let rounds = 0;
      for (; agentState(world.state) === "streaming"; rounds += 1) {
        const name = rounds < head ? `own ${rounds}` : (names[rounds % names.length] ?? "");
        const callId: CallId = world.log.nextCallId();
        world.feed([world.modelSays(world.state.generation, [callId], "toolUse", name)]);
        if (agentState(world.state) === "tools") world.feed([world.toolEnds(callId, news[rounds % news.length])]);
        if (rounds > head + 30) throw new Error("it is not stopped");
      }
      expect([world.state.reason, rounds > head + 4]).toEqual(["loop", true]);
    }),
    { numRuns: 300 },
  );
});

test("a model whose rounds never come back is never told anything", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 60 }), (numbers) => {
      const world = new World(null);
      world.feed([{ type: "command", command: { type: "prompt", text: "go" } }]);
      for (const number of numbers) {
        const callId = world.log.nextCallId();
        world.feed([world.modelSays(world.state.generation, [callId], "toolUse", `T${number}`)]);
        world.feed([world.toolEnds(callId)]);
      }
      expect([eventsOf(world.events, "loopNoticed"), world.state.guard.since]).toEqual([[], null]);
    }),
    { numRuns: 50 },
  );
});
