import { expect, test } from "bun:test";
import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { SessionNotFoundError, UsageError } from "../../agent/error.ts";
import type { AgentEvent, EventBody } from "../../agent/event.ts";
import { replay } from "../../agent/log-state.ts";
import { type Message, type MessageId, noUsage } from "../../agent/message.ts";
import { Session, sessionFile } from "../../agent/session.ts";
import { listSessions } from "../../agent/session-list.ts";
import { forkSession } from "../../server/fork.ts";
import { agentRig, answered, lines } from "../agent/agent-rig.ts";
import { heldTool } from "../agent/dispatch-rig.ts";
import { assistant, notice, result, user } from "../agent/entries.ts";
import { historyProblem, tempDir } from "../support/index.ts";
import { eventsOf, saved } from "./saved.ts";

const id = "aaaaaaaaaaaa";
const elsewhere = "This conversation was forked before the call ended; its result is only in the original one.";

async function eventsIn(dir: string): Promise<readonly AgentEvent[]> {
  await using session = await Session.open(dir);
  expect(session.damage).toEqual({ badLines: 0, tornTail: false });
  return session.events;
}

/** The fork's conversation; the original must be left as it was. */
async function forked(bodies: readonly (EventBody | Message)[], upTo: MessageId): Promise<string[]> {
  using temp = tempDir();
  const dir = saved(temp.path, id, eventsOf(bodies));
  const before = readFileSync(join(dir, sessionFile), "utf8");
  const fork = await forkSession(dir, upTo);
  expect(readFileSync(join(dir, sessionFile), "utf8")).toBe(before);
  expect(readdirSync(dir)).toEqual([sessionFile]);
  const { entries } = replay(await eventsIn(fork.dir));
  expect(historyProblem([...entries, user(99, "and?")])).toBeUndefined();
  return lines(entries);
}

test("a fork ends with the entry it was made from, and a round of tools stays whole", async () => {
  const rounds = [
    ...[user(1, "go"), assistant(2, "both", ["c1", "c2"]), result(3, "c2"), result(4, "c1")],
    ...[assistant(5, "", ["c3"]), result(6, "c3"), assistant(7, "done"), user(8, "more"), assistant(9, "again")],
  ];
  const all = ["user go", "assistant both c1 c2", "result c2 final ok", "result c1 final ok"];
  all.push("assistant  c3", "result c3 final ok", "assistant done", "user more", "assistant again");
  const expected: [MessageId, number][] = [
    ["m1", 1],
    ["m2", 4],
    ["m3", 4],
    ["m4", 4],
    ["m5", 6],
    ["m6", 6],
    ["m7", 7],
    ["m8", 8],
    ["m9", 9],
  ];
  for (const [upTo, length] of expected) expect(await forked(rounds, upTo)).toEqual(all.slice(0, length));
});

test("a round whose results are not all there yet is left out", async () => {
  const open = [user(1, "go"), assistant(2, "both", ["c1", "c2"]), result(3, "c2")];
  expect(await forked(open, "m2")).toEqual(["user go"]);
  expect(await forked(open, "m3")).toEqual(["user go"]);
  expect(await forked(open, "m1")).toEqual(["user go"]);
});

test("what changed the place or the knobs in the middle of a round is taken along", async () => {
  using temp = tempDir();
  const events: (EventBody | Message)[] = [
    ...[user(1, "go"), assistant(2, "", ["c1", "c2"])],
    ...[{ type: "workspace", cwd: "/deep" } as const, { type: "tuned", status: "busy", maxRounds: 3 } as const],
    ...[
      result(3, "c1"),
      { type: "callEnded", message: "m2", usage: noUsage, costUsd: 1, totalCostUsd: 1, durationMs: 1 } as const,
    ],
    ...[result(4, "c2"), { type: "workspace", cwd: "/later" } as const, assistant(5, "done")],
  ];
  const fork = await forkSession(saved(temp.path, id, eventsOf(events)), "m2");
  const { entries, cwd, status, maxRounds, costUsd } = replay(await eventsIn(fork.dir));
  expect([entries.length, cwd, status, maxRounds, costUsd]).toEqual([4, "/deep", "busy", 3, 0]);
});

test("a call that went on in the background is told of where the fork does not hold its result", async () => {
  const detached = [
    ...[user(1, "go"), assistant(2, "", ["c1"]), result(3, "c1", "on it", "pending"), user(4, "well?")],
    ...[assistant(5, "soon"), notice(6, "late", "c1"), assistant(7, "there")],
  ];
  const start = ["user go", "assistant  c1", "result c1 pending on it", "user well?", "assistant soon"];
  expect(await forked(detached, "m5")).toEqual([...start, `notice c1 cancelled ${elsewhere}`]);
  expect(await forked(detached, "m2")).toEqual([...start.slice(0, 3), `notice c1 cancelled ${elsewhere}`]);
  expect(await forked(detached, "m7")).toEqual([...start, "notice c1 final late", "assistant there"]);
});

test("a fork from before a compaction or a clear has the whole conversation, one from behind it what the model saw", async () => {
  using temp = tempDir();
  const talk = Array.from({ length: 6 }, (_, at) =>
    at % 2 === 0 ? user(at + 1, `u${at}`) : assistant(at + 1, `a${at}`),
  );
  const compacted = { type: "compacted", upTo: "m4", summary: "short", tokensBefore: 9, tokensAfter: 1 } as const;
  const cleared = { type: "cleared", upTo: "m8" } as const;
  const events = [...talk, compacted, user(7, "on"), assistant(8, "yes"), cleared, user(9, "new"), assistant(10, "ok")];
  const dir = saved(temp.path, id, eventsOf(events));
  const seen = async (upTo: MessageId) => {
    const { entries, start, summary } = replay(await eventsIn((await forkSession(dir, upTo)).dir));
    return [entries.length, start, summary];
  };
  expect(await seen("m6")).toEqual([6, 0, null]);
  expect(await seen("m3")).toEqual([3, 0, null]);
  expect(await seen("m7")).toEqual([7, 4, "short"]);
  expect(await seen("m10")).toEqual([10, 8, null]);
});

