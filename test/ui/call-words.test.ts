import { expect, test } from "bun:test";
import type { ResultKind, ToolResultMessage } from "../../agent/message.ts";
import { argsLine, isRunning, titleOf, whyOf } from "../../ui/state/call-words.ts";
import { callOf, finishCall, grown } from "../../ui/state/calls.ts";
import { cardsOf } from "../../ui/state/cards.ts";
import { shownBytes, shownCount, shownMs, shownUsd } from "../../ui/state/format.ts";
import { plain } from "../../ui/state/plain.ts";
import type { CallView } from "../../ui/state/view.ts";

const call = (name: string, rest: Partial<CallView> = {}): CallView => ({ ...callOf(name), ...rest });

test("a call's line names what it is about, in one line, as seen from where the agent is", () => {
  const about = (view: CallView) => titleOf(view, "/home/me/project");
  expect(about(call("Bash", { args: { command: "make\n  test" } })).subject).toBe("make test");
  expect(about(call("Read", { args: { file_path: "/home/me/project/src/a.ts" } })).subject).toBe("src/a.ts");
  expect(about(call("Read", { args: { file_path: "/home/me/projects/a" } })).subject).toBe("/home/me/projects/a");
  expect(about(call("Grep", { args: { pattern: "x y", path: "/home/me/project/src" } }))).toEqual({
    does: "Search for",
    subject: "x y",
    beside: "src",
  });
  expect(about(call("Unknown", { args: { deep: { a: 1 }, what: "this" } })).subject).toBe("this");
  expect(about(call("constructor", { args: {}, label: "constructor" })).subject).toBe("");
});

test("a call's line is a phrase: of our tools by what they do, of others by what they say themselves", () => {
  const phrase = (name: string, args: CallView["args"], label = "") => {
    const { does, subject, beside } = titleOf(call(name, { args, label }), "/p");
    return [does, subject, ...(beside ? ["in", beside] : [])].join(" ").trim();
  };
  expect(phrase("WebSearch", { query: "bun sqlite" })).toBe("Search the web for bun sqlite");
  expect(phrase("WebFetch", { url: "https://a.test", method: "POST" })).toBe("Post to https://a.test");
  expect(phrase("LSP", { op: "callers", name: "run", file_path: "/p/a.ts" })).toBe("Find callers of run in a.ts");
  expect(phrase("LSP", { op: "diagnostics" })).toBe("Check for errors");
  expect(phrase("LSP", { op: "toString" })).toBe("Find the definition of");
  expect(phrase("CodeSearch", { find: "outline", path: "/p/src" })).toBe("Outline src");
  expect(phrase("PaperDetails", { ids: ["a", "b"], operation: "bibtex" })).toBe("Cite a, b");
  expect(
    phrase("Todo", {
      todos: [
        { content: "A", status: "completed" },
        { content: "B", status: "in_progress" },
      ],
    }),
  ).toBe("Plan 1 of 2 done, now: B");
  expect(phrase("Todo", { todos: [null, 3] })).toBe("Plan 0 of 2 done");
  expect(phrase("mcp__github__list_issues", { repo: "a/b" }, "github: List issues a/b")).toBe(
    "github: list_issues a/b",
  );
  expect(phrase("deploy", { to: "live" })).toBe("deploy live");
  expect(phrase("deploy", { to: "live" }, "Deploy: the site")).toBe("Deploy the site");
  expect(phrase("deploy", { to: "live" }, "Bring it live")).toBe("Bring it live");
});

test("what the line leaves out of the arguments is a line too, or is too much for one", () => {
  expect(argsLine(call("Grep", { args: { pattern: "x", path: "/p", output_mode: "content" } }))).toBe(
    "output_mode content",
  );
  expect(argsLine(call("deploy", { args: { to: "live", times: 2, dry: true } }))).toBe("times 2 · dry true");
  expect(argsLine(call("deploy", { args: { to: "live", with: { a: 1 } } }))).toBeUndefined();
  expect(argsLine(call("Sql", { args: { file: "a.db", query: "SELECT 1\nFROM a" } }))).toBeUndefined();
  expect(argsLine(call("deploy", { args: {}, raw: "{bad" }))).toBeUndefined();
});

