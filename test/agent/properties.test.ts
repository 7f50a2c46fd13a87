/** What must hold of the machine for any sequence of inputs, ill-timed ones included (DESIGN.md §3). */
import { test } from "bun:test";
import fc from "fast-check";
import type { Command, QueueId } from "../../agent/command.ts";
import type { Answer, CallOutcome, Input } from "../../agent/machine-state.ts";
import type { CallId, StopReason } from "../../agent/message.ts";
import { World } from "./properties-world.ts";

const policy = fc.constantFrom("now", "after-turn", "when-idle", undefined);
/** Which of the things ever started is meant; small numbers mean the latest. */
const pick = fc.nat({ max: 4 });

type Bare = Exclude<
  Command["type"],
  "prompt" | "peer" | "kill" | "detach" | "undetach" | "answer" | "unqueue" | "requeue"
>;

const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("say"), policy, peer: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("answer"),
      pick,
      calls: fc.nat({ max: 3 }),
      name: fc.constantFrom("T", "T", "U", "AgentSend"),
      stop: fc.constantFrom<StopReason>("endTurn", "endTurn", "maxTokens", "refusal", "pause"),
      verdict: fc.constantFrom({}, {}, { correction: "Again." }, { failure: { code: "output", message: "Not so." } }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("fail"),
      pick,
      cause: fc.constantFrom("aborted", "aborted", "overflow", "refused", "budget", "other"),
      said: fc.boolean(),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("tool"), pick, kind: fc.constantFrom("final", "pending") }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("compaction"), pick, succeeds: fc.boolean(), keep: fc.nat(40) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("ask"), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("reply"), pick, fits: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("switched") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("unqueue"), pick }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("requeue"), pick, policy, edited: fc.boolean(), before: fc.option(pick) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("kill", "detach", "undetach"),
      target: fc.option(pick),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom<Bare>("halt", "halt", "clear", "compact", "switch") }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Inputs in one batch are handled together. */
const batches = fc.array(fc.array(action, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 25 });

const latest = <Id>(ids: Iterable<Id>, back: number): Id | undefined => [...ids].at(-1 - back);
const origin = { provider: "p", model: "m" };
const error = { code: "e", message: "It failed." };

/** The input an action stands for in this world; undefined where there is nothing it could be about. */
function inputOf(world: World, doing: Action, texts: number): Input | undefined {
  switch (doing.do) {
    case "say": {
      const content = { text: `t${texts}`, ...(doing.policy ? { policy: doing.policy } : {}) };
      const command = doing.peer
        ? ({ type: "peer", from: "b", ...content } as const)
        : ({ type: "prompt", ...content } as const);
      return { type: "command", command };
    }
    case "answer":
    case "fail":
      return modelInput(world, doing);
    case "tool": {
      const callId = latest(world.tools.keys(), doing.pick);
      if (callId === undefined) return undefined;
      if (doing.kind === "final") return world.toolEnds(callId);
      const outcome: CallOutcome = { kind: "pending", isError: false, text: "on it" };
      return { type: "toolDone", callId, outcome };
    }
    case "ask": {
      const callId = latest(world.tools.keys(), doing.pick);
      return callId === undefined ? undefined : world.toolAsks(callId);
    }
    case "reply": {
      const askId = latest(world.asks.keys(), doing.pick) ?? "a999";
      const labels = doing.fits ? ["yes"] : ["never offered"];
      return { type: "command", command: { type: "answer", askId, answer: { type: "choice", labels } } };
    }
    case "unqueue":
      return { type: "command", command: { type: "unqueue", queueId: latestWaiting(world, doing.pick) } };
    case "requeue":
      return requeueInput(world, doing);
    case "compaction": {
      const generation = latest(world.compactions.keys(), doing.pick);
      return generation === undefined ? undefined : world.compactionEnds(generation, doing.succeeds, doing.keep);
    }
    case "switched":
      return world.switching ? world.switchEnds() : undefined;
    case "kill":
    case "detach":
    case "undetach": {
      const call: CallId | "all" = doing.target === null ? "all" : (latest(world.tools.keys(), doing.target) ?? "c999");
      return { type: "command", command: { type: doing.do, call } };
    }
    default:
      return { type: "command", command: { type: doing.do } };
  }
}

const latestWaiting = ({ state }: World, back: number): QueueId =>
  latest(
    state.inbox.waiting.map(({ id }) => id),
    back,
  ) ?? "q999";

function requeueInput(world: World, doing: Extract<Action, { do: "requeue" }>): Input {
  const queueId = latestWaiting(world, doing.pick);
  const text = world.state.inbox.waiting.find(({ id }) => id === queueId)?.text;
  const command = {
    type: "requeue",
    queueId,
    before: doing.before === null ? null : latestWaiting(world, doing.before),
    ...(doing.policy ? { policy: doing.policy } : {}),
    ...(doing.edited && text !== undefined ? { text: `${text}'` } : {}),
  } as const;
  return { type: "command", command };
}

function modelInput(world: World, doing: Extract<Action, { do: "answer" | "fail" }>): Input | undefined {
  const generation = latest(world.calls.keys(), doing.pick);
  if (generation === undefined) return undefined;
  world.calls.set(generation, "ended");
  if (doing.do === "answer") {
    const calls = Array.from({ length: doing.calls }, () => world.log.nextCallId());
    const done = world.modelSays(generation, calls, "endTurn", doing.name);
    const stopReason = doing.stop === "endTurn" && calls.length > 0 ? "toolUse" : doing.stop;
    return done.type === "modelDone" ? { ...done, ...doing.verdict, answer: { ...done.answer, stopReason } } : done;
  }
  const { cause, said } = doing;
  const parts: Answer["parts"] = said ? [{ type: "text", text: "half" }] : [];
  const partial: Answer = { origin, parts, stopReason: cause === "refused" ? "refusal" : "interrupted" };
  return { type: "modelFailed", generation, error, partial: said || cause === "refused" ? partial : null, cause };
}

function play(maxRounds: number | null, steps: readonly (readonly Action[])[]): World {
  const world = new World(maxRounds);
  let texts = 0;
  for (const batch of steps) world.feed(batch.flatMap((doing) => inputOf(world, doing, texts++) ?? []));
  return world;
}

test("any sequence of inputs keeps the log whole and comes to rest", () => {
  fc.assert(
    fc.property(fc.constantFrom(null, 1, 2), batches, (maxRounds, steps) => {
      const world = play(maxRounds, steps);
      world.drain();
      world.feed([{ type: "command", command: { type: "prompt", text: "last" } }]);
      world.drain();
      world.checkEnd();
    }),
    { numRuns: 3_000, includeErrorInReport: true },
  );
});
