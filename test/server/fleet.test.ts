/** A fleet through the program: two children that stay and write to each other, one total, every agent's events. */
import { expect, test } from "bun:test";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeReply, FakeRequest } from "../support/fake-types.ts";
import { freshHome, resultOf, streamOf } from "./program.ts";

const spawn = (label: string, prompt: string) => ({
  call: "AgentSpawn",
  args: { prompt, label, persistent: true, notify: false },
});

/** Plays all three agents, each by the last thing it was told. */
function team({ view }: FakeRequest): FakeReply {
  const last = JSON.stringify(view.messages.at(-1));
  if (last.includes("Begin.")) return { parts: [spawn("ping", "You are Ping."), spawn("pong", "You are Pong.")] };
  if (last.includes("You are Ping."))
    return { parts: [{ call: "AgentSend", args: { to: "pong", content: "a ball" } }] };
  if (last.includes("a ball")) return { parts: [{ call: "AgentSend", args: { to: "ping", content: "your ball" } }] };
  return { parts: [{ text: "At rest." }] };
}

test("json: one total, and each agent's share of it", async () => {
  await using fake = await startFakeProvider(team);
  using home = freshHome(fake);
  const finished = await home.run(["-p", "Begin.", "--output-format", "json"]);
  const { content, costUsd, agents, reason } = resultOf(finished);
  expect(fake.problems).toEqual([]);
  expect([finished.code, content, reason]).toEqual([0, "At rest.", "done"]);
  expect(agents.map(({ label, path }) => [label, path])).toEqual([
    ["main", "main"],
    ["ping", "main/ping"],
    ["pong", "main/pong"],
  ]);
  expect(agents.reduce((sum, agent) => sum + agent.costUsd, 0)).toBeCloseTo(costUsd, 9);
  expect(agents.every((agent) => agent.costUsd > 0)).toBe(true);
});

test("stream-json: a script can follow the whole tree, each agent's events in order", async () => {
  await using fake = await startFakeProvider(team);
  using home = freshHome(fake);
  const { events } = streamOf(await home.run(["-p", "Begin.", "--output-format", "stream-json"]));
  const said = events.flatMap((event) =>
    event.type === "message" && event.message.type === "peer"
      ? [`${event.message.from} → ${event.path}: ${event.message.text}`]
      : [],
  );
  expect(said).toEqual(["ping → main/pong: a ball", "pong → main/ping: your ball"]);
  for (const label of ["main", "ping", "pong"]) {
    const own = events.filter((event) => event.agent === label);
    expect(own.map((event) => event.seq)).toEqual(own.map((_, index) => index + 1));
    expect(own[0]?.type).toBe("started");
  }
});

test("children that stay come back with the session, and remember", async () => {
  await using fake = await startFakeProvider((request) => {
    const last = JSON.stringify(request.view.messages.at(-1));
    if (last.includes("Ask ping.")) return { parts: [{ call: "AgentSend", args: { to: "ping", content: "again?" } }] };
    return team(request);
  });
  using home = freshHome(fake);
  await home.run(["-p", "Begin."]);
  const before = fake.requests.length;
  const finished = await home.run(["--continue", "-p", "Ask ping.", "--output-format", "json"]);
  expect([finished.code, finished.stderr, fake.problems]).toEqual([0, "", []]);
  const asked = fake.requests.slice(before).map(({ view }) => JSON.stringify(view.messages));
  expect(asked.some((text) => text.includes("You are Ping.") && text.includes("again?"))).toBe(true);
  const gone = await home.run(["--continue", "--no-resume-persistent", "-p", "Ask ping."]);
  expect(gone.code).toBe(0);
  expect(JSON.stringify(fake.requests.at(-1)?.view.messages)).toContain("names no living agent");
});

test("one cap holds for the tree", async () => {
  await using fake = await startFakeProvider((request) => ({
    ...team(request),
    usage: { input: 20_000, output: 4_000, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 },
  }));
  using home = freshHome(fake);
  const args = ["-p", "Begin.", "--output-format", "json", "--max-budget-usd", "0.5"];
  const { costUsd } = resultOf(await home.run(args));
  expect(costUsd).toBeGreaterThan(0);
  expect(costUsd).toBeLessThanOrEqual(0.5);
  expect(fake.requests.length).toBeLessThan(8);
});

test("a provider that is not allowed is refused, for the run and for what it spawns", async () => {
  const abroad = { call: "AgentSpawn", args: { prompt: "x", provider: "openai" } };
  await using fake = await startFakeProvider([{ parts: [abroad] }, { parts: [{ text: "No." }] }]);
  using home = freshHome(fake);
  const env = { OPENAI_API_KEY: "test-key" };
  const refused = await home.run(["-p", "x", "--provider", "openai", "--allow-providers", "anthropic"], { env });
  expect([refused.code, refused.stderr.split("\n")[0]]).toEqual([
    2,
    'sagent: The provider "openai" is not allowed here.',
  ]);
  await home.run(["-p", "x", "--allow-providers", "anthropic"], { env });
  expect(JSON.stringify(fake.requests.at(-1)?.view.messages)).toContain(
    'The provider \\"openai\\" is not allowed here',
  );
});
