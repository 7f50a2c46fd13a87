/** One conversation that goes from vendor to vendor: each model is told of the edit tool it was trained on, the history stays valid. */
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Agent } from "../../agent/agent.ts";
import type { ModelWish } from "../../agent/machine-state.ts";
import type { Model } from "../../agent/model.ts";
import { createProvider, resolveModel } from "../../providers/registry.ts";
import { trainedForm } from "../../tools/edit/forms.ts";
import { builtinTools, selectTools, ToolSettings } from "../../tools/registry.ts";
import { type FakeReply, must, scriptedModel, startFakeProvider, testKey } from "../support/index.ts";
import { tempDir } from "../support/temp-dir.ts";
import { patchOf } from "../tools/patches.ts";

const seats = [
  { wire: "anthropic", provider: "anthropic", model: "opus" },
  { wire: "openai", provider: "openai", model: "sol-6.0" },
  { wire: "gemini", provider: "google", model: "gemini-pro-3.1" },
] as const;

const edit = (old_string: string, new_string: string) => ({ file_path: "a.txt", old_string, new_string });
const script: readonly FakeReply[] = [
  { parts: [{ call: "Edit", args: edit("one", "two") }] },
  { parts: [{ call: "apply_patch", args: { input: patchOf("*** Update File: a.txt", "-two", "+three") } }] },
  { parts: [{ call: "replace", args: edit("three", "four") }] },
  // A form that this model was not told of, but has seen in the conversation.
  { parts: [{ call: "replace", args: edit("four", "five") }] },
  { parts: [{ text: "Done." }] },
];

test("the edit tool follows the model in the middle of a task, and every form runs", async () => {
  using dir = tempDir({ memory: true });
  writeFileSync(join(dir.path, "a.txt"), "one\n");
  await using fake = await startFakeProvider(script);
  await using resources = new AsyncDisposableStack();
  const build = async ({ provider, model }: ModelWish): Promise<Model> => {
    const { wire } = must(seats.find((each) => each.provider === provider));
    const made = await createProvider(must(provider), { env: {}, apiKey: testKey, baseUrl: fake.url(wire) });
    return resources.use(made).model(model);
  };
  const agent = resources.use(
    new Agent({ model: await build(seats[0]), tools: builtinTools(), cwd: dir.path, resolveModel: build }),
  );
  let next = 1;
  agent.subscribe((event) => {
    const seat = event.type === "toolStarted" ? seats[next++ % seats.length] : undefined;
    if (seat && next <= 4) agent.send({ type: "switch", provider: seat.provider, model: seat.model });
  });
  const { content, error } = await agent.run("Count up.");
  expect([content, error, fake.problems]).toEqual(["Done.", undefined, []]);
  expect(readFileSync(join(dir.path, "a.txt"), "utf8")).toBe("five\n");
  const told = fake.requests.map(({ view, wire }) => [
    wire,
    view.tools.filter((name) => /^(Edit|apply_patch|replace)$/.test(name)),
  ]);
  expect(told).toEqual([
    ["anthropic", ["Edit"]],
    ["openai", ["apply_patch"]],
    ["gemini", ["replace"]],
    ["anthropic", ["Edit"]],
    ["anthropic", ["Edit"]],
  ]);
});

test("which form a model was trained on follows from its family, whoever serves it", () => {
  const form = (provider: string, id: string, wireId = id) => trainedForm({ provider, id, wireId });
  const known = (provider: string, model: string) => trainedForm(resolveModel(provider, model));
  expect(["opus", "sonnet"].map((model) => known("anthropic", model))).toEqual(["edit", "edit"]);
  expect(["sol-6.0", "gpt-5.5"].map((model) => known("openai", model))).toEqual(["apply_patch", "apply_patch"]);
  expect(known("google", "gemini-pro-3.1")).toBe("replace");
  expect(known("moonshot", "kimi-3.0")).toBe("edit");
  expect(form("openrouter", "openai/gpt-5")).toBe("apply_patch");
  expect(form("openrouter", "anthropic/claude-sonnet-5")).toBe("edit");
  expect(form("ollama", "gpt-oss:20b")).toBe("apply_patch");
  expect(form("local", "qwen-27b")).toBe("edit");
  expect(form("azure", "gpt-4o")).toBe("edit");
});

test("a person chooses the form for all models, or names one as a tool", () => {
  const { info } = scriptedModel([]);
  const told = (assignments: readonly string[]) => {
    const tool = builtinTools({ settings: new ToolSettings(assignments) }).find(({ name }) => name === "Edit");
    return must(tool?.forms).formFor(info).name;
  };
  expect([told([]), told(["Edit.format=replace"]), told(["Edit.format=apply_patch"])]).toEqual([
    "Edit",
    "replace",
    "apply_patch",
  ]);
  expect(selectTools(["apply_patch", "Edit"]).map(({ name, forms }) => [name, forms])).toEqual([
    ["Edit", undefined],
    ["apply_patch", undefined],
  ]);
});
