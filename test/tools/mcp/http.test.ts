import { expect, test } from "bun:test";
import { McpServer, type Surroundings } from "../../../tools/mcp/server.ts";
import { FakeMcpHttp } from "../../support/fake-mcp-http.ts";
import { contextAt } from "../tool-bench.ts";
import { configOf, surroundings, toolOf, variable } from "./rig.ts";

function serverAt(url: string, entry: Readonly<Record<string, unknown>> = {}, more: Partial<Surroundings> = {}) {
  return new McpServer(configOf({ url, ...entry }), "fake", surroundings("/tmp", more));
}

async function call(server: McpServer, name: string, args: Record<string, unknown> = {}) {
  const tool = toolOf(await server.open(), name);
  return tool.run(tool.schema.parse(args) as never, contextAt("/tmp"));
}

test("a server on the web is spoken to, and told when we leave", async () => {
  await using fake = new FakeMcpHttp();
  {
    await using server = serverAt(fake.url);
    expect(await call(server, "echo", { text: "hi" })).toEqual({ text: "hi" });
    expect(JSON.parse((await call(server, "ask")).text)).toEqual({ action: "decline" });
  }
  expect(fake.ended).toBe(1);
});

test("headers carry values of the environment", async () => {
  await using fake = new FakeMcpHttp({ key: "k1" });
  const headers = { Authorization: `Bearer ${variable("KEY")}` };
  await using server = serverAt(fake.url, { headers }, { variables: { KEY: "k1" } });
  expect((await call(server, "echo", { text: "hi" })).text).toBe("hi");
  await using other = serverAt(fake.url, { headers }, { variables: { KEY: "wrong" } });
  await expect(other.open()).rejects.toThrow("it wants a login. A person can log in with: sagent mcp login fake");
});

test("a server that speaks only SSE is found out, or named as such", async () => {
  await using fake = new FakeMcpHttp({ old: true });
  await using server = serverAt(fake.url);
  expect((await call(server, "echo", { text: "hi" })).text).toBe("hi");
  await using named = serverAt(fake.url, { type: "sse" });
  expect((await call(named, "add", { a: 1, b: 1 })).text).toContain('"sum": 2');
});

test("a server that was started anew is greeted anew, and the call is made once", async () => {
  await using fake = new FakeMcpHttp();
  await using server = serverAt(fake.url);
  expect((await call(server, "echo", { text: "one" })).text).toBe("one");
  fake.forget();
  expect(await call(server, "echo", { text: "two" })).toEqual({ text: "two" });
});

test("a stream that is cut before the answer fails the call, and not the next", async () => {
  await using fake = new FakeMcpHttp();
  await using server = serverAt(fake.url);
  await server.open();
  fake.faults.cut = true;
  expect(await call(server, "echo", { text: "hi" })).toEqual({
    text: 'The MCP server "fake" did not do it: the connection was cut before the answer came.',
    isError: true,
  });
  fake.faults.cut = false;
  expect(await call(server, "echo", { text: "hi" })).toEqual({ text: "hi" });
});

const page = "<!doctype html><title>502</title><h1>Bad gateway</h1>";
const html = { headers: { "content-type": "text/html" } };
const endless = () =>
  new Response(
    new ReadableStream({
      pull: (controller) => controller.enqueue(Buffer.alloc(1_000_000, "x")),
    }),
    { headers: { "content-type": "application/json" } },
  );

test.each<[string, () => Response, string]>([
  ["503", () => new Response("Down for repairs.", { status: 503 }), "status 503: Down for repairs"],
  ["502 with a page", () => new Response(page, { ...html, status: 502 }), "status 502: it answered with a web page"],
  ["a page", () => new Response(page, html), "Unexpected content type: text/html"],
  ["nothing", () => new Response("", { headers: { "content-type": "application/json" } }), "JSON"],
  ["403", () => new Response("No.", { status: 403 }), "it refused this (status 403)"],
  ["a loop", () => Response.redirect("/mcp", 307), "status 307"],
  [
    "another place",
    () => Response.redirect("http://evil.example/mcp", 307),
    "Redirect to http://evil.example/mcp not followed",
  ],
  ["without end", endless, "it sent a message of more than 32 MB"],
])("a server that answers with %s cannot be opened, in a sentence", async (_, answer, sentence) => {
  await using fake = new FakeMcpHttp({ answer });
  await using server = serverAt(fake.url);
  const reason = await server.open().then(
    () => "it was opened",
    (error: Error) => error.message,
  );
  expect(reason).toContain(sentence);
  expect(reason).not.toContain("\n");
});
