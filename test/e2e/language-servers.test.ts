import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshHome, type Home, resultOf } from "../server/program.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeReply } from "../support/fake-types.ts";
import { toyServer } from "../tools/lsp/toy-project.ts";

const call = (name: string, args: Record<string, unknown>): FakeReply => ({ parts: [{ call: name, args }] });
const edit = (old_string: string, new_string: string) => call("Edit", { file_path: "a.toy", old_string, new_string });
const script = [
  edit("def one", "def won"),
  call("Bash", { command: 'until grep -q initialized "$LOG" 2>/dev/null; do sleep 0.05; done; sleep 0.3' }),
  edit("use one", "use one two"),
  { parts: [{ text: "Done." }] },
];

/** A project whose own files declare a server; resolves to the log of what that heard. */
async function work(home: Home, args: readonly string[]): Promise<{ log: readonly string[]; texts: string }> {
  const log = join(home.path, "log");
  mkdirSync(join(home.project, ".sagent"));
  writeFileSync(join(home.project, ".sagent/lsp.json"), JSON.stringify({ servers: { toy: toyServer(log) } }));
  writeFileSync(join(home.project, "a.toy"), "def one\nuse one\n");
  const finished = await home.run([...args, "-p", "Go.", "--output-format", "stream-json"], { env: { LOG: log } });
  expect(finished.code).toBe(0);
  return { log: existsSync(log) ? readFileSync(log, "utf8").split("\n") : [], texts: finished.stdout };
}

test("in a trusted project an edit starts the server, the next tells what both broke, and it goes with the program", async () => {
  await using fake = await startFakeProvider(script);
  using home = freshHome(fake);
  const { log, texts } = await work(home, ["--trust"]);
  expect(texts).toContain("New errors (toy):\\na.toy:2: error: one is not defined [T1]\\na.toy:2: error: two is not");
  expect(log.filter((line) => line.startsWith("violation"))).toEqual([]);
  expect(log.slice(-3)).toEqual(["heard shutdown", "heard exit", ""]);
  expect(fake.problems).toEqual([]);
});

test("in a project that nobody trusts, its files start nothing", async () => {
  const quiet = script.filter((_, index) => index !== 1);
  const asked = [call("ToolSearch", { query: "LSP" }), call("LSP", { op: "symbols", file_path: "a.toy" })];
  await using fake = await startFakeProvider([...asked, ...quiet]);
  using home = freshHome(fake);
  const { log, texts } = await work(home, []);
  expect([log, texts.includes("New errors")]).toEqual([[], false]);
  expect(texts).toContain(
    "lsp.json is not obeyed: it could run anything here. If you trust this project: sagent trust",
  );
});

test("the model asks the server that a project has installed, by the tool of the shelf", async () => {
  const asked = [
    call("ToolSearch", { query: "definition references rename" }),
    call("LSP", { op: "definition", file_path: "b.ts", line: 2, name: "one" }),
    { parts: [{ text: "Done." }] },
  ];
  await using fake = await startFakeProvider(asked);
  using home = freshHome(fake);
  symlinkSync(join(import.meta.dir, "../../node_modules"), join(home.project, "node_modules"));
  writeFileSync(join(home.project, "tsconfig.json"), "{}");
  writeFileSync(join(home.project, "a.ts"), "export const one = 1;\n");
  writeFileSync(join(home.project, "b.ts"), 'import { one } from "./a";\nexport const two = one + 1;\n');
  const finished = await home.run(["-p", "Go.", "--output-format", "json"]);
  expect(resultOf(finished).content).toBe("Done.");
  expect(JSON.stringify(fake.requests.at(-1)?.view.messages)).toContain("1 place\\na.ts:1: export const one = 1;");
});
