/** A login that an identity provider vouches for, without a person. */
import { expect, test } from "bun:test";
import { readServer } from "../../../tools/mcp/config.ts";
import type { Login, LoginStore } from "../../../tools/mcp/oauth.ts";
import { McpServer, type Surroundings } from "../../../tools/mcp/server.ts";
import { type CrossAppFaults, FakeCrossApp } from "../../support/fake-cross-app.ts";
import { FakeMcpHttp } from "../../support/fake-mcp-http.ts";
import { contextAt } from "../tool-bench.ts";
import { configOf, surroundings, toolOf, variable } from "./rig.ts";

function memory(): LoginStore {
  const logins = new Map<string, Login>();
  return {
    read: async (url) => logins.get(url),
    change: async (url, change) => void logins.set(url, { ...logins.get(url), ...change }),
  };
}

/** A server behind a door; `source` says where the ID token comes from. */
async function office(faults: CrossAppFaults = {}, source?: Readonly<Record<string, unknown>>) {
  const server = new FakeMcpHttp();
  const fake = new FakeCrossApp(server.url, faults);
  const identity = { issuer: fake.issuer, clientId: "us", ...(source ?? { idToken: variable("ID_TOKEN") }) };
  const config = configOf({ url: fake.url, oauth: { ...fake.client, identity } });
  const more: Partial<Surroundings> = { variables: { ID_TOKEN: fake.idToken }, logins: memory() };
  const client = new McpServer(config, "fake", surroundings("/tmp", more));
  return {
    fake,
    open: () => client.open(),
    failure: () =>
      client.open().then(
        () => "it was opened",
        (error: Error) => error.message,
      ),
    async say(text: string) {
      const tool = toolOf(await client.open(), "echo");
      return (await tool.run(tool.schema.parse({ text }) as never, contextAt("/tmp"))).text;
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("an ID token becomes a token of the server, and another once that has ended", async () => {
  await using at = await office();
  expect(await at.say("hi")).toBe("hi");
  expect(at.fake.exchanges).toHaveLength(1);
  at.fake.forget();
  expect(await at.say("again")).toBe("again");
  expect(at.fake.exchanges).toHaveLength(2);
});

test("a command prints the ID token each time that one is needed", async () => {
  await using at = await office({}, { idTokenCommand: ["echo", "id-token-of-the-person"] });
  expect(await at.say("hi")).toBe("hi");
});

test("a command that fails, prints nothing or prints more than a token is told of, without its words", async () => {
  const of = async (...idTokenCommand: string[]) => {
    await using at = await office({}, { idTokenCommand });
    return await at.failure();
  };
  expect(await of("sh", "-c", "echo secret; exit 1")).toBe("the command for your ID token (sh) failed");
  expect(await of("true")).toBe("the command for your ID token (true) printed no token");
  expect(await of("echo", "two", "words")).toBe("the command for your ID token (echo) printed no token");
  expect(await of("no-such-program")).toContain("the command for your ID token could not be started");
});

test("a login that passes itself off as another gets no grant", async () => {
  await using at = await office({ isThief: true });
  expect(await at.failure()).toMatch(/^its login at http:\S+ says that it is another$/);
  expect(at.fake.exchanges).toEqual([]);
});

test("an identity provider that refuses, is mute or gives something else is told of", async () => {
  const of = async (faults: CrossAppFaults) => {
    await using at = await office(faults);
    const failure = await at.failure();
    return failure.replace(at.fake.issuer, "IDP");
  };
  expect(await of({ refuses: true })).toBe("your identity provider IDP refused: access_denied: Not in the group");
  expect(await of({ isMute: true })).toBe("your identity provider IDP does not say where it gives tokens");
  expect(await of({ otherKind: true })).toBe(
    "your identity provider IDP gave something that is no grant for another login",
  );
});

test("an ID token has one source, and a client that it is for", () => {
  const read = (oauth: unknown) => readServer("x", { url: "https://a.example", oauth }, "the test");
  const identity = { issuer: "https://idp.example", clientId: "us" };
  expect(read({ clientId: "app", identity })).toContain("it has either idToken or idTokenCommand");
  expect(read({ clientId: "app", identity: { ...identity, idToken: "a", idTokenCommand: ["b"] } })).toContain("either");
  expect(read({ identity: { ...identity, idToken: "a" } })).toContain("identity needs a clientId beside it");
  expect(read({ clientId: "app", grant: "client_credentials", identity: { ...identity, idToken: "a" } })).toContain(
    "and no grant",
  );
});
