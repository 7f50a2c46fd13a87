import { expect, test } from "bun:test";
import { UsageError } from "../../agent/error.ts";
import { bashToolWith } from "../../tools/bash.ts";
import { settingLines, settingTable, ToolSettings } from "../../tools/settings.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "./tool-bench.ts";

test("each setting has a default that is a value it takes", () => {
  const names = Object.entries(settingTable).flatMap(([tool, keys]) =>
    Object.keys(keys).map((key) => `${tool}.${key}`),
  );
  expect(settingLines().map((line) => line.split("=")[0])).toEqual(names);
  for (const line of settingLines()) expect(() => new ToolSettings([line.split("  ")[0] ?? ""])).not.toThrow();
});

test("settings are read from text; of two for one key the later counts", () => {
  const settings = new ToolSettings(["Bash.timeoutMs=500", "WebSearch.engines= exa, brave", "Bash.timeoutMs=1e3"]);
  expect(settings.get("Bash", "timeoutMs")).toBe(1000);
  expect(settings.get("WebSearch", "engines")).toEqual(["exa", "brave"]);
  expect(settings.get("LSP", "afterEdits")).toBe(true);
  settings.set("LSP.afterEdits=off");
  expect(settings.get("LSP", "afterEdits")).toBe(false);
  expect(settings.get("Edit", "format")).toBe("auto");
});

test.each([
  ["Bsah.timeoutMs=1", 'There is no setting "Bsah.timeoutMs".', "WebSearch.engines="],
  ["Bash", 'There is no setting "Bash".', "Bash.timeoutMs=120000"],
  ["Bash.env=1", 'Bash has no setting "env".', "Bash.timeoutMs=120000"],
  ["constructor.name=1", 'There is no setting "constructor.name".', "LSP.afterEdits=on"],
  ["Bash.toString=1", 'Bash has no setting "toString".', "Bash.timeoutMs=120000"],
  ["Bash.timeoutMs", 'Bash.timeoutMs is to be a number from 1 to 600000, not "".', "--tool Bash.timeoutMs=120000"],
  ["Bash.timeoutMs=0", 'Bash.timeoutMs is to be a number from 1 to 600000, not "0".', "--tool Bash.timeoutMs=120000"],
  ["Bash.timeoutMs=soon", 'Bash.timeoutMs is to be a number from 1 to 600000, not "soon".', "--tool"],
  ["LSP.afterEdits=perhaps", 'LSP.afterEdits is to be on or off, not "perhaps".', "--tool LSP.afterEdits=on"],
  [
    "Edit.format=vi",
    'Edit.format is to be auto or edit or apply_patch or replace, not "vi".',
    "--tool Edit.format=auto",
  ],
  ["WebSearch.engines=exa,ask", "WebSearch.engines is to be a list of tavily, exa, brave", "--tool WebSearch.engines="],
])("%s is refused and told what there is", (assignment, message, hint) => {
  const settings = new ToolSettings();
  const refusal = (() => {
    try {
      settings.set(assignment);
    } catch (error) {
      return error;
    }
  })();
  if (!(refusal instanceof UsageError)) throw new Error(`${assignment} was taken.`);
  expect([refusal.message, refusal.hint]).toEqual([expect.stringContaining(message), expect.stringContaining(hint)]);
  expect(settings.get("Bash", "timeoutMs")).toBe(120_000);
});

test("a tool takes a setting from the next call on", async () => {
  using dir = tempDir({ memory: true });
  const settings = new ToolSettings();
  const bash = bashToolWith(settings);
  const place = placeAt(dir.path);
  expect((await place.run(bash, { command: "sleep 0.1" })).isError ?? false).toBe(false);
  settings.set("Bash.timeoutMs=20");
  expect((await place.run(bash, { command: "sleep 5" })).text).toContain("0.02 s");
  expect((await place.run(bash, { command: "sleep 0.1", timeout: 5_000 })).isError ?? false).toBe(false);
});

test("the program refuses a setting that there is not before any work", () => {
  const main = new URL("../../server/main.ts", import.meta.url).pathname;
  const argv = [process.execPath, main, "--tools", "none", "--tool", "Bash.color=red", "-p", "Go"];
  const { exitCode, stdout, stderr } = Bun.spawnSync(argv, { env: { PATH: process.env.PATH ?? "" } });
  expect([exitCode, stdout.toString()]).toEqual([2, ""]);
  expect(stderr.toString()).toContain('Bash has no setting "color".');
});
