/** What each line that begins with `/` asks for, on each surface. */
import { expect, test } from "bun:test";
import { commandSchema } from "../../agent/command-schema.ts";
import { isSlash, parseSlash, slashCommands, slashHelp, unfinished } from "../../server/slash.ts";
import { choices } from "../../server/slash-command.ts";

const command = (command: object, target?: string) => ({
  type: "command",
  command,
  ...(target === undefined ? {} : { target }),
});
const local = (name: string, more: object = {}) => ({ type: "local", name, ...more });
const wrong = (text: string) => ({ type: "error", text });
const efforts = "none, min, low, medium, high, xhigh, max";

const everywhere: readonly [line: string, action: object][] = [
  ["/model", local("model")],
  ["/model opus-5.5", command({ type: "switch", model: "opus-5.5" })],
  ["/model opus-5.5  high ", command({ type: "switch", model: "opus-5.5", settings: { effort: "high" } })],
  ["/model opus-5.5 hard", wrong(`"hard" is not one of: ${efforts}.`)],
  ["/effort max", command({ type: "switch", settings: { effort: "max" } })],
  ["/effort", wrong(`/effort needs one of: ${efforts}.`)],
  ["/effort low high", wrong(`"low high" is not one of: ${efforts}.`)],
  ["/thinking off", command({ type: "switch", settings: { thinkingBudget: "none", thinkingOutput: "none" } })],
  ["/thinking on", command({ type: "switch", settings: { thinkingBudget: "fixed", thinkingOutput: "text" } })],
  ["/thinking adaptive", command({ type: "switch", settings: { thinkingBudget: "auto", thinkingOutput: "text" } })],
  ["/thinking redact", command({ type: "switch", settings: { thinkingBudget: "auto", thinkingOutput: "redacted" } })],
  ["/thinking hard", wrong('"hard" is not one of: adaptive, on, off, redact.')],
  [
    "/queue Then  this\n\n  and that.\n",
    command({ type: "prompt", policy: "when-idle", text: "Then  this\n\n  and that." }),
  ],
  ["/queue", wrong("/queue needs the text.")],
  ["/clear", command({ type: "clear" })],
  ["/clear it all", wrong("/clear takes nothing behind it.")],
  ["/compact", command({ type: "compact" })],
  ["/compact the file names", command({ type: "compact", hint: "the file names" })],
  ["/agents", local("agents")],
  ["/status", local("status")],
  ["/status worker-1", local("status", { agent: "worker-1" })],
  ["/spawn worker Read\nall of it.", local("spawn", { label: "worker", text: "Read\nall of it." })],
  ["/spawn worker", wrong("/spawn needs a label and a task.")],
  ["/send worker-* go  on", command({ type: "prompt", text: "go  on" }, "worker-*")],
  ["/send worker", wrong("/send needs an agent and the text.")],
  ["/halt", command({ type: "halt" })],
  ["/halt {a,b}", command({ type: "halt" }, "{a,b}")],
  ["/kill c3", command({ type: "kill", call: "c3" })],
  ["/kill all worker", command({ type: "kill", call: "all" }, "worker")],
  ["/kill 3", wrong("/kill needs the id of a call, such as c3, or all.")],
  ["/detach c12", command({ type: "detach", call: "c12" })],
  ["/detach", wrong("/detach needs the id of a call, such as c3, or all.")],
  ["/undetach c1 a", command({ type: "undetach", call: "c1" }, "a")],
  ["/undetach x", wrong("/undetach needs the id of a call, such as c3, or all.")],
  ["/cost", local("cost")],
  ["/reload", local("reload")],
  ["  /help ", local("help")],
  ["/nothing at all", wrong("There is no command /nothing. /help lists those there are.")],
];

test.each([...everywhere])("%j", (line, action) => {
  expect<object>(parseSlash(line, "terminal")).toEqual(action);
  expect<object>(parseSlash(line, "page")).toEqual(action);
});

