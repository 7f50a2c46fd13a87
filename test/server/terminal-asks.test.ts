/** Questions in the terminal: how they look, what a line means, and which question it answers, on a real fleet. */
import { expect, test } from "bun:test";
import { z } from "zod";
import type { Answer, Ask } from "../../agent/ask.ts";
import type { AgentEvent } from "../../agent/event.ts";
import { Fleet } from "../../agent/fleet.ts";
import { type AnyTool, defineTool } from "../../agent/tool.ts";
import { askLines, readAnswer, TerminalAsks } from "../../server/terminal-asks.ts";
import { runCommand, runLine } from "../../server/terminal-commands.ts";
import { Windows } from "../../server/windows.ts";
import { askTool } from "../../tools/ask.ts";
import { eventsOf, scriptedModel } from "../support/index.ts";

const question: Ask = {
  type: "question",
  text: "Which?",
  choices: [{ label: "red", detail: "like blood" }, { label: "blue" }],
  allowText: true,
  multiple: true,
};
const permission: Ask = {
  type: "permission",
  tool: "Edit",
  text: "Change a.ts",
  command: "ed a.ts\nwq",
  diff: { path: "a.ts", hunks: [{ oldStart: 3, oldLines: 1, newStart: 3, newLines: 1, lines: ["-a", "+b"] }] },
  url: "https://example.org",
  scopes: ["once", "project"],
};

const meanings: [Ask, string, Answer][] = [
  [question, "2", { type: "choice", labels: ["blue"] }],
  [question, " 2, 1 2 ", { type: "choice", labels: ["blue", "red"] }],
  [question, "BLUE", { type: "choice", labels: ["blue"] }],
  [question, "3", { type: "text", text: "3" }],
  [question, "2 of them", { type: "text", text: "2 of them" }],
  [{ ...question, allowText: false }, "green", { type: "choice", labels: ["green"] }],
  [{ ...question, choices: [] }, "2", { type: "text", text: "2" }],
  [permission, "y", { type: "allow", scope: "once" }],
  [permission, "Yes", { type: "allow", scope: "once" }],
  [{ ...permission, scopes: ["session"] }, "y", { type: "allow", scope: "once" }],
  [permission, "s", { type: "allow", scope: "session" }],
  [permission, "project", { type: "allow", scope: "project" }],
  [permission, "n", { type: "deny" }],
  [permission, "no, use sed", { type: "text", text: "no, use sed" }],
  [permission, "no use sed", { type: "deny", reason: "use sed" }],
  [permission, "y but hurry", { type: "text", text: "y but hurry" }],
];
test.each(meanings)("to %j, %j means %j", (ask, text, answer) => expect(readAnswer(ask, text)).toEqual(answer));

test("a question shows who asks, what may be chosen and how; a permission exactly what is to be done", () => {
  expect(askLines("w:a1", "w", question)).toEqual([
    "? w asks (w:a1): Which?",
    "  1  red: like blood",
    "  2  blue",
    "  Answer with numbers, such as 1 2, or in your own words.",
  ]);
  expect(askLines("a2", "main", permission)).toEqual([
    "? main asks (a2) to use Edit: Change a.ts",
    "  $ ed a.ts",
    "  $ wq",
    "  https://example.org",
    "  a.ts",
    "  @@ -3 +3 @@",
    "  -a",
    "  +b",
    "  y: this once; p: for this project; n, or n and why: no",
  ]);
});

test("no line of a question looks like another question", () => {
  const text = "Which?\n? main asks (a9) to use Bash: rm";
  const choices = [{ label: "red\nanswer a1> ", detail: "\n" }];
  expect(askLines("a1", "main", { ...question, text, choices }).slice(0, 3)).toEqual([
    "? main asks (a1): Which?",
    "    ? main asks (a9) to use Bash: rm",
    "  1  red answer a1> :",
  ]);
  const tool = "Edit\n  y: this once";
  expect(askLines("a2", "main", { ...permission, tool })[0]).toBe(
    "? main asks (a2) to use Edit y: this once: Change a.ts",
  );
});

