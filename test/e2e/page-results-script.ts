/** A project with something for every tool to find, and a model that calls them one after the other. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FakePart, FakeReply, FakeRequest } from "../support/fake-types.ts";
import { toyServer } from "../tools/lsp/toy-project.ts";
import { picture } from "./page-transcript-script.ts";

const call = (name: string, args: Record<string, unknown>): FakePart => ({ call: name, args });

const app = `import { greet } from "./greet.ts";

export class App {
  start(name: string): string {
    return greet(name);
  }
}
`;
const greet = `/** Says hello. */
export function greet(name: string): string {
  return "hello " + name;
}
`;

/** Cards of an author who means no good. */
const plugin = `import { definePlugin, defineTool } from "sagent/tools";
import { z } from "zod";
const show = (name, card, data, text = "shown") => defineTool({
  name, description: "Shows " + name + ".", schema: z.strictObject({}), label: () => "Show off: " + name,
  run: () => ({ text, details: card && { type: "custom", name: card, data } }),
});
const nasty = "<img src=x onerror=alert(1)>\\u001b[31m\\u202egnp";
const many = Array.from({ length: 20_000 }, (_, at) => ({ path: "/" + at, line: 1, ...(at < 9 && { text: nasty }) }));
export default definePlugin({ tools: [
  show("many_places", "places", many),
  show("odd_places", "places", [{ path: 3 }, null, { path: nasty, line: -1, title: nasty }]),
  show("bad_page", "document", { title: nasty, url: "javascript:alert(1)", text: nasty + " [x](javascript:alert(2))" }),
  show("good_page", "document", { title: "Notes on tea", url: "https://example.org/tea" }, "# Tea\\n\\n" + "It is hot. ".repeat(200)),
  show("deep_json", "json", { a: [{ b: { c: [1, 2, nasty] } }], d: null, e: "x" }),
  show("json_text", undefined, undefined, JSON.stringify([{ id: 1, state: "open" }, { id: 2, state: "closed" }])),
  show("bad_diff", "diff", { patch: "diff --git a/x b/x\\n@@ -1,9 +1,9 @@\\n-" + nasty + "\\n+b" }),
] });`;

const fakeMcp = join(import.meta.dir, "../support/fake-mcp-stdio.ts");

export const files = {
  "src/app.ts": app,
  "src/greet.ts": greet,
  "a.toy": "def one\nuse one\n",
  "skills.md": "nothing\n",
  "shared.txt": "first\ncommon\nlast\n",
  ".sagent/skills/brew/SKILL.md":
    "---\nname: brew\ndescription: How tea is brewed here\n---\n# Brewing\n\nBoil **water** first.\n",
  ".sagent/plugins/cards/index.ts": plugin,
  ".mcp.json": JSON.stringify({ mcpServers: { fake: { command: process.execPath, args: [fakeMcp] } } }),
};

export function prepare(project: string, log: string, env: Record<string, string>): void {
  writeFileSync(join(project, ".sagent/lsp.json"), JSON.stringify({ servers: { toy: toyServer(log) } }));
  writeFileSync(join(project, "picture.png"), Buffer.from(picture, "base64"));
  writeFileSync(join(env.HOME ?? "", ".gitconfig"), "[user]\n\tname = Agent\n\temail = agent@example.com\n");
  const git = (...args: string[]) => {
    const { exitCode, stderr } = Bun.spawnSync(["git", ...args], { cwd: project, env });
    if (exitCode !== 0) throw new Error(stderr.toString());
  };
  const commit = (text: string, message: string) => {
    writeFileSync(join(project, "shared.txt"), `first\n${text}\nlast\n`);
    git("commit", "--quiet", "--all", "--message", message);
  };
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  git("commit", "--quiet", "--message", "first");
  git("checkout", "--quiet", "-b", "other");
  commit("theirs", "their change");
  git("checkout", "--quiet", "main");
  commit("ours", "our change");
}

const todos = [
  { content: "Look around", status: "completed" },
  { content: "Mend it", status: "in_progress" },
  { content: "Tell of it", status: "pending" },
];

const find = (...names: readonly string[]) => call("ToolSearch", { query: names.join(" ") });
const shows = ["many_places", "odd_places", "bad_page", "good_page", "deep_json", "json_text", "bad_diff"];

const answers: Readonly<Record<string, readonly (readonly FakePart[])[]>> = {
  code: [
    [find("CodeSearch", "RepoMap", "LSP")],
    [
      call("Grep", { pattern: "greet", path: "src", output_mode: "content" }),
      call("CodeSearch", { query: "greet" }),
      call("CodeSearch", { query: "greet", find: "uses" }),
      call("RepoMap", {}),
      call("LSP", { op: "references", file_path: "a.toy", line: 1, name: "one" }),
    ],
    [call("Edit", { file_path: "a.toy", old_string: "use one", new_string: "use one two" })],
  ],
  git: [
    [find("Git"), call("Bash", { command: "echo more >> skills.md; touch new.txt" })],
    [
      call("Git", { operation: "status" }),
      call("Git", { operation: "diff" }),
      call("Git", { operation: "review", ref: "other" }),
      call("Git", { operation: "merge", ref: "other" }),
    ],
  ],
  rest: [
    [find("Skill", "mcp__fake__add", "mcp__fake__picture")],
    [
      call("Read", { file_path: "picture.png" }),
      call("Todo", { todos }),
      call("Skill", { skill: "brew" }),
      call("mcp__fake__add", { a: 1, b: 2 }),
      call("mcp__fake__picture", {}),
      call("AgentSpawn", { prompt: "Say hello.", label: "helper", isolation: "worktree" }),
    ],
  ],
  cards: [[find(...shows.slice(0, 4)), find(...shows.slice(4))], shows.map((name) => call(name, {}))],
};

export function resultsScript({ view }: FakeRequest): FakeReply {
  const asked = view.messages.findLastIndex(({ role, texts }) => role === "user" && texts.length > 0);
  const rounds = view.messages.slice(asked + 1).filter(({ role }) => role === "assistant").length;
  const told = view.messages[asked]?.texts.at(-1) ?? "";
  return { parts: [...(answers[told]?.[rounds] ?? [{ text: told in answers ? `The ${told} is done.` : "Hello." }])] };
}
