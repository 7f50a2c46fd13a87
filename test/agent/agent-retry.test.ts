/** Calls that fail and are sent again, by a real agent over real HTTP. */
import { expect, test } from "bun:test";
import type { AgentEvent } from "../../agent/event.ts";
import { createProvider } from "../../providers/registry.ts";
import {
  eventsOf,
  type FakeReply,
  type FakeScript,
  must,
  startFakeProvider,
  testKey,
  type VirtualClock,
} from "../support/index.ts";
import { agentRig, lines } from "./agent-rig.ts";
import { heldTool } from "./dispatch-rig.ts";

async function rigOn(script: FakeScript, options: Parameters<typeof agentRig>[1] = {}) {
  const fake = await startFakeProvider(script);
  const provider = await createProvider("anthropic", { env: {}, apiKey: testKey, baseUrl: fake.url("anthropic") });
  const rig = agentRig([], { ...options, model: await provider.model(), resources: [provider] });
  const end = async () => {
    await rig.agent.close();
    await fake[Symbol.asyncDispose]();
  };
  return { ...rig, fake, [Symbol.asyncDispose]: end };
}

/** Lets the agent's clock run while what comes over HTTP takes its own time. */
function ticking(clock: VirtualClock): Disposable {
  const ticks = setInterval(() => clock.advance(1_000), 1);
  return { [Symbol.dispose]: () => clearInterval(ticks) };
}

/** What a client has on its screen of each part after following the events. */
function screen(events: readonly AgentEvent[]): string[] {
  let parts: string[] = [];
  for (const event of events) {
    if (event.type === "partsReset") parts = [];
    if (event.type === "partStarted") parts[event.part] = event.name ?? "";
    if (event.type === "delta") parts[event.part] += event.text;
  }
  return parts;
}

const answer: FakeReply = { parts: [{ text: "It says hello to everybody." }], chunkChars: 6 };

test("a cut at any chunk is healed: the whole answer is shown once, with nothing void", async () => {
  await using counted = await startFakeProvider([]);
  const chunks = counted.chunkCount(answer, "anthropic");
  const cuts = Array.from({ length: chunks }, (_, atChunk) => atChunk);
  const script = cuts.flatMap((atChunk): FakeReply[] => [
    { ...answer, fault: { type: "cut", atChunk, clean: true } },
    answer,
  ]);
  await using rig = await rigOn(script);
  using _ = ticking(rig.clock);
  for (const atChunk of cuts) {
    const from = rig.events.length;
    const run = rig.agent.run(`cut at ${atChunk}`);
    expect((await run).content).toBe("It says hello to everybody.");
    const events = rig.events.slice(from);
    expect([atChunk, screen(events)]).toEqual([atChunk, ["It says hello to everybody."]]);
    expect(eventsOf(events, "partsReset")).toEqual([]);
  }
  expect(rig.fake.problems).toEqual([]);
});

test("a resend that says something else voids what was shown and shows that", async () => {
  const other: FakeReply = { parts: [{ text: "It says goodbye." }], chunkChars: 6 };
  await using rig = await rigOn([{ ...answer, fault: { type: "cut", atChunk: 5, clean: true } }, other]);
  using _ = ticking(rig.clock);
  await rig.agent.run("read it");
  expect([eventsOf(rig.events, "partsReset").length, screen(rig.events)]).toEqual([1, ["It says goodbye."]]);
  expect(lines(rig.agent.snapshot().messages)).toEqual(["user read it", "assistant It says goodbye."]);
});

test("a cut in the arguments of a call runs it once, with all of them", async () => {
  const held = heldTool("Held");
  const call: FakeReply = {
    parts: [{ text: "I look." }, { call: "Held", args: { key: "a long enough key to cut" } }],
    chunkChars: 6,
  };
  await using rig = await rigOn(
    [{ ...call, fault: { type: "cut", atChunk: 9, clean: true } }, call, { parts: [{ text: "Done." }] }],
    { tools: [held.tool] },
  );
  using _ = ticking(rig.clock);
  rig.agent.subscribe((event) => event.type === "toolStarted" && queueMicrotask(() => held.end(event.call)));
  expect((await rig.agent.run("go")).content).toBe("Done.");
  expect(held.log).toEqual(["start c1", "end c1"]);
  const first = must(eventsOf(rig.events, "callStarted")[0]).message;
  const mine = rig.events.filter((event) => "message" in event && event.message === first);
  expect(screen(mine)).toEqual(["I look.", 'Held{"key":"a long enough key to cut"}']);
});

test("the server's wish to wait is kept to, told, and no attempt is spent before", async () => {
  await using rig = await rigOn([{ status: 429, headers: { "retry-after": "30" } }, { parts: [{ text: "at last" }] }]);
  const run = rig.agent.run("go");
  while (rig.clock.pending === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(eventsOf(rig.events, "retry").map(({ attempt, delayMs, error }) => [attempt, delayMs, error.code])).toEqual([
    [1, 30_000, "rate_limit"],
  ]);
  await rig.clock.advance(29_999);
  expect(rig.fake.requests.length).toBe(1);
  await rig.clock.advance(1);
  expect((await run).content).toBe("at last");
});

test("a wrong key makes one request and ends in a plain sentence", async () => {
  await using fake = await startFakeProvider([]);
  await using provider = await createProvider("anthropic", {
    env: {},
    apiKey: "wrong",
    baseUrl: fake.url("anthropic"),
  });
  await using rig = agentRig([], { model: await provider.model() });
  const { reason, error } = await rig.agent.run("go");
  expect([reason, error?.code, error?.hint, fake.requests.length]).toEqual([
    "error",
    "auth",
    "Check the API key and what it may use.",
    1,
  ]);
});

test("a halt reaches the provider: the connection ends, and what was shown is kept", async () => {
  await using rig = await rigOn([{ ...answer, fault: { type: "stall", atChunk: 5 } }]);
  const run = rig.agent.run("go");
  rig.agent.subscribe((event) => event.type === "delta" && event.text.length > 0 && rig.agent.send({ type: "halt" }));
  const { reason, content } = await run;
  expect([reason, content.length > 0 && "It says hello to everybody.".startsWith(content)]).toEqual(["halted", true]);
  while (!rig.fake.requests[0]?.aborted) await new Promise((resolve) => setTimeout(resolve, 1));
});