const onePlace: readonly [line: string, on: "terminal" | "page", action: object][] = [
  ["/quit", "terminal", local("quit")],
  ["/exit", "terminal", local("quit")],
  ["/answer a2  Blue, and bright.", "terminal", local("answer", { text: "a2  Blue, and bright." })],
  ["/answer", "terminal", wrong("/answer needs a text or a number.")],
  ["/new", "page", local("new")],
  ["/resume", "page", local("resume")],
  ["/resume 0a1b2c3d4e5f", "page", local("resume", { session: "0a1b2c3d4e5f" })],
  ["/fork", "page", local("fork")],
  ["/rename Fix  the parser", "page", local("rename", { title: "Fix  the parser" })],
  ["/rename", "page", wrong("/rename needs a title.")],
  ["/export html", "page", local("export", { format: "html" })],
  ["/export docx", "page", wrong('"docx" is not one of: markdown, json, html.')],
  ["/theme dark", "page", local("theme", { theme: "dark" })],
  ["/theme", "page", wrong("/theme needs one of: system, light, dark.")],
];

test.each([...onePlace])("%j on the %s only", (line, on, action) => {
  expect<object>(parseSlash(line, on)).toEqual(action);
  const [name] = line.split(" ", 1);
  const elsewhere = on === "page" ? "terminal" : "page";
  expect<object>(parseSlash(line, elsewhere)).toEqual(
    wrong(`There is no command ${name}. /help lists those there are.`),
  );
});

test("a command that somebody wrote is handed on as it is, unless one is built in", () => {
  const own = ["/git:fix", "/clear"];
  expect<object>(parseSlash(" /git:fix all  of it\n", "page", own)).toEqual({
    type: "own",
    line: "/git:fix all  of it",
  });
  expect<object>(parseSlash("/clear", "terminal", own)).toEqual(command({ type: "clear" }));
  expect(["/git:fix", "/a_b-c x", "/git:fix/x", "/x.md"].map(isSlash)).toEqual([true, true, false, false]);
});

test.each(["terminal", "page"] as const)("every command of the %s is tried above, and its help is a line", (on) => {
  const tried = new Set([...everywhere, ...onePlace].map(([line]) => line.trim().split(" ", 1)[0]));
  const names = slashCommands(on).map(({ name }) => name);
  expect(names.filter((name) => !tried.has(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  expect(
    slashHelp(on)
      .split("\n")
      .map((line) => line.split(" ", 1)[0]),
  ).toEqual(names);
});

test("every command to an agent is one that it understands", () => {
  const lines = everywhere.map(([line]) => parseSlash(line, "page"));
  const commands = lines.flatMap((action) => (action.type === "command" ? [action.command] : []));
  expect(commands.length).toBeGreaterThan(15);
  expect(commands.map((each) => commandSchema.parse(each))).toEqual(commands);
});

test("every known value of an argument is taken", () => {
  for (const { name, args } of slashCommands("page")) {
    const [kind] = args;
    if (kind !== "effort" && kind !== "thinking" && kind !== "format" && kind !== "theme") continue;
    for (const value of choices[kind]) expect(parseSlash(`${name} ${value}`, "page").type).not.toBe("error");
  }
});

test("a path is not a command", () => {
  expect(["/", "/help", "/model x", "/nonsense\nmore"].map(isSlash)).toEqual([true, true, true, true]);
  expect(["/etc/hosts is wrong", "/README.md", "a /help", "", "// a comment"].map(isSlash)).toEqual(
    Array(5).fill(false),
  );
});

const ends: readonly [line: string, end: object | undefined][] = [
  ["/", { kind: "command", word: "/", from: 0 }],
  ["/mo", { kind: "command", word: "/mo", from: 0 }],
  ["/model ", { kind: "model", word: "", from: 7 }],
  ["/model opus  hi", { kind: "effort", word: "hi", from: 13 }],
  ["/model opus high x", undefined],
  ["/send wor", { kind: "agent", word: "wor", from: 6 }],
  ["/send worker go", undefined],
  ["/detach all ", { kind: "agent", word: "", from: 12 }],
  ["/clear ", undefined],
  ["/nothing x", undefined],
  ["/theme d", undefined],
  ["a /mo", undefined],
  ["/etc/ho", undefined],
];

test.each([...ends])("what completes %j", (line, end) => {
  expect<object | undefined>(unfinished(line, "terminal")).toEqual(end);
});
