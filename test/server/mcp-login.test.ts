/** A login to an MCP server: made in a browser, kept by its address, renewed, asked for where it is missing. */
import { expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FakeMcpHttp } from "../support/fake-mcp-http.ts";
import { FakeOAuth } from "../support/fake-oauth.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { freshHome, type Home, linesOf } from "./program.ts";

/** The fake behind a door that wants a live token of the fake authorization server, and says where to get one. */
function gated(oauth: FakeOAuth, target: string, isTooNarrow = (_body: string) => false) {
  const server: Bun.Server<undefined> = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      const url = new URL(request.url);
      const origin = server.url.origin;
      if (url.pathname === "/.well-known/oauth-protected-resource/mcp") {
        return Response.json({
          resource: `${origin}/mcp`,
          authorization_servers: [oauth.url],
          scopes_supported: ["tools"],
        });
      }
      const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
      if (!oauth.isLive(token)) return new Response("No.", { status: 401, headers: { "www-authenticate": "Bearer" } });
      const body = request.method === "POST" ? await request.text() : undefined;
      if (isTooNarrow(body ?? "")) {
        const says = 'Bearer error="insufficient_scope", scope="tools write"';
        return new Response("No.", { status: 403, headers: { "www-authenticate": says } });
      }
      return fetch(`${new URL(target).origin}${url.pathname}`, {
        method: request.method,
        headers: request.headers,
        ...(body === undefined ? {} : { body }),
      });
    },
  });
  return { url: `${server.url.origin}/mcp`, [Symbol.asyncDispose]: () => server.stop(true) };
}

function setUp(home: Home, url: string, oauth: FakeOAuth): void {
  const web = { type: "http", url, oauth: { clientId: oauth.clientId } };
  writeFileSync(join(home.project, ".mcp.json"), JSON.stringify({ mcpServers: { web } }));
}

/** Runs `sagent mcp login`, and a browser that goes where it says. */
async function logIn(home: Home, oauth: FakeOAuth) {
  const program = home.start(["mcp", "login", "web", "--trust"], { env: { BROWSER: "none" } });
  for await (const line of linesOf(program.stderr)) {
    const address = /(http:\/\/\S+\/authorize\S+)/.exec(line)?.[1];
    if (address === undefined) continue;
    await oauth.browse(address);
    break;
  }
  const stdout = await new Response(program.stdout).text();
  await program.exited;
  return { code: program.exitCode, stdout };
}

const tried = (home: Home) => home.run(["mcp", "test", "web", "--trust"]);

test("a person logs in once; the login is kept for the owner alone, renewed, and forgotten", async () => {
  await using oauth = new FakeOAuth({ metadata: "oauth-authorization-server" });
  await using fake = new FakeMcpHttp();
  await using server = gated(oauth, fake.url);
  using home = freshHome();
  setUp(home, server.url, oauth);
  expect((await tried(home)).stdout).toBe(
    "web cannot be used: it wants a login. A person can log in with: sagent mcp login web.\n",
  );
  expect(await logIn(home, oauth)).toEqual({ code: 0, stdout: `Logged in to web (${server.url}).\n` });
  const file = join(home.env.XDG_CONFIG_HOME ?? "", "sagent/credentials.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(oauth.asked[0]).toMatchObject({ resource: server.url, scope: "tools", code_challenge_method: "S256" });
  expect((await tried(home)).stdout).toContain("web works: fake 1");
  const before = readFileSync(file, "utf8");
  oauth.forget();
  expect((await tried(home)).stdout).toContain("web works: fake 1");
  expect(oauth.refreshes).toBe(1);
  expect(readFileSync(file, "utf8")).not.toBe(before);
  expect((await home.run(["mcp", "logout", "web", "--trust"])).stdout).toBe("Forgot the login to web.\n");
  expect((await home.run(["mcp", "logout", "web", "--trust"])).stdout).toBe("web had no login.\n");
  expect((await tried(home)).code).toBe(1);
  expect(oauth.violations).toEqual([]);
});

test("processes that renew a login at the same time do not end it", async () => {
  await using oauth = new FakeOAuth({ metadata: "oauth-authorization-server", refreshMs: 300 });
  await using fake = new FakeMcpHttp();
  await using server = gated(oauth, fake.url);
  using home = freshHome();
  setUp(home, server.url, oauth);
  await logIn(home, oauth);
  oauth.forget();
  const all = await Promise.all([tried(home), tried(home), tried(home)]);
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(oauth.violations).toEqual([]);
});

test("a call that the login has too few rights for says so, and the next login asks for them", async () => {
  await using oauth = new FakeOAuth({ metadata: "oauth-authorization-server" });
  await using fake = new FakeMcpHttp();
  const mayWrite = () => oauth.asked.at(-1)?.scope?.includes("write") ?? false;
  await using server = gated(oauth, fake.url, (body) => body.includes('"tools/call"') && !mayWrite());
  await using provider = await startFakeProvider(({ view }) => {
    const last = JSON.stringify(view.messages.at(-1));
    if (last.includes("Begin.")) return { parts: [{ call: "ToolSearch", args: { query: "mcp__web__echo" } }] };
    if (last.includes("available to you")) return { parts: [{ call: "mcp__web__echo", args: { text: "hello" } }] };
    return { parts: [{ text: `Came back: ${last}` }] };
  });
  using home = freshHome(provider);
  setUp(home, server.url, oauth);
  await logIn(home, oauth);
  expect(oauth.asked.map(({ scope }) => scope)).toEqual(["tools"]);
  const refused = await home.run(["-p", "Begin.", "--trust"]);
  expect(refused.stdout).toContain(
    "it wants a login that may do more (tools write). A person can log in with: sagent mcp login web",
  );
  // A renewal in between forgets nothing.
  oauth.forget();
  expect((await tried(home)).code).toBe(0);
  expect((await logIn(home, oauth)).code).toBe(0);
  expect(oauth.asked.map(({ scope }) => scope)).toEqual(["tools", "tools write"]);
  expect((await home.run(["-p", "Begin.", "--trust"])).stdout).toContain("hello");
  expect([oauth.refreshes, oauth.violations]).toEqual([1, []]);
});

test("a login is for one address: a server of the same name elsewhere does not get it", async () => {
  await using oauth = new FakeOAuth({ metadata: "oauth-authorization-server" });
  await using fake = new FakeMcpHttp();
  await using server = gated(oauth, fake.url);
  using home = freshHome();
  setUp(home, server.url, oauth);
  await logIn(home, oauth);
  await using other = new FakeMcpHttp();
  setUp(home, other.url, oauth);
  expect((await tried(home)).code).toBe(0);
  expect(other.seen.map((headers) => headers.get("authorization"))).toEqual(other.seen.map(() => null));
});

test("a server that wants no login is not logged in to, nor is a program", async () => {
  await using fake = new FakeMcpHttp();
  await using oauth = new FakeOAuth();
  using home = freshHome();
  setUp(home, fake.url, oauth);
  expect((await home.run(["mcp", "login", "web", "--trust"])).stdout).toBe("web needs no login.\n");
  await home.run(["mcp", "add", "local", "--trust", "--", "true"]);
  expect((await home.run(["mcp", "login", "local", "--trust"])).code).toBe(2);
});
