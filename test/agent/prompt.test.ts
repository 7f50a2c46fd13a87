import { expect, test } from "bun:test";
import { assemblePrompt, isSmallWindow, type PromptParts } from "../../agent/prompt.ts";

const tools = ["Read", "Write", "Edit", "Bash", "Grep", "Glob", "List"].map((name) => ({
  name,
  description: `${name} does it.`,
  schema: {},
}));
const parts: PromptParts = {
  cwd: "/home/u/project",
  platform: "linux",
  date: "2026-01-31",
  model: { maxRequestTokens: 200_000, knowledgeCutoff: "2025-03" },
  tools,
};
const small = { ...parts, model: { maxRequestTokens: 8192 } };

test("equal parts give the same bytes", () => {
  expect(assemblePrompt(structuredClone(parts))).toBe(assemblePrompt(parts));
  expect(assemblePrompt(structuredClone(small))).toBe(assemblePrompt(small));
});

test("what differs between projects comes behind what does not", () => {
  const here = assemblePrompt({ ...parts, instructions: "Use tabs.", extra: "Be brief." });
  const there = assemblePrompt({ ...parts, cwd: "/srv/other", date: "2027-02-01", instructions: "Use spaces." });
  const shared = [...here].findIndex((letter, index) => letter !== there[index]);
  expect(here.slice(shared - "Working directory: /".length)).toBe(
    "Working directory: /home/u/project\nPlatform: linux\nToday: 2026-01-31\nYour knowledge ends: 2025-03" +
      "\n\nUse tabs.\n\nBe brief.",
  );
});

test("the prompt is short, and shorter still for a small window", () => {
  expect(Buffer.byteLength(assemblePrompt(parts))).toBeLessThanOrEqual(3500);
  expect(Buffer.byteLength(assemblePrompt(small))).toBeLessThanOrEqual(700);
  expect([0, 2048, 16_384, 16_385, 200_000].map((size) => isSmallWindow({ maxRequestTokens: size }))).toEqual([
    false,
    true,
    true,
    false,
    false,
  ]);
});

test("only tools that are there are spoken of", () => {
  const promptFor = (...names: string[]) =>
    assemblePrompt({ ...parts, tools: tools.filter((tool) => names.includes(tool.name)) });
  expect(promptFor("Grep", "Bash")).toContain("To search, use Grep rather than shell commands.");
  expect(promptFor("Grep", "List")).toContain("To search, use Grep, List. Search");
  expect(promptFor("Edit", "Bash")).toContain("Change files with the tools that are there for it, not with the shell.");
  for (const absent of ["To search", "Read a file", "Change files"]) expect(promptFor("Bash")).not.toContain(absent);
  for (const absent of ["shell", "Shell"]) expect(promptFor("Read", "Grep", "Edit")).not.toContain(absent);
  expect(assemblePrompt({ ...parts, tools: [] })).not.toContain("# Tools");
  expect(assemblePrompt({ ...small, tools: [] })).toContain("You have no tools");
});
