/** Events for the session tests, one of every shape that a session keeps. */
import type { AgentEvent, EventBody } from "../../agent/event.ts";
import { noUsage } from "../../agent/message.ts";

export function eventOf(seq: number, body: EventBody): AgentEvent {
  return { seq, agent: "Agent", at: 1_700_000_000_000 + seq, ...body };
}

export function said(seq: number, text: string): AgentEvent {
  return eventOf(seq, { type: "message", message: { type: "user", id: `m${seq}`, at: seq, text } });
}

const origin = { provider: "anthropic", model: "claude-x" };
const attachments = [{ mime: "image/png", data: "aGVsbG8=", name: "a.png" }];
const settings = {
  effort: "none",
  thinkingBudget: "none",
  thinkingOutput: "none",
  tier: "auto",
  cacheTtlSec: 300,
} as const;

const bodies: EventBody[] = [
  { type: "started", protocol: 1, sessionId: "0123456789ab", model: origin, settings, cwd: "/w", resumed: false },
  { type: "message", message: { type: "user", id: "m1", at: 1, text: "hello", attachments } },
  { type: "message", message: { type: "peer", id: "m2", at: 2, from: "Agent_1", text: "hi" } },
  {
    type: "message",
    message: {
      type: "assistant",
      id: "m3",
      at: 3,
      origin,
      parts: [
        { type: "thinking", text: "hm", signature: "s", data: { deep: [1, null, "x"] } },
        { type: "text", text: "I look.", signature: "t" },
        { type: "toolCall", callId: "c1", name: "Read", args: { path: "a", deep: { n: [1, 2] } }, signature: "u" },
        { type: "toolCall", callId: "c2", name: "Bash", args: {}, malformed: "{" },
      ],
      stopReason: "toolUse",
      usage: { ...noUsage, input: 3 },
      costUsd: 0.25,
    },
  },
  {
    type: "message",
    message: {
      type: "toolResult",
      id: "m4",
      at: 4,
      callId: "c1",
      name: "Read",
      kind: "final",
      isError: false,
      text: "1\tx",
      attachments,
      details: { type: "diff", path: "a", created: false, hunks: [] },
      durationMs: 4,
    },
  },
  {
    type: "message",
    message: {
      type: "notice",
      id: "m5",
      at: 5,
      text: "done",
      isError: false,
      call: { id: "c2", name: "Bash", kind: "final" },
      details: { type: "matches", files: 1, matches: 2 },
      durationMs: 5,
    },
  },
  { type: "queued", queueId: "q1", policy: "when-idle", text: "later" },
  { type: "dequeued", queueId: "q1", dropped: false },
  { type: "callEnded", message: "m3", usage: noUsage, costUsd: 0.25, totalCostUsd: 0.5, durationMs: 12 },
  { type: "toolDetached", call: "c2" },
  {
    type: "asked",
    askId: "a1",
    call: "c2",
    ask: {
      type: "question",
      text: "Which?",
      choices: [{ label: "one", detail: "the first" }],
      allowText: true,
      multiple: false,
    },
  },
  {
    type: "asked",
    askId: "a2",
    call: "c2",
    ask: {
      type: "permission",
      tool: "Edit",
      text: "Change a",
      command: "ed a",
      diff: { path: "a", hunks: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ["-a", "+b"] }] },
      url: "https://example.org",
      scopes: ["once", "session", "project"],
    },
  },
  { type: "answered", askId: "a1", answer: { type: "choice", labels: ["one"], text: "now" }, by: "Ada" },
  { type: "answered", askId: "a2", answer: null },
  { type: "cleared", upTo: null },
  { type: "compacted", upTo: "m3", summary: "s", tokensBefore: 9, tokensAfter: 1 },
  { type: "switched", model: origin, settings },
  { type: "dropped", calls: ["c1"], tokensBefore: 20, tokensAfter: 10 },
  { type: "tuned", status: "testing", maxRounds: null, maxOutputTokens: 100 },
  { type: "spawned", child: "w", childPath: "main/w", persistent: true, recipe: { tools: ["Read"] } },
  { type: "childEnded", child: "w", reason: "done", usage: noUsage, costUsd: 0.1 },
  { type: "sendScheduled", sendId: "s1", to: "w", text: "Wake up.", urgent: false, dueAt: 5 },
  { type: "sendDone", sendId: "s1", delivered: true },
  { type: "workspace", cwd: "/w/sub" },
  { type: "error", error: { code: "server", message: "It failed.", hint: "Try again.", status: 500, retryAt: 7 } },
  { type: "idle", reason: "done" },
  { type: "requeued", queueId: "q1", policy: "after-turn", text: "sooner", before: null },
];

export const oneOfEach: readonly AgentEvent[] = bodies.map((body, index) => eventOf(index + 1, body));
