/** An agent and its fleet put together from names, as a script does it, on a real wire. */
import { expect, test } from "bun:test";
import { createFleet } from "../../agent/index.ts";
import { resolveModel } from "../../providers/catalog.ts";
import { type FakeReply, must, startFakeProvider, tempDir, testKey, waitFor } from "../support/index.ts";

const call = (name: string, args: Record<string, unknown>): FakeReply => ({ parts: [{ call: name, args }] });
const say = (text: string): FakeReply => ({ parts: [{ text }] });

test("a key given by hand serves the whole fleet; a child knows that it is one, and its model may be another", async () => {
  using temp = tempDir();
  await using fake = await startFakeProvider([
    call("AgentSpawn", { prompt: "Look.", model: "haiku", system: "Be bold.", tools: [] }),
    say("Seen."),
    call("AgentSpawn", { prompt: "Look again.", tools: [] }),
    say("Seen again."),
    say("Done."),
  ]);
  const env = { ANTHROPIC_BASE_URL: fake.url("anthropic") };
  const { fleet, agent } = await createFleet({ model: "sonnet", apiKey: testKey, cwd: temp.path, env });
  await using _ = fleet;
  expect((await agent.run("Go.")).content).toBe("Done.");
  expect(fake.problems).toEqual([]);
  const models = fake.requests.map(({ body }) => (body as { model: string }).model);
  const [sonnet, haiku] = ["sonnet", "haiku"].map((name) => resolveModel("anthropic", name).wireId);
  expect(models).toEqual([sonnet, haiku, sonnet, sonnet, sonnet].map(String));
  const systems = [1, 3].map((index) => must(fake.requests[index]).view.system);
  for (const system of systems) expect(system).toContain("You were started by another agent");
  expect(systems[0]).toContain("Be bold.");
  expect(must(fake.requests[0]).view.system).not.toContain("You were started");
});

test("an agent may look up what it may change to, and the cheaper model writes its summaries", async () => {
  using temp = tempDir();
  await using fake = await startFakeProvider([
    call("AgentSelf", { catalog: "models" }),
    say("Many."),
    say("<summary>They looked.</summary>"),
  ]);
  const env = { ANTHROPIC_BASE_URL: fake.url("anthropic"), ANTHROPIC_API_KEY: testKey };
  const { fleet, agent } = await createFleet({ model: "sonnet", cwd: temp.path, env });
  await using _ = fleet;
  await agent.run("Go.");
  expect(JSON.stringify(agent.snapshot().messages)).toContain(resolveModel("anthropic", "opus").id);
  const compacted = waitFor(agent.events(), ({ type }) => type === "compacted" || type === "compactFailed");
  agent.send({ type: "compact" });
  expect(await compacted).toMatchObject({ type: "compacted" });
  const { model } = must(fake.requests.at(-1)).body as { model: string };
  expect(model).toBe(resolveModel("anthropic", "utility").wireId);
});
