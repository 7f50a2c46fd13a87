/** What a person may say in the terminal, on a real fleet. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { Fleet } from "../../agent/fleet.ts";
import { defineTool } from "../../agent/tool.ts";
import { readConfig } from "../../server/config.ts";
import { Extensions } from "../../server/extensions.ts";
import { TerminalAsks } from "../../server/terminal-asks.ts";
import { commandHelp, completions, runCommand } from "../../server/terminal-commands.ts";
import { Windows } from "../../server/windows.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { writeFiles } from "../support/write-files.ts";

function scene() {
  const model = scriptedModel(() => ({ parts: [{ text: "Done." }] }));
  const fleet = new Fleet();
  const windows = new Windows();
  fleet.subscribe((event) => windows.note(event));
  const root = fleet.root({ model });
  const printed: string[] = [];
  const say = (line: string) =>
    runCommand(line, {
      fleet,
      root,
      asks: new TerminalAsks(fleet, root.label),
      windows,
      print: (text) => void printed.push(text),
    });
  return { model, fleet, root, printed, say };
}

test("a command that somebody wrote is completed, listed and said; reading again tells what there is", async () => {
  using dir = tempDir();
  writeFiles(dir.path, {
    ".sagent/commands/greet.md": "---\nargument-hint: NAME\ndescription: Greets\n---\nGreet $1.",
  });
  const { model, fleet, root, printed } = scene();
  const env = { HOME: dir.path };
  const extensions = await Extensions.open(readConfig({ cwd: dir.path }), env);
  const print = (text: string) => void printed.push(text);
  const asks = new TerminalAsks(fleet, root.label);
  const say = (line: string) => runCommand(line, { fleet, root, asks, windows: new Windows(), extensions, print });
  expect(completions("/gr", fleet, extensions.commands.all)).toEqual([["/greet "], "/gr"]);
  expect(commandHelp(extensions.commands.all)).toEndWith(`\n${"/greet NAME".padEnd(26)} Greets`);
  say("/greet Ada");
  await until(() => model.requests.length > 0);
  await fleet.quiet();
  expect(model.requests[0]?.messages).toMatchObject([{ type: "user", text: "Greet Ada." }]);
  writeFiles(dir.path, { ".sagent/commands/leave.md": "Go." });
  say("/reload");
  await until(() => printed.length > 0);
  expect(printed).toEqual(["Read again: 0 files of instructions, 0 skills, 2 commands, 0 hooks, 0 plug-ins."]);
});

const link = { callId: "c1", signal: new AbortController().signal, progress: () => {} } as const;

test("what there is, and what there is not", () => {
  const { say, printed } = scene();
  say("/help");
  say("/nothing at all");
  say("/model");
  say("/cost");
  say("/agents");
  expect(printed).toEqual([
    commandHelp(),
    "There is no command /nothing. /help lists those there are.",
    "scripted scripted",
    "$0.0000",
    "main  idle  scripted  $0.0000",
  ]);
});

test("a child that the person began works, and does not tell its parent", async () => {
  const { fleet, say, printed, model } = scene();
  expect(say("/spawn worker Look around.")).toBe("stay");
  await fleet.quiet();
  say("/status worker");
  say("/status nobody");
  say("/agents");
  expect(printed).toEqual([
    '"worker" has begun. /send worker TEXT reaches it.',
    printed[1] ?? "",
    'There is no living agent "nobody".\n  Living: main, worker.',
    "main  idle  scripted  $0.0000",
    "main/worker  idle  scripted  $0.0000",
  ]);
  expect(printed[1]?.split("\n")).toEqual([
    "main/worker: idle",
    "model    scripted scripted, effort none, thinking none",
    expect.stringMatching(/^context {2}\d+ of [\d,]+ tokens$/),
    "rounds   0",
    "cost     $0.0000",
  ]);
  expect(model.requests.length).toBe(1);
  expect(say("/quit")).toBe("leave");
});

test("a child is told something, and a target that means nobody lists the living", async () => {
  const { fleet, say, printed, model } = scene();
  await fleet.spawn("main", { prompt: "Wait.", label: "worker-1", persistent: true, notify: false }, link);
  await fleet.quiet();
  say("/send worker-* go on");
  await fleet.quiet();
  const heard = model.requests.at(-1)?.messages.map((message) => ("text" in message ? message.text : ""));
  expect(heard).toEqual(["Wait.", "", "go on"]);
  say("/send nobody x");
  expect(printed).toEqual(['"nobody" names no living agent.\n  Living: main, worker-1.']);
});

test("running calls are named by their ids: detached, waited for again, ended", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const slow = defineTool({ name: "Slow", description: "Slow.", schema: z.object({}), run: () => promise });
  const model = scriptedModel([
    { parts: [{ call: "Slow", args: {} }] },
    { parts: [{ text: "On." }] },
    { parts: [{ text: "End." }] },
  ]);
  const fleet = new Fleet();
  const root = fleet.root({ model, tools: [slow] });
  const printed: string[] = [];
  const kinds: string[] = [];
  const started = Promise.withResolvers<void>();
  root.subscribe((event) => {
    if (event.type === "toolStarted") started.resolve();
    if (/^tool(Detached|Undetached|Ended)$/.test(event.type)) kinds.push(event.type);
  });
  const say = (line: string) =>
    runCommand(line, {
      fleet,
      root,
      windows: new Windows(),
      asks: new TerminalAsks(fleet, root.label),
      print: (text) => void printed.push(text),
    });
  root.send({ type: "prompt", text: "Go." });
  await started.promise;
  for (const line of ["/kill", "/detach c1", "/undetach c1", "/kill all"]) say(line);
  await fleet.quiet();
  resolve("late");
  expect(printed).toEqual(["/kill needs the id of a call, such as c3, or all."]);
  expect(kinds).toEqual(["toolDetached", "toolUndetached", "toolEnded"]);
  await fleet[Symbol.asyncDispose]();
});

test("queued words wait for the end of the work; cleared ones are gone", async () => {
  const { fleet, say, root, model } = scene();
  root.send({ type: "prompt", text: "First." });
  say("/queue Then this.");
  await fleet.quiet();
  expect(model.requests.length).toBe(2);
  say("/clear");
  say("/halt");
  say("/queue Anew.");
  await fleet.quiet();
  expect(model.requests.at(-1)?.messages.map((message) => message.type)).toEqual(["user"]);
});

test("Tab completes commands, agents and known values", () => {
  const { fleet } = scene();
  const offered = ["/e", "/undetach c1 m", "/thinking r", "/kill ", "/model x", "Read /e"].map((line) =>
    completions(line, fleet),
  );
  expect(offered).toEqual([
    [["/effort "], "/e"],
    [["main"], "m"],
    [["redact"], "r"],
    [["all"], ""],
    [[], "x"],
    [[], "Read /e"],
  ]);
});
