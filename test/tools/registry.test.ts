import { expect, test } from "bun:test";
import { UsageError } from "../../agent/error.ts";
import { toolSpec } from "../../agent/tool.ts";
import { builtinTools, chooseTools, selectTools, standardTools, toolNames } from "../../tools/registry.ts";

test("the built-in tools", () => {
  const files = ["Read", "Write", "Edit", "Bash", "Grep", "Glob", "List"];
  expect(toolNames).toEqual([...files, "Todo", "AgentSpawn", "AgentSend", "AgentSelf", "Job"]);
  expect(builtinTools().map(({ name }) => name)).toEqual([...toolNames]);
});

test("Ask is there only where somebody answers", () => {
  expect(builtinTools({ canAsk: true }).map(({ name }) => name)).toEqual([...toolNames, "Ask"]);
  expect(selectTools(["Ask", "Read"], { canAsk: true }).map(({ name }) => name)).toEqual(["Read", "Ask"]);
  expect(() => selectTools(["Ask"])).toThrow('There is no tool "Ask".');
});

test("tools are chosen by name, each once", () => {
  expect(selectTools(["Bash", "Read", "Bash"]).map(({ name }) => name)).toEqual(["Read", "Bash"]);
  expect(selectTools([])).toEqual([]);
});

test("an unknown tool is a usage error that lists the known ones", () => {
  const choose = () => selectTools(["Read", "Grpe"]);
  expect(choose).toThrow(UsageError);
  expect(choose).toThrow('There is no tool "Grpe".');
  const hint = (...names: readonly string[]) => {
    try {
      selectTools(names);
    } catch (error) {
      return error instanceof UsageError ? error.hint?.split("The tools are")[0] : undefined;
    }
  };
  expect(hint("grep", "READ")).toBe("Did you mean Grep and Read? ");
  expect(hint("web_fetch", "papersearch")).toBe("Did you mean WebFetch and PaperSearch? ");
  expect(hint("Nope")).toBe("");
});

test("all of them leave room in a first request of 16 KB", () => {
  const bytes = Buffer.byteLength(JSON.stringify(standardTools().tools.map(toolSpec)));
  expect(bytes).toBeLessThanOrEqual(12_300);
});

test("what is not offered stands on the shelf under the very name and description that it has once it is loaded", async () => {
  const { tools, shelf } = standardTools();
  expect(tools.at(-1)?.name).toBe("ToolSearch");
  for (const entry of shelf) {
    const { name, description } = await entry.load();
    expect([name, description]).toEqual([entry.name, entry.description]);
  }
  expect(new Set([...tools, ...shelf].map(({ name }) => name)).size).toBe(tools.length + shelf.length);
});

test("a tool of the shelf is chosen by name like any other", async () => {
  const names = (await chooseTools(["WebFetch", "Read"])).map(({ name }) => name);
  expect(names).toEqual(["Read", "WebFetch"]);
  expect(chooseTools(["WebFetch", "Nope"])).rejects.toThrow('There is no tool "Nope".');
});
