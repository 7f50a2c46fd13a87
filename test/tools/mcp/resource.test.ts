import { expect, test } from "bun:test";
import { listPrompts, promptText } from "../../../tools/mcp/prompts.ts";
import { resourceSource, resourceTool } from "../../../tools/mcp/resource.ts";
import { McpServer } from "../../../tools/mcp/server.ts";
import { must } from "../../support/must.ts";
import { placeAt } from "../tool-bench.ts";
import { configOf, stdioRig, surroundings } from "./rig.ts";

const gone = () => new McpServer(configOf({ command: "no-such-program" }, "gone"), "gone", surroundings("/tmp"));

test("resources are listed and read, and a server that is not there hinders no other", async () => {
  await using rig = stdioRig();
  const tool = resourceTool([rig.server, gone()]);
  const { run } = placeAt(rig.dir.path);
  expect(await run(tool, {})).toEqual({
    text: [
      "fake:",
      "- note://one one (text/plain, The first note)",
      "- note://{name} notes",
      "",
      'gone: not to be had: Executable not found in $PATH: "no-such-program".',
    ].join("\n"),
  });
  expect(await run(tool, { server: "fake", uri: "note://one" })).toEqual({ text: "[note://one]\nRemember the milk." });
  expect(await run(tool, { server: "fake", uri: "note://none" })).toEqual({
    text: 'note://none could not be read from the MCP server "fake": There is no note://none.',
    isError: true,
  });
  expect((await run(tool, { uri: "note://one" })).text).toBe("Say of which server: fake, gone.");
  expect((await run(tool, { server: "x" })).text).toBe('There is no MCP server "x". There are: fake, gone.');
  expect((await run(tool, { server: "gone" })).isError).toBe(true);
});

test("the tool is there before any server is started", () => {
  const source = resourceSource([gone()]);
  expect(source.tools?.map(({ name }) => name)).toEqual(["McpResource"]);
  expect([source.mayHave("McpResource"), source.mayHave("mcp__gone__x")]).toEqual([true, false]);
});

test("prompts are listed and filled with a line's words", async () => {
  await using rig = stdioRig();
  const prompts = await listPrompts(rig.server);
  expect(prompts).toEqual([{ name: "greet", description: "Greets somebody", args: [{ name: "who", required: true }] }]);
  const greet = must(prompts[0]);
  expect(await promptText(rig.server, greet, "the whole world")).toBe("Say hello to the whole world.");
  expect(await promptText(rig.server, greet, 'who="you all"')).toBe("Say hello to you all.");
  await expect(promptText(rig.server, greet, "")).rejects.toThrow("The prompt greet needs who.");
});