test("a call that is still being written shows what is there", () => {
  let part = { type: "call", call: call("Write") } as const;
  const seen: string[] = [];
  for (const text of ['{"file_', 'path":"/a/b', "\\", "u00e9", '.ts","content":"x']) {
    part = grown(part, text) as typeof part;
    seen.push(titleOf(part.call, "/a").subject);
  }
  expect(seen).toEqual(["", "b", "b", "bé", "bé.ts"]);
});

test("why a call came to nothing", () => {
  expect(whyOf(call("Edit", { result: "\nIt is not there.\nMore." }))).toBe("It is not there.");
  const process = { exitCode: 3, signal: null, timedOut: false, durationMs: 1, stdoutBytes: 0, stderrBytes: 0 };
  const details = { type: "process", ...process } as const;
  expect(whyOf(call("Bash", { result: "out\n[exit code 3]", details }))).toBe("exit code 3");
});

test("a call in the background may still be stopped; one with a result may not", () => {
  const shared = { type: "toolResult", id: "m1", at: 0, callId: "c1", name: "Bash", isError: false, text: "" } as const;
  const result = (kind: ResultKind): ToolResultMessage => ({ ...shared, kind });
  const pending = finishCall(call("Bash", { status: "running" }), result("pending"));
  const final = finishCall(pending, result("final"));
  expect([pending.status, isRunning(pending), final.status, isRunning(final)]).toEqual([
    "background",
    true,
    "done",
    false,
  ]);
});

test("cards take what fits and no address but of the web", () => {
  const papers = [
    { title: "On X", authors: ["A", 1, "B"], year: 1999, url: "javascript:alert(1)" },
    { authors: ["nobody"] },
    "text",
    { title: "On Y", url: "https://example.org/y", abstract: " " },
  ];
  expect(cardsOf({ type: "custom", name: "papers", data: papers })).toEqual({
    type: "papers",
    papers: [
      { title: "On X", authors: ["A", "B"], year: 1999 },
      { title: "On Y", url: "https://example.org/y" },
    ],
  });
  const data = [
    { title: "a", url: "data:text/html,x" },
    { url: "http://example.org", snippet: "s" },
  ];
  expect(cardsOf({ type: "custom", name: "search", data })).toEqual({
    type: "search",
    pages: [{ title: "http://example.org/", url: "http://example.org/", snippet: "s" }],
  });
  const table = { columns: ["a", "b"], rows: [["1", "\u001b[31mred"], "x", [2, "y"]], note: "2 rows" };
  expect(cardsOf({ type: "custom", name: "table", data: table })).toEqual({
    type: "table",
    table: { columns: ["a", "b"], rows: [["1", "red"], [], ["", "y"]], note: "2 rows" },
  });
  expect(cardsOf({ type: "custom", name: "table", data: [] })).toBeUndefined();
  expect(cardsOf({ type: "custom", name: "other", data: [] })).toBeUndefined();
  expect(cardsOf({ type: "matches", files: 1, matches: 1 })).toBeUndefined();
});

test("numbers as people read them", () => {
  expect([0, 999, 1_400, 12_300, 185_000, 7_800_000].map(shownMs)).toEqual([
    "0 ms",
    "999 ms",
    "1.4 s",
    "12 s",
    "3 min 5 s",
    "2 h 10 min",
  ]);
  expect([0, 999, 1_000, 1_234, 48_400, 999_600, 2_500_000].map(shownCount)).toEqual([
    "0",
    "999",
    "1k",
    "1.2k",
    "48k",
    "1M",
    "2.5M",
  ]);
  expect([0, 0.00001, 0.0123, 1.5].map(shownUsd)).toEqual(["$0", "<$0.0001", "$0.0123", "$1.50"]);
  expect([12, 2_048, 3_500_000].map(shownBytes)).toEqual(["12 B", "2 KB", "3.3 MB"]);
});

test("text from outside is shown without escapes, controls and turns of direction", () => {
  const escaped = "\u001b]8;;javascript:x\u0007link\u001b]8;;\u0007 \u001b[1;31mred\u001b[0m\u009b2J";
  expect(plain(escaped)).toBe("link red");
  expect(plain("a\u202eb\u2066c\u0000d\r\ne\tf\n")).toBe("a\ufffdb\ufffdc\ufffdd\ne\tf\n");
  expect(plain("naïve 🙂 שלום")).toBe("naïve 🙂 שלום");
});
