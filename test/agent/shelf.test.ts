import { expect, test } from "bun:test";
import { z } from "zod";
import { Agent } from "../../agent/agent.ts";
import { defineTool, shelved } from "../../agent/tool.ts";
import { toolSearchTool } from "../../tools/tool-search.ts";
import { scriptedModel } from "../support/index.ts";
import { answered } from "./agent-rig.ts";

const plain = (name: string, description: string) =>
  defineTool({ name, description, schema: z.strictObject({}), run: () => `${name} ran` });
const shelf = [
  shelved(plain("WebSearch", "Searches the web for pages")),
  shelved(plain("PaperSearch", "Searches scientific papers and their citations")),
  shelved(plain("Sql", "Reads a SQLite database")),
];

/** Names of the tools that the model was told of, a line for each of its calls. */
const told = (model: ReturnType<typeof scriptedModel>) =>
  model.requests.map(({ tools }) => tools.map(({ name }) => name).join(" "));

test("what ToolSearch finds is offered from the next call on, behind what was there", async () => {
  const model = scriptedModel([
    { parts: [{ call: "ToolSearch", args: { query: "papers with citations" } }] },
    { parts: [{ call: "PaperSearch", args: {} }] },
    answered("Done."),
  ]);
  await using agent = new Agent({
    model,
    tools: [plain("Read", "Reads a file"), toolSearchTool(["WebSearch"])],
    shelf,
  });
  const { content } = await agent.run("Find papers.");
  expect(content).toBe("Done.");
  expect(told(model)).toEqual(["Read ToolSearch", "Read ToolSearch PaperSearch", "Read ToolSearch PaperSearch"]);
  const results = agent.snapshot().messages.flatMap((entry) => (entry.type === "toolResult" ? [entry.text] : []));
  expect(results).toEqual([
    "1 tool is available to you from now on:\n- PaperSearch: Searches scientific papers and their citations",
    "PaperSearch ran",
  ]);
});

test("a call of a tool that is still on the shelf loads it and says so", async () => {
  const model = scriptedModel([
    { parts: [{ call: "Sql", args: {} }] },
    { parts: [{ call: "Sql", args: {} }] },
    answered("Done."),
  ]);
  await using agent = new Agent({ model, tools: [plain("Read", "Reads a file")], shelf });
  await agent.run("Look.");
  expect(told(model)).toEqual(["Read", "Read Sql", "Read Sql"]);
  const results = agent
    .snapshot()
    .messages.flatMap((entry) => (entry.type === "toolResult" ? [[entry.isError, entry.text]] : []));
  expect(results).toEqual([
    [true, "Sql was not loaded, so it was not run. It is loaded now: call it again."],
    [false, "Sql ran"],
  ]);
});

test("names are found however they are written; words that fit nothing, of whatever language, bring the list", async () => {
  const queries = ["web_search", "论文 引用", "SQL", "WebSearch", "select:PaperSearch"];
  const steps = queries.map((query) => ({ parts: [{ call: "ToolSearch", args: { query } }] }));
  const model = scriptedModel([...steps, answered("Done.")]);
  await using agent = new Agent({ model, tools: [toolSearchTool([])], shelf });
  await agent.run("Look.");
  const results = agent.snapshot().messages.flatMap((entry) => (entry.type === "toolResult" ? [entry.text] : []));
  expect(results).toEqual([
    "1 tool is available to you from now on:\n- WebSearch: Searches the web for pages",
    'No other tool than those you have fits "论文 引用". There are: PaperSearch, Sql.',
    "1 tool is available to you from now on:\n- Sql: Reads a SQLite database",
    'No other tool than those you have fits "WebSearch". There are: PaperSearch.',
    "1 tool is available to you from now on:\n- PaperSearch: Searches scientific papers and their citations",
  ]);
  expect(told(model).at(-1)).toBe("ToolSearch WebSearch Sql PaperSearch");
});
