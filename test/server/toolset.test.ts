import { expect, test } from "bun:test";
import { UsageError } from "../../agent/error.ts";
import { formFor } from "../../agent/tool.ts";
import { toolSetOf } from "../../server/toolset.ts";
import { SkillBook } from "../../tools/skills/book.ts";
import { scriptedModel } from "../support/index.ts";

const { info } = scriptedModel([]);
const place = { canAsk: false, env: {} };
const names = (tools: readonly { readonly name: string }[]) => tools.map(({ name }) => name);

test("tools that are disallowed are left out, of the shelf too", async () => {
  const set = {
    tools: undefined,
    advisor: undefined,
    contain: false,
    trust: false,
    disallowTools: ["Bash", "WebFetch"],
  };
  const { tools, shelf } = await toolSetOf(set, info, place);
  expect(names(tools)).toContain("Read");
  expect(names(tools)).not.toContain("Bash");
  expect(names(shelf)).toContain("WebSearch");
  expect(names(shelf)).not.toContain("WebFetch");
});

test("a name that is no tool's is refused, wherever it stands", async () => {
  const wanted = { tools: undefined, advisor: undefined, contain: false, trust: false, disallowTools: ["Bsah"] };
  expect(toolSetOf(wanted, info, place)).rejects.toThrow(new UsageError('There is no tool "Bsah".'));
  expect(toolSetOf({ ...wanted, tools: ["Raed"] }, info, place)).rejects.toThrow(UsageError);
});

test("models are told of the edit tool that they know, unless it is disallowed", async () => {
  const told = async (...disallowTools: string[]) => {
    const set = { tools: undefined, advisor: undefined, contain: false, trust: false, disallowTools };
    const { tools } = await toolSetOf(set, info, place);
    const gpt = { ...info, provider: "openai", id: "gpt-5.5", wireId: "gpt-5.5" };
    return names(tools.map((tool) => formFor(tool, gpt))).filter((name) =>
      ["Edit", "apply_patch", "replace"].includes(name),
    );
  };
  expect([await told(), await told("apply_patch"), await told("Edit")]).toEqual([["apply_patch"], ["Edit"], []]);
});

test("a small window has room for few tools", async () => {
  const set = { tools: undefined, advisor: undefined, contain: false, trust: false, disallowTools: [] };
  const { tools, shelf } = await toolSetOf(set, { ...info, maxRequestTokens: 8_000 }, place);
  expect(names(tools)).toEqual(["Read", "Write", "Edit", "Bash", "Grep", "Glob", "List"]);
  expect(shelf).toEqual([]);
});

test("contained, there is neither a shell nor a way to load what was written, unless it is named", async () => {
  const set = { tools: undefined, advisor: undefined, contain: true, trust: false, disallowTools: [] };
  const extensions = { skills: new SkillBook(), reload: async () => "" };
  const { tools, shelf } = await toolSetOf(set, info, { ...place, extensions });
  expect(names(tools)).not.toContain("Bash");
  expect(names(shelf)).not.toContain("Reload");
  expect(names((await toolSetOf({ ...set, contain: false }, info, { ...place, extensions })).shelf)).toContain(
    "Reload",
  );
  expect(names((await toolSetOf({ ...set, tools: ["Bash", "Read"] }, info, place)).tools)).toEqual(["Read", "Bash"]);
});