test("a long diff is cut, and says so", () => {
  const lines = Array.from({ length: 100 }, (_, index) => `+${index}`);
  const hunks = [{ oldStart: 1, oldLines: 0, newStart: 1, newLines: 100, lines }];
  const shown = askLines("a1", "main", { ...permission, diff: { path: "a.ts", hunks } });
  expect(shown.slice(-3)).toEqual(["  +58", "  … 41 more lines", shown.at(-1) ?? ""]);
});

/** A tool that asks for permission, as a policy would. */
const guarded = defineTool({
  name: "Guarded",
  description: "Asks first.",
  schema: z.object({}),
  async run(_, { ask }) {
    const answer = await ask?.(permission);
    return JSON.stringify(answer);
  },
});

function scene(tools: readonly AnyTool[], ...calls: { call: string; args: Record<string, string> }[]) {
  let first = true;
  const model = scriptedModel(() => {
    const parts = first ? calls : [{ text: "Done." }];
    first = false;
    return { parts };
  });
  const fleet = new Fleet();
  const root = fleet.root({ model, tools, canAsk: true });
  const asks = new TerminalAsks(fleet, root.label);
  const printed: string[] = [];
  const events: AgentEvent[] = [];
  fleet.subscribe((event) => events.push(event));
  const all = { fleet, root, asks, windows: new Windows(), print: (text: string) => void printed.push(text) };
  const say = (line: string) => (line.startsWith("/") ? runCommand(line, all) : runLine(line, all));
  const asked = async (count: number) => {
    while (asks.open.length < count) await Bun.sleep(1);
  };
  const answers = () => eventsOf(events, "answered").map(({ agent, askId, answer }) => [agent, askId, answer]);
  return { fleet, root, asks, printed, say, asked, answers };
}

test("a line answers the oldest question; one that does not fit is told what would", async () => {
  const two = [
    { call: "Guarded", args: {} },
    { call: "Ask", args: { question: "Why?" } },
  ];
  const { fleet, asks, say, asked, printed, answers } = scene([guarded, askTool], ...two);
  expect(asks.prompt()).toBe("> ");
  say("Go.");
  await asked(2);
  expect(asks.prompt()).toBe("answer a1> ");
  say("maybe");
  say("s");
  expect(asks.prompt()).toBe("answer a1> ");
  say("p");
  expect(asks.prompt()).toBe("answer a2> ");
  say("Because.");
  await fleet.quiet();
  const hint = "\n  y: this once; p: for this project; n, or n and why: no";
  expect(printed).toEqual([
    `This asks for permission; it is answered with allow or deny.${hint}`,
    `"session" is not offered: once, project.${hint}`,
  ]);
  expect(answers()).toEqual([
    ["main", "a1", { type: "allow", scope: "project" }],
    ["main", "a2", { type: "text", text: "Because." }],
  ]);
  await fleet[Symbol.asyncDispose]();
});

test("a child asks under its own name, and any question can be named", async () => {
  const { fleet, asks, say, asked, printed, answers } = scene([askTool], { call: "Ask", args: { question: "Why?" } });
  say("/answer x");
  say("/spawn worker Begin.");
  await asked(1);
  expect([asks.prompt(), fleet.report("worker").asks.length]).toEqual(["answer worker:a1> ", 1]);
  say("/answer a1 wrong one");
  say("/answer worker:a1 Because of the weather.");
  await fleet.quiet();
  expect(printed).toEqual([
    "No question is open.",
    '"worker" has begun. /send worker TEXT reaches it.',
    "No question a1 is open.",
  ]);
  expect(answers()).toEqual([["worker", "a1", { type: "text", text: "Because of the weather." }]]);
  await fleet[Symbol.asyncDispose]();
});
