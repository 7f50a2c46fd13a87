/** System text that changes in the middle of a session, for an agent and its children. */
import { expect, test } from "bun:test";
import { Fleet } from "../../agent/fleet.ts";
import { scriptedModel } from "../support/index.ts";

test("each request has the words as they are by then; a child's too", async () => {
  let word = "old";
  const model = scriptedModel(() => ({ parts: [{ text: "Done." }] }));
  await using fleet = new Fleet();
  const root = fleet.root({ model, system: "old words", revise: (system) => system.replace("old", word) });
  await root.run("One.");
  word = "new";
  await root.run("Two.");
  const link = { callId: "c1", signal: new AbortController().signal, progress: () => {} } as const;
  await fleet.spawn(root.label, { prompt: "Three.", label: "child" }, link);
  expect(model.requests.map(({ system }) => system)).toEqual(["old words", "new words", "new words"]);
});
