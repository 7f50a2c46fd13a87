/** A fleet on real weights, from the command line: two children that stay and write to each other. */
import { expect, test } from "bun:test";
import { freshHome, streamOf } from "../server/program.ts";
import { eventsOf } from "../support/events.ts";
import { testModel } from "../support/local-model.ts";

const prompt = `Use AgentSpawn with label "ping", persistent true, notify false and prompt "Say hello."
Use AgentSpawn with label "pong", persistent true, notify false and prompt "Say hello."
Use AgentSend to "ping" with content 'Use AgentSend to "pong" with content "A ball."'
Use AgentSend to "pong" with content 'Use AgentSend to "ping" with content "Your ball."'
Then say "Done."`;
const args = ["-p", prompt, "--tools", "AgentSpawn,AgentSend", "--output-format"];

test("two children of the embedded model stay and write to each other; the result has one total and every share", async () => {
  using home = freshHome();
  const env = { SAGENT_MODEL_PATH: await testModel() };
  const finished = await home.run([...args, "stream-json"], { env });
  const { events, result } = streamOf(finished);
  expect([finished.code, result.reason, result.error]).toEqual([0, "done", undefined]);
  expect(result.content).toContain("Done");
  expect(eventsOf(events, "spawned").map(({ child, persistent }) => [child, persistent])).toEqual([
    ["ping", true],
    ["pong", true],
  ]);
  const talk = eventsOf(events, "message").flatMap(({ agent, message }) =>
    message.type === "peer" ? [`${message.from} → ${agent}: ${message.text}`] : [],
  );
  expect(talk.filter((line) => !line.startsWith("main")).sort()).toEqual([
    "ping → pong: A ball.",
    "pong → ping: Your ball.",
  ]);
  expect(result.agents.map(({ label, path }) => [label, path])).toEqual([
    ["main", "main"],
    ["ping", "main/ping"],
    ["pong", "main/pong"],
  ]);
  expect(result.agents.map(({ model }) => model)).toEqual(Array(3).fill(result.agents[0]?.model));
  expect(result.agents.every(({ usage }) => usage.output > 0)).toBe(true);
  for (const meter of ["input", "output", "cacheRead"] as const) {
    expect(result.agents.reduce((sum, { usage }) => sum + usage[meter], 0)).toBe(result.usage[meter]);
  }
  expect(result.agents.reduce((sum, { costUsd }) => sum + costUsd, 0)).toBe(result.costUsd);
}, 120_000);
