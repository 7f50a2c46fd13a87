/** An agent that goes on where another process ended, from what the session file holds. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AgentEvent, EventBody } from "../../agent/event.ts";
import { Log } from "../../agent/log.ts";
import { replay } from "../../agent/log-state.ts";
import { type Message, noUsage } from "../../agent/message.ts";
import type { PriceRow } from "../../agent/model.ts";
import { resumedState } from "../../agent/resume.ts";
import { Session } from "../../agent/session.ts";
import {
  eventsOf,
  historyProblem,
  must,
  scriptedModel,
  type TempDir,
  tempDir,
  virtualClock,
} from "../support/index.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";
import { heldTool } from "./dispatch-rig.ts";
import { assistant, result, user } from "./entries.ts";

const cut = "Interrupted: sagent ended before this call did. It may have done part of its work.";

function logOf(...bodies: (EventBody | Message)[]): Log {
  const events = bodies.map((body, index): AgentEvent => {
    const event = "id" in body ? ({ type: "message", message: body } as const) : body;
    return { seq: index + 1, agent: "a", at: 0, ...event };
  });
  return new Log({ agent: "a", clock: virtualClock(), state: replay(events) });
}

/** State after a resume, and the lines that it added. */
function resumed(...bodies: (EventBody | Message)[]) {
  const log = logOf(...bodies);
  const before = log.state.entries.length;
  const { held, owed, told, inbox, calling } = resumedState(log, null);
  return { held, owed, state: told.state, inbox, calling, added: lines(log.state.entries.slice(before)), log };
}

test("a call that was cut off is answered, one that went on in the background is told of", () => {
  const { added, owed, state, log } = resumed(
    user(1, "go"),
    assistant(2, "", ["c1"]),
    result(3, "c1", "on it", "pending"),
    assistant(4, "", ["c2", "c3"]),
    result(5, "c3"),
  );
  expect([added, owed, state]).toEqual([[`result c2 cancelled ${cut}`, `notice c1 cancelled ${cut}`], true, "waiting"]);
  expect([historyProblem(log.state.entries), log.state.detached.size]).toEqual([undefined, 0]);
});

test("a whole conversation is left as it is: nothing waits", () => {
  expect(resumed(user(1, "go"), assistant(2, "done"))).toMatchObject({ added: [], owed: false, state: "idle" });
  expect(resumed()).toMatchObject({ added: [], owed: false, state: "idle" });
});

test("a prompt without its answer waits for a person", () => {
  expect(resumed(user(1, "go"))).toMatchObject({ added: [], owed: true, held: true, state: "waiting", calling: null });
});

test("what a clear forgot stays forgotten, a round in its middle too", () => {
  const clear: EventBody = { type: "cleared", upTo: "m2" };
  expect(resumed(user(1, "go"), assistant(2, "", ["c1"]), clear)).toMatchObject({
    added: [],
    owed: false,
    state: "idle",
  });
});

test("messages that waited wait again, and new ones get other names", () => {
  const queued = (queueId: `q${number}`, text: string): EventBody => ({
    type: "queued",
    queueId,
    policy: "when-idle",
    text,
  });
  const { inbox, state } = resumed(queued("q3", "x"), queued("q5", "y"), {
    type: "dequeued",
    queueId: "q3",
    dropped: false,
  });
  expect(inbox).toEqual({ waiting: [{ id: "q5", policy: "when-idle", text: "y", announced: true }], next: 6 });
  expect(state).toBe("waiting");
});

test("messages that were changed and moved wait as they were left", () => {
  const queued = (queueId: `q${number}`): EventBody => ({
    type: "queued",
    queueId,
    policy: "when-idle",
    text: queueId,
  });
  const moved = { type: "requeued", queueId: "q3", policy: "after-turn", text: "first", before: "q1" } as const;
  const { inbox } = resumed(queued("q1"), queued("q2"), queued("q3"), moved, { ...moved, queueId: "q1", before: null });
  expect(inbox.waiting.map(({ id, policy, text }) => `${id} ${policy} ${text}`)).toEqual([
    "q3 after-turn first",
    "q2 when-idle q2",
    "q1 after-turn first",
  ]);
});

// --- With a session on the disk ----------------------------------------------------------------------------------------

