/** Real weights through the whole loop: a question, a call, its result, an answer; a halt; another process that goes on. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Agent } from "../../../agent/agent.ts";
import { Session } from "../../../agent/session.ts";
import { createLocal } from "../../../providers/local/llama.ts";
import { builtinTools } from "../../../tools/registry.ts";
import { askModel, talk } from "../../support/local-model.ts";
import { tempDir } from "../../support/temp-dir.ts";

const read = builtinTools().filter(({ name }) => name === "Read");

test.each(["smollm2-135m", "gemma3-270m"])("%s reads a file, stops when told, and goes on later", async (name) => {
  using dir = tempDir();
  writeFileSync(join(dir.path, "notes.md"), "The team meets on Tuesday.\nThe deadline is 14 March.\n");
  await using provider = createLocal({ model: name, threads: 1, contextSize: 1024, device: "cpu", seed: 1 });
  const about = { tools: read, cwd: dir.path, temperature: 0, maxRounds: 4, system: "Be brief." };
  const path = join(dir.path, "session");
  const model = await provider.model();
  {
    await using session = await Session.create(path);
    await using agent = new Agent({ ...about, model, session });
    const { content, usage } = await agent.run("What does notes.md say about the deadline?");
    expect(content).toContain("14 March");
    // The answer to the result evaluated little more than the result.
    expect(usage.cacheRead).toBeGreaterThan(usage.input / 2);

    const halted = agent.run("Tell me a long story about the sea.");
    using _ = agent.subscribe(({ type }) => {
      if (type === "delta") agent.send({ type: "halt" });
    });
    expect((await halted).reason).toBe("halted");
  }
  await using session = await Session.open(path);
  await using agent = new Agent({ ...about, model, session });
  const { usage, reason } = await agent.run("What is the capital of France?");
  expect(reason).toBe("done");
  expect(usage.cacheRead).toBeGreaterThan(usage.input);
});

test("a model with a sliding window evaluates only what is new in a second turn, also behind more than its window", async () => {
  await using provider = createLocal({ model: "gemma3-270m", threads: 1, contextSize: 1024, device: "cpu", seed: 1 });
  const model = await provider.model();
  const question = `${"word ".repeat(540)}\nName a colour.`;
  const first = await askModel(model, { messages: talk(model, question), maxOutputTokens: 4 });
  const second = await askModel(model, { messages: talk(model, question, first.text, "Another?"), maxOutputTokens: 2 });
  const { input = 0, cacheRead = 0 } = first.last.usage ?? {};
  expect(input + cacheRead).toBeGreaterThan(540);
  expect(second.last.usage?.cacheRead).toBeGreaterThanOrEqual(input + cacheRead);
  expect(second.last.usage?.input).toBeLessThan(20);
});
