/** The README's first command, with no account and no key: a model in the process reads the file and answers. */
import { expect, test } from "bun:test";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { freshHome, streamOf } from "../server/program.ts";
import { eventsOf } from "../support/events.ts";
import { testModel } from "../support/local-model.ts";

const notes = join(import.meta.dir, "../../examples/notes.md");

test("the embedded model answers a question about a file, through the same loop as any other", async () => {
  using home = freshHome();
  mkdirSync(join(home.project, "examples"));
  copyFileSync(notes, join(home.project, "examples/notes.md"));
  const question = "What does examples/notes.md say about the deadline?";
  const env = { SAGENT_MODEL_PATH: await testModel() };
  const finished = await home.run(["-p", question, "--output-format", "stream-json"], { env });
  const { events, result } = streamOf(finished);
  const calls = eventsOf(events, "message").flatMap(({ message }) =>
    message.type === "assistant" ? message.parts.filter((part) => part.type === "toolCall") : [],
  );
  expect(calls.map(({ name, args }) => ({ name, args }))).toEqual([
    { name: "Read", args: { file_path: "examples/notes.md" } },
  ]);
  expect(result.content).toContain("14 March");
  expect([finished.code, result.costUsd, result.usage.cacheRead > 400]).toEqual([0, 0, true]);
}, 120_000);
