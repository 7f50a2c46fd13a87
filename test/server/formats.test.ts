import { expect, test } from "bun:test";
import { protocolVersion } from "../../agent/event.ts";
import { noUsage } from "../../agent/message.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { type Wire, wires } from "../support/fake-types.ts";
import { freshHome, resultOf, streamOf } from "./program.ts";

const hello = { parts: [{ text: "Hello, world." }], usage: { input: 10, output: 4 } };

for (const wire of wires) {
  test(`text: stdout is the answer and nothing else, on the ${wire} wire`, async () => {
    await using fake = await startFakeProvider([hello]);
    using home = freshHome(fake, wire);
    expect(await home.run([...model(wire), "-p", "Say hello."])).toEqual({
      code: 0,
      stdout: "Hello, world.\n",
      stderr: "",
    });
    expect(fake.requests[0]?.view.messages).toMatchObject([{ role: "user", texts: ["Say hello."] }]);
    expect(fake.problems).toEqual([]);
  });
}

/** The chat wire has no model of its own to fall back on. */
const model = (wire: Wire) => (wire === "chat" ? ["--model", "any-model"] : []);

test("json: one object with the answer, its usage, its price and its session", async () => {
  await using fake = await startFakeProvider([hello]);
  using home = freshHome(fake);
  const finished = await home.run(["-p", "Say hello.", "--output-format", "json"]);
  const result = resultOf(finished);
  expect(finished).toEqual({ code: 0, stdout: `${JSON.stringify(result)}\n`, stderr: "" });
  expect(result).toEqual({
    type: "result",
    content: "Hello, world.",
    reason: "done",
    stopReason: "endTurn",
    usage: { ...noUsage, ...result.usage, input: 10, output: 4 },
    costUsd: result.costUsd,
    rounds: 0,
    sessionId: expect.stringMatching(/^[0-9a-f]{12}$/),
    agents: [
      {
        label: "main",
        path: "main",
        model: { provider: "anthropic", model: "claude-opus-5-5" },
        usage: result.usage,
        costUsd: result.costUsd,
      },
    ],
  });
  expect(result.costUsd).toBeGreaterThan(0);
});

test("stream-json: every event in order, from `started` to the result, and jq can read it", async () => {
  const script = [
    { parts: [{ text: "I look." }, { call: "Bash", args: { command: "echo out; echo err >&2" } }] },
    hello,
  ];
  await using fake = await startFakeProvider(script);
  using home = freshHome(fake);
  const finished = await home.run(["-p", "Go.", "--output-format", "stream-json"]);
  const { events, result } = streamOf(finished);
  expect({ code: finished.code, stderr: finished.stderr }).toEqual({ code: 0, stderr: "" });
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
  expect(events[0]).toMatchObject({
    type: "started",
    protocol: protocolVersion,
    sessionId: result.sessionId,
    resumed: false,
  });
  expect(
    events.flatMap((event) => (event.type === "toolOutput" ? [`${event.stream}: ${event.text}`] : [])).sort(),
  ).toEqual(["stderr: err\n", "stdout: out\n"]);
  expect(events.findLast((event) => event.type === "idle")).toMatchObject({ reason: "done" });
  expect(events.at(-1)).toMatchObject({ type: "saved", upTo: events.findLast((event) => event.type === "idle")?.seq });
  expect(result).toMatchObject({ content: "Hello, world.", reason: "done", rounds: 1 });
  const jq = Bun.which("jq");
  if (jq) {
    const child = Bun.spawn([jq, "-r", 'select(.type == "result") | .content'], {
      stdin: Buffer.from(finished.stdout),
    });
    expect(await new Response(child.stdout).text()).toBe("Hello, world.\n");
  }
});

test("stream-json without a session says nothing of saving", async () => {
  await using fake = await startFakeProvider([hello]);
  using home = freshHome(fake);
  const { events, result } = streamOf(await home.run(["-p", "Hi", "--output-format", "stream-json", "--ephemeral"]));
  expect(events.some((event) => event.type === "saved")).toBe(false);
  expect(result.sessionId).toBe("");
});
