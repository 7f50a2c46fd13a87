/** This program as a server, called by a client of the Model Context Protocol: over standard input and over HTTP. */
import { afterEach, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeReply, FakeRequest } from "../support/fake-types.ts";
import { must } from "../support/must.ts";
import { until } from "../support/until.ts";
import { freshHome, type Home, linesOf, main } from "./program.ts";

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

/** A client of the program over its standard input. */
async function connected(home: Home, ...words: readonly string[]): Promise<Client> {
  const client = new Client({ name: "test", version: "1" });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [main, "mcp", "serve", ...words],
    cwd: home.project,
    env: { ...home.env },
    stderr: "ignore",
  });
  stack.defer(() => client.close());
  await client.connect(transport);
  return client;
}

const call = (client: Client, name: string, args: Record<string, unknown>, options = {}) =>
  client.request({ method: "tools/call", params: { name, arguments: args } }, CallToolResultSchema, options);

async function textOf(result: ReturnType<typeof call>) {
  const { content, isError = false } = await result;
  return { isError, text: content.map((block) => (block.type === "text" ? block.text : block.type)).join("\n") };
}

test("our tools are offered, with what they do to the world, and work in the project", async () => {
  using home = freshHome();
  writeFileSync(join(home.project, "a.txt"), "alpha\n");
  const client = await connected(home);
  const { tools } = await client.listTools();
  expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
    ["Read", true],
    ["Write", false],
    ["Edit", false],
    ["Bash", false],
    ["Grep", true],
    ["Glob", true],
    ["List", true],
    ["Agent", false],
  ]);
  expect(client.getInstructions()).toContain(home.project);
  expect((await textOf(call(client, "Read", { file_path: "a.txt" }))).text).toContain("alpha");
  expect(await textOf(call(client, "Read", { file_path: 1 }))).toMatchObject({ isError: true });
  expect((await textOf(call(client, "Bash", { command: "echo $ANTHROPIC_API_KEY; pwd" }))).text).toContain(
    home.project,
  );
  await expect(call(client, "Nothing", {})).rejects.toThrow('There is no tool "Nothing".');
});

test("--tools chooses what is offered", async () => {
  using home = freshHome();
  const client = await connected(home, "--tools", "Read,Write", "--contain");
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["Read", "Write"]);
  const outside = join(home.path, "outside.txt");
  expect((await textOf(call(client, "Write", { file_path: outside, content: "x" }))).isError).toBe(true);
  expect(existsSync(outside)).toBe(false);
});

test("a call that is cancelled ends what it had started", async () => {
  using home = freshHome();
  const client = await connected(home);
  const stop = new AbortController();
  const file = join(home.project, "pid");
  const running = call(client, "Bash", { command: `echo $$ > ${file}; sleep 1000` }, { signal: stop.signal });
  running.catch(() => {});
  await until(() => existsSync(file) && readFileSync(file, "utf8") !== "");
  stop.abort();
  await expect(running).rejects.toThrow();
  const pid = readFileSync(file, "utf8").trim();
  await until(() => !existsSync(`/proc/${pid}`));
});

const factsSchema = z.object({ session: z.string(), costUsd: z.number(), text: z.string() });

/** Reads a file and says what was in it; a later prompt of the session is answered at once. */
function worker({ view }: FakeRequest): FakeReply {
  const last = JSON.stringify(view.messages.at(-1));
  if (last.includes("Look.")) return { parts: [{ call: "Read", args: { file_path: "a.txt" } }] };
  return { parts: [{ text: last.includes("Again.") ? `I know ${view.messages.length} messages.` : "It says alpha." }] };
}

test("an agent does a task, tells of it, says what it cost, and goes on with its session", async () => {
  await using provider = await startFakeProvider(worker);
  using home = freshHome(provider);
  writeFileSync(join(home.project, "a.txt"), "alpha\n");
  const client = await connected(home);
  const news: (string | undefined)[] = [];
  const onprogress = ({ message }: { readonly message?: string | undefined }) => void news.push(message);
  const first = await client.callTool({ name: "Agent", arguments: { prompt: "Look." } }, undefined, { onprogress });
  const facts = factsSchema.parse(first.structuredContent);
  expect([facts.text, facts.costUsd > 0]).toEqual(["It says alpha.", true]);
  expect(news).toEqual([expect.stringContaining("main: Read ")]);
  const again = { prompt: "Again.", session: facts.session };
  const second = factsSchema.parse((await call(client, "Agent", again)).structuredContent);
  expect([second.text, second.session]).toEqual(["I know 5 messages.", facts.session]);
  const { resources } = await client.listResources();
  expect(resources.map(({ uri, title }) => [uri, title])).toEqual([[`sagent://sessions/${facts.session}`, "Look."]]);
  const { contents } = await client.readResource({ uri: must(resources[0]).uri });
  expect(JSON.stringify(contents)).toContain("It says alpha.");
  await expect(client.readResource({ uri: "sagent://sessions/none" })).rejects.toThrow("There is no resource");
  expect(provider.problems).toEqual([]);
});

test("an agent that is cancelled stops", async () => {
  await using provider = await startFakeProvider([
    { parts: [{ call: "Bash", args: { command: "echo $$ > pid; sleep 1000" } }] },
  ]);
  using home = freshHome(provider);
  const client = await connected(home);
  const stop = new AbortController();
  const running = call(client, "Agent", { prompt: "Sleep." }, { signal: stop.signal });
  running.catch(() => {});
  const file = join(home.project, "pid");
  await until(() => existsSync(file) && readFileSync(file, "utf8") !== "");
  stop.abort();
  await expect(running).rejects.toThrow();
  await until(() => !existsSync(`/proc/${readFileSync(file, "utf8").trim()}`));
});

test("over HTTP only this machine's clients with the token are let in", async () => {
  using home = freshHome();
  const program = home.start(["mcp", "serve", "--http", "--tools", "List"], { stdin: "open" });
  let said = "";
  for await (const line of linesOf(program.stderr)) {
    said = line;
    break;
  }
  const [, url = "", token = ""] = /served at (\S+); .* Bearer (\S+)$/.exec(said) ?? [];
  const post = async (headers: Record<string, string>, path = "") =>
    (await fetch(`${url}${path}`, { method: "POST", headers, body: "{}" })).status;
  const authorization = `Bearer ${token}`;
  expect(await post({})).toBe(401);
  expect(await post({ authorization: "Bearer wrong" })).toBe(401);
  expect(await post({ authorization, origin: "http://evil.example" })).toBe(403);
  expect(await post({ authorization, host: "evil.example" })).toBe(403);
  expect(await post({ authorization }, "/other")).toBe(404);
  expect(await post({ authorization, "mcp-session-id": "none" })).toBe(404);
  const client = new Client({ name: "test", version: "1" });
  const transport: unknown = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization } },
  });
  await client.connect(transport as Transport);
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["List"]);
  await client.close();
  program.kill("SIGTERM");
  await program.exited;
  expect(program.exitCode).toBe(143);
});
