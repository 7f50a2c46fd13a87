/** MCP servers through the program: set up, trusted, found by ToolSearch, called, and gone at the end. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeReply, FakeRequest } from "../support/fake-types.ts";
import { freshHome, type Home, resultOf } from "./program.ts";

const fakeStdio = join(import.meta.dir, "../support/fake-mcp-stdio.ts");

/** Writes a configuration of the fake. The file that it notes its starts in is given back. */
function setUp(home: Home, path = join(home.project, ".mcp.json"), more: Record<string, unknown> = {}): string {
  const log = join(home.path, "mcp-log");
  const fake = { command: process.execPath, args: [fakeStdio, `log=${log}`], ...more };
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, JSON.stringify({ mcpServers: { fake } }));
  return log;
}

const linesOf = (log: string) => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);

/** Looks for a tool, calls it, and says what came of it. */
function calling(name: string, args: Record<string, string | number>) {
  return ({ view }: FakeRequest): FakeReply => {
    const last = JSON.stringify(view.messages.at(-1));
    if (last.includes("Begin.")) return { parts: [{ call: "ToolSearch", args: { query: name } }] };
    if (last.includes("available to you")) return { parts: [{ call: `mcp__fake__${name}`, args }] };
    return { parts: [{ text: `Came back: ${last}` }] };
  };
}

test("a model finds a server's tool, calls it, and the server ends with the run", async () => {
  await using provider = await startFakeProvider(calling("add", { a: 2, b: 3 }));
  using home = freshHome(provider);
  const log = setUp(home);
  const finished = await home.run(["-p", "Begin.", "--trust", "--output-format", "json"]);
  expect([finished.code, provider.problems, finished.stderr]).toEqual([0, [], ""]);
  expect(resultOf(finished).content).toContain('\\"sum\\": 5');
  const [started = ""] = linesOf(log);
  expect(started).toMatch(/^started \d+$/);
  expect(linesOf(log)).toHaveLength(1);
  expect(existsSync(`/proc/${started.split(" ")[1]}`)).toBe(false);
});

test("a run that wants no tool of a server starts none", async () => {
  await using provider = await startFakeProvider([{ parts: [{ text: "Hi." }] }]);
  using home = freshHome(provider);
  const log = setUp(home, join(home.env.XDG_CONFIG_HOME ?? "", "sagent/mcp.json"));
  expect((await home.run(["-p", "Hello."])).stdout).toBe("Hi.\n");
  expect(linesOf(log)).toEqual([]);
});

test("a server's question to the model costs the run's money, where the configuration lets it ask", async () => {
  const think = calling("think", { text: "What is 6 times 7?" });
  await using provider = await startFakeProvider((request) => {
    const first = JSON.stringify(request.view.messages);
    return first.includes("Begin.") ? think(request) : { parts: [{ text: "It is 42." }] };
  });
  using home = freshHome(provider);
  setUp(home, join(home.project, ".mcp.json"), { sampling: "allow" });
  const finished = await home.run(["-p", "Begin.", "--trust", "--output-format", "json"]);
  const { content, agents } = resultOf(finished);
  expect(content).toContain("It is 42.");
  expect(agents.map(({ label }) => label)).toEqual(["main", "main-fake"]);
  expect(agents.every(({ costUsd }) => costUsd > 0)).toBe(true);
});

test("a stranger's project starts nothing, and one sentence says so", async () => {
  await using provider = await startFakeProvider(calling("echo", { text: "hi" }));
  using home = freshHome(provider);
  const log = setUp(home);
  const { stderr } = await home.run(["-p", "Begin."]);
  expect(stderr).toContain(".mcp.json is not obeyed: it could run anything here.");
  expect(linesOf(log)).toEqual([]);
  expect((await home.run(["mcp", "test", "fake"])).code).toBe(2);
  expect(linesOf(log)).toEqual([]);
});

test("servers come by flag too, as JSON or a file, and the nearest of a name counts", async () => {
  using home = freshHome();
  setUp(home, join(home.env.XDG_CONFIG_HOME ?? "", "sagent/mcp.json"));
  const json = JSON.stringify({ mcpServers: { fake: { url: "https://a.example" }, other: { command: "true" } } });
  const listed = await home.run(["mcp", "list", "--json", "--mcp", json]);
  expect(JSON.parse(listed.stdout).map((each: Record<string, unknown>) => [each.name, each.from, each.type])).toEqual([
    ["fake", "--mcp", "http"],
    ["other", "--mcp", "stdio"],
  ]);
  expect((await home.run(["mcp", "list", "--mcp", "none.json"])).stderr).toContain("There is no file none.json");
  expect((await home.run(["mcp", "list", "--mcp", "{}"])).code).toBe(2);
});

test("servers are added, shown, tried and removed", async () => {
  using home = freshHome();
  const run = async (...words: string[]) => {
    const { code, stdout, stderr } = await home.run(["mcp", ...words]);
    return { code, said: stdout + stderr };
  };
  expect((await run("add", "fake", "--set", "TOKEN=topsecret", "--", process.execPath, fakeStdio)).said).toContain(
    "Added fake in ",
  );
  await home.run(["trust"]);
  expect((await run("get", "fake")).said).not.toContain("topsecret");
  const tried = await run("test", "fake");
  expect(tried.code).toBe(0);
  expect(tried.said).toMatch(
    /^fake works: fake 1\nStarted in \d+ ms, answers in [\d.]+ ms\.\nIt has 15 tools, resources, prompts\.\n/,
  );
  const added = await run("add", "web", "http://127.0.0.1:9/mcp", "--header", "X-Key: a", "--scope", "user");
  expect(added.said).toContain("sagent/mcp.json");
  expect((await run("test", "web")).said).toBe("web cannot be used: nothing answers at its address.\n");
  expect((await run("list")).said.split("\n").map((line) => line.split(" ")[0])).toEqual(["fake", "web", ""]);
  expect((await run("remove", "web")).code).toBe(0);
  expect((await run("remove", "web")).said).toContain('There is no MCP server "web" to remove.');
  expect((await run("add", "x")).code).toBe(2);
  expect((await run("dance")).code).toBe(2);
});

test("a prompt of a server is a command, which starts it", async () => {
  await using provider = await startFakeProvider((request) => ({
    parts: [{ text: `Asked: ${JSON.stringify(request.view.messages.at(-1))}` }],
  }));
  using home = freshHome(provider);
  const log = setUp(home);
  const said = await home.run(["-p", "/mcp__fake__greet the world", "--trust"]);
  expect(said.stdout).toContain("Say hello to the world.");
  expect(linesOf(log)).toHaveLength(1);
  expect((await home.run(["-p", "/mcp__fake__greet", "--trust"])).stderr).toContain("The prompt greet needs who.");
  expect((await home.run(["-p", "/mcp__fake__none", "--trust"])).stderr).toContain("There are: /mcp__fake__greet.");
});

test("a server sees no secret of the person's environment but what its configuration names", async () => {
  await using provider = await startFakeProvider(calling("environment", { name: "GITHUB_TOKEN" }));
  using home = freshHome(provider);
  const answer = async () => {
    const env = { GITHUB_TOKEN: "ghp_of_the_person" };
    return resultOf(await home.run(["-p", "Begin.", "--trust", "--output-format", "json"], { env })).content;
  };
  setUp(home);
  expect(await answer()).toContain("(not set)");
  setUp(home, join(home.project, ".mcp.json"), { env: { GITHUB_TOKEN: `\${${"GITHUB_TOKEN"}}` } });
  expect(await answer()).toContain("ghp_of_the_person");
});
