import { expect, test } from "bun:test";
import { Agent } from "../../agent/agent.ts";
import type { Message } from "../../agent/message.ts";
import { createProvider } from "../../providers/registry.ts";
import { builtinTools } from "../../tools/registry.ts";
import { wireEnv } from "../server/program.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import {
  type FakeFault,
  type FakeProvider,
  type FakeReply,
  type FakeStep,
  type Wire,
  wires,
} from "../support/fake-types.ts";
import { tempDir } from "../support/temp-dir.ts";
import { replyTo, roundOf, rounds } from "./script.ts";

const providers = { anthropic: "anthropic", openai: "openai", chat: "openai-compat", gemini: "google" } as const;
const idleMs = 1_500;

interface Outcome {
  readonly reason: string;
  readonly transcript: readonly unknown[];
  readonly retries: number;
  readonly requests: number;
}

/** Runs an agent with all tools in a directory of its own. */
async function work(fake: FakeProvider, wire: Wire): Promise<Outcome> {
  using dir = tempDir();
  await using provider = await createProvider(providers[wire], { env: wireEnv(fake, wire), idleMs });
  await using model = await provider.model(wire === "chat" ? "any" : undefined);
  const settings = { thinkingBudget: "auto", thinkingOutput: "text", effort: "low" } as const;
  const env = { PATH: process.env.PATH ?? "" };
  await using agent = new Agent({ model, tools: builtinTools(), cwd: dir.path, system: "Work.", settings, env });
  let retries = 0;
  agent.subscribe((event) => {
    if (event.type === "retry") retries += 1;
  });
  const { reason } = await agent.run("Go.");
  expect(fake.problems).toEqual([]);
  return {
    reason,
    transcript: transcriptOf(agent.snapshot().messages, dir.path),
    retries,
    requests: fake.requests.length,
  };
}

/** What differs from wire to wire, from run to run, or by the clock. */
const incidental = new Set(["id", "at", "origin", "usage", "costUsd", "durationMs", "signature", "data"]);

/** The log; results of one round, which come as the tools end, in the order of their calls. */
function transcriptOf(messages: readonly Message[], dir: string): unknown[] {
  const text = JSON.stringify(messages, (key, value) => (incidental.has(key) ? undefined : value));
  const entries: { type: string; callId?: string }[] = JSON.parse(text.replaceAll(dir, "<dir>"));
  const order = ({ callId = "" }: { callId?: string }) => Number(callId.slice(1));
  for (let at = 0; at < entries.length; at++) {
    const end = entries.findIndex(({ type }, index) => index >= at && type !== "toolResult");
    const round = entries.slice(at, end).sort((a, b) => order(a) - order(b));
    entries.splice(at, round.length, ...round);
    at += round.length;
  }
  return entries;
}

/**
 * A fault in the first answer to a round; what the round is answered with from then on is whole. All but the drip, and on
 * two wires the garbage, which their readers pass over, cost a resend.
 */
const faults: Readonly<Record<number, FakeStep | FakeFault>> = {
  2: { status: 429, headers: { "retry-after": "0.7" } },
  5: { status: 500 },
  8: { type: "garbage", atChunk: 1 },
  11: { type: "stall", atChunk: 1 },
  14: { type: "drip", atChunk: 1 },
  17: { type: "cut", atChunk: 1, clean: true },
  20: { type: "cut", atChunk: 1 },
  23: { type: "cut", atChunk: 0 },
};

async function troubled(wire: Wire): Promise<Outcome> {
  const met = new Set<number>();
  await using fake = await startFakeProvider((request) => {
    const round = roundOf(request);
    const fault = met.has(round) ? undefined : faults[round];
    met.add(round);
    if (fault && "status" in fault) return fault;
    return { ...replyTo(request), ...(fault && "type" in fault ? { fault } : {}) };
  });
  const outcome = await work(fake, wire);
  expect([...met].length).toBe(rounds.length + 1);
  return outcome;
}

test("thirty rounds of tools give the same transcript on all four wires, whatever goes wrong on the way", async () => {
  const clean = await Promise.all(
    wires.map(async (wire) => {
      await using fake = await startFakeProvider(replyTo);
      return await work(fake, wire);
    }),
  );
  const [first] = clean;
  expect(first).toMatchObject({ reason: "done", retries: 0, requests: 31 });
  expect(first?.transcript.length).toBeGreaterThan(60);
  expect(first?.transcript.at(-1)).toMatchObject({
    type: "assistant",
    parts: [{ type: "text", text: "All five legs are done." }],
  });
  for (const outcome of clean) expect(outcome).toEqual(first as Outcome);
  for (const { retries, requests, ...outcome } of await Promise.all(wires.map(troubled))) {
    expect(outcome).toEqual({ reason: "done", transcript: first?.transcript ?? [] });
    expect({ resent: [6, 7].includes(retries), requests }).toEqual({ resent: true, requests: 31 + retries });
  }
}, 60_000);

const representative: FakeReply = {
  parts: [
    { thinking: "Two calls at once, then." },
    { text: "I look at both, é." },
    { call: "Bash", args: { command: "printf one" } },
    { call: "Bash", args: { command: "printf 'two; three'" } },
  ],
};

for (const wire of wires) {
  for (const clean of [true, false]) {
    test(`an answer that is ${clean ? "ended" : "reset"} before any of its chunks leaves no trace, on the ${wire} wire`, async () => {
      let atChunk = -1;
      await using fake = await startFakeProvider((request, index) => {
        if (roundOf(request) > 0) return { parts: [{ text: "Done." }] };
        return index === first ? { ...representative, fault: { type: "cut", atChunk, clean } } : representative;
      });
      let first = -1;
      const whole = await work(fake, wire);
      const chunks = fake.chunkCount(representative, wire);
      expect(chunks).toBeGreaterThan(5);
      for (atChunk = 0; atChunk < chunks; atChunk++) {
        first = fake.requests.length;
        const { reason, transcript } = await work(fake, wire);
        expect({ atChunk, reason, transcript }).toEqual({ atChunk, reason: "done", transcript: whole.transcript });
      }
    });
  }
}