/** An agent on the session in `dir`, new or not, as one process has it. */
async function processOn(dir: TempDir, ...[steps, options]: Parameters<typeof agentRig>) {
  const path = join(dir.path, "s");
  const session = await (existsSync(path) ? Session.open(path) : Session.create(path));
  const rig = agentRig(steps, { ...options, session });
  const end = async () => {
    await rig.agent.close();
    await session.close();
  };
  return { ...rig, session, end };
}

const price: PriceRow = { tier: "auto", above: 0, input: 0, output: 1e4, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 };

test("the conversation, its costs, its place and its knobs come back; the model is asked with all of it", async () => {
  using dir = tempDir();
  const go = heldTool("Held");
  const usage = { ...noUsage, output: 3 };
  const script = [
    { parts: [{ call: "Held", args: {} }], usage },
    { parts: [{ text: "one" }], usage },
  ];
  const model = scriptedModel(script, { info: { prices: [price] } });
  const options = { model, tools: [go.tool], cwd: "/w", settings: { effort: "high" } } as const;
  const first = await processOn(dir, [], options);
  const run = first.agent.run("a");
  await first.settle();
  go.of("c1").context.workspace.cwd = "/w/deep";
  go.end("c1");
  await run;
  const before = first.agent.snapshot();
  await first.end();

  const second = await processOn(dir, [answered("two")]);
  expect(second.agent.snapshot()).toEqual({ ...before, rounds: 0, seq: replay(second.session.events).lastSeq });
  expect([before.cwd, before.costUsd, before.settings.effort]).toEqual(["/w/deep", 0.06, "high"]);
  expect((await second.agent.run("b")).content).toBe("two");
  expect(lines(must(second.model.requests[0]).messages)).toEqual([
    "user a",
    "assistant  c1",
    "result c1 final ok",
    "assistant one",
    "user b",
  ]);
  expect(second.events.at(0)).toMatchObject({ type: "started", resumed: true, cwd: "/w/deep" });
  await second.end();
});

test("killed in the middle of a round: the calls are closed, the queue is kept, and a new message goes on with all", async () => {
  using dir = tempDir();
  const held = heldTool("Held");
  const two = {
    parts: [
      { call: "Held", args: {} },
      { call: "Held", args: { deaf: true } },
    ],
  };
  const first = await processOn(dir, [two], { tools: [held.tool] });
  first.agent.run("a");
  await first.settle();
  held.end("c1", "first");
  first.agent.send({ type: "prompt", text: "later", policy: "when-idle" });
  await first.settle();
  await first.session.flush();
  const file = await Bun.file(first.session.path).text();
  held.end("c2");
  await first.end();

  await Bun.write(first.session.path, file);
  const second = await processOn(dir, [answered("I go on"), answered("and later")], { tools: [held.tool] });
  expect(second.agent.snapshot().state).toBe("waiting");
  expect((await second.agent.run("b")).content).toBe("and later");
  expect(lines(second.agent.snapshot().messages)).toEqual([
    "user a",
    "assistant  c1 c2",
    "result c1 final first",
    `result c2 cancelled ${cut}`,
    "user b",
    "assistant I go on",
    "user later",
    "assistant and later",
  ]);
  expect(eventsOf(second.events, "dequeued")).toMatchObject([{ queueId: "q2", dropped: false }]);
  const { messages } = second.agent.snapshot();
  await second.end();
  await using session = await Session.open(second.session.dir);
  expect(replay(session.events).entries).toEqual([...messages]);
});

test("what a record's loss left unpaired is repaired in what the model sees, a call at the end too", async () => {
  using dir = tempDir();
  const held = heldTool("Held");
  const call = { parts: [{ call: "Held", args: {} }] };
  const first = await processOn(dir, [call, call, answered("done")], { tools: [held.tool] });
  const run = first.agent.run("a");
  await first.settle();
  held.end("c1");
  await first.settle();
  held.end("c2");
  await run;
  await first.end();
  const records = (await Bun.file(first.session.path).text()).trimEnd().split("\n");
  const isResult = (line: string, id: string) => line.includes('"toolResult"') && line.includes(`"callId":"${id}"`);
  await Bun.write(first.session.path, `${records.filter((line) => !isResult(line, "c1")).join("\n")}\n`);

  const second = await processOn(dir, [answered("fine")]);
  expect((await second.agent.run("b")).content).toBe("fine");
  expect(lines(must(second.model.requests[0]).messages).slice(1, 3)).toEqual([
    "assistant  c1",
    "result c1 cancelled The call was interrupted and its result is lost.",
  ]);
  await second.end();
});