test("the fork is a session of its own: no bills, no queue, no children, nothing to be sent, a title that says whose it is", async () => {
  using temp = tempDir();
  const events = eventsOf([
    ...[
      started("0123456789ab"),
      user(1, "Do it"),
      { type: "queued", queueId: "q1", policy: "when-idle", text: "x" } as const,
    ],
    { type: "spawned", child: "w", childPath: "main/w", persistent: true, recipe: {} },
    { type: "sendScheduled", sendId: "s1", to: "w", text: "Wake up.", urgent: false, dueAt: 5 },
    { type: "callEnded", message: "m2", usage: { ...noUsage, input: 7 }, costUsd: 2, totalCostUsd: 3, durationMs: 1 },
    ...[assistant(2, "Done."), { type: "idle", reason: "done" } as const],
  ]);
  const fork = await forkSession(saved(temp.path, id, events, 1_000), "m2");
  const own = await eventsIn(fork.dir);
  const { queued, children, scheduled, costUsd, usage, cwd, model } = replay(own);
  expect([queued.size, children.size, scheduled.size, costUsd, usage]).toEqual([0, 0, 0, 0, noUsage]);
  expect([cwd, model]).toEqual(["/w", { provider: "p", model: "m" }]);
  expect(own.map(({ type }) => type)).toEqual(["started", "message", "message"]);
  expect(own[0]).toMatchObject({ sessionId: fork.id });
  const [row] = await listSessions(temp.path);
  expect([row?.id, row?.title, row?.costUsd]).toEqual([fork.id, "Fork of Do it", undefined]);
});

test("a child's conversation becomes the fork's root", async () => {
  using temp = tempDir();
  const place = { agent: "w", path: "boss/w" };
  const child = eventsOf([user(1, "part"), assistant(2, "", ["c1"]), result(3, "c1"), assistant(4, "did")]);
  const root = eventsOf([started("0123456789ab"), user(1, "whole"), assistant(2, "gave it away")], "boss");
  const dir = saved(temp.path, id, [...root, ...child.map((event) => ({ ...event, ...place }))]);
  const [own, whole] = [await forkSession(dir, "m3", "w"), await forkSession(dir, "m2")];
  const events = await eventsIn(own.dir);
  expect(new Set(events.map(({ agent, path }) => `${agent} ${path}`))).toEqual(new Set(["boss undefined"]));
  expect(lines(replay(events).entries)).toEqual(["user part", "assistant  c1", "result c1 final ok"]);
  expect(lines(replay(await eventsIn(whole.dir)).entries)).toEqual(["user whole", "assistant gave it away"]);
});

test("a live session is forked in the middle of its work; both go on", async () => {
  using temp = tempDir();
  await using session = await Session.create(join(temp.path, id), { id });
  const tool = heldTool("T");
  const steps = [{ parts: [{ call: "T", args: {} }] }, answered("Done.")];
  await using rig = agentRig(steps, { session, tools: [tool.tool], cwd: "/w" });
  rig.agent.send({ type: "prompt", text: "go" });
  await rig.settle();
  await session.flush();
  const { size } = statSync(session.path);
  appendFileSync(session.path, '{"type":"message","seq":9');
  const [early, none] = await Promise.all([
    forkSession(session.dir, "m2"),
    forkSession(session.dir, "m9").catch(String),
  ]);
  expect(none).toBe('UsageError: There is no message m9 of "main" in this session.');
  expect(readdirSync(temp.path).sort()).toEqual([id, early.id].sort());
  await using own = await Session.open(early.dir);
  await using second = agentRig([answered("Hello again.")], { session: own, cwd: "/w" });
  second.agent.send({ type: "prompt", text: "and?" });
  await second.settle();
  expect(lines(second.agent.snapshot().messages)).toEqual(["user go", "user and?", "assistant Hello again."]);
  expect(second.agent.snapshot().sessionId).toBe(early.id);
  truncateSync(session.path, size);
  tool.end("c1");
  await rig.settle();
  expect(lines(rig.agent.snapshot().messages).at(-1)).toBe("assistant Done.");
});

test("what is not there is not forked, and nothing is left", async () => {
  using temp = tempDir();
  const dir = saved(temp.path, id, eventsOf([user(1, "go")]));
  await expect(forkSession(dir, "m2")).rejects.toBeInstanceOf(UsageError);
  await expect(forkSession(dir, "m1", "nobody")).rejects.toBeInstanceOf(UsageError);
  await expect(forkSession(join(temp.path, "bbbbbbbbbbbb"), "m1")).rejects.toBeInstanceOf(SessionNotFoundError);
  expect(readdirSync(temp.path)).toEqual([id]);
});

function started(sessionId: string): EventBody {
  const settings = {
    effort: "none",
    thinkingBudget: "none",
    thinkingOutput: "none",
    tier: "auto",
    cacheTtlSec: 0,
  } as const;
  return {
    type: "started",
    protocol: 1,
    sessionId,
    model: { provider: "p", model: "m" },
    settings,
    cwd: "/w",
    resumed: false,
  };
}
