import { expect, test } from "bun:test";
import { expand, expanded, readServers } from "../../../tools/mcp/config.ts";
import { slugsOf, toolNamesOf } from "../../../tools/mcp/names.ts";
import { configOf, variable } from "./rig.ts";

const read = (servers: unknown) => readServers(JSON.stringify({ mcpServers: servers }), "the file");

test("the shape of Claude Code's file is read", () => {
  const { servers, problems } = read({
    local: { command: "npx", args: ["-y", "x"], env: { A: "1" } },
    web: { type: "http", url: "https://a.example/mcp", headers: { Authorization: "Bearer x" } },
    old: { type: "sse", url: "https://a.example/sse", disabled: true, timeout: 5, sampling: "deny", unknown: 1 },
  });
  expect(problems).toEqual([]);
  const common = { from: "the file", disabled: false, sampling: "ask", timeoutMs: undefined };
  expect(servers as unknown).toEqual([
    {
      ...common,
      name: "local",
      reach: { type: "stdio", command: "npx", args: ["-y", "x"], env: { A: "1" }, cwd: undefined },
    },
    {
      ...common,
      name: "web",
      reach: {
        type: "http",
        url: "https://a.example/mcp",
        headers: { Authorization: "Bearer x" },
        oauth: undefined,
      },
    },
    {
      ...common,
      name: "old",
      disabled: true,
      timeoutMs: 5,
      sampling: "deny",
      reach: { type: "sse", url: "https://a.example/sse", headers: {}, oauth: undefined },
    },
  ]);
});

test("an entry that makes no sense is left out with a sentence, and hinders no other", () => {
  const { servers, problems } = read({
    a: { command: "" },
    b: { url: 1 },
    c: {},
    d: "x",
    e: { command: "true", env: { A: 1 } },
    good: { command: "true" },
  });
  expect(servers.map(({ name }) => name)).toEqual(["good"]);
  expect(problems.map((problem) => problem.split(" of the file is left out: ")[0])).toEqual(
    ["a", "b", "c", "d", "e"].map((name) => `The MCP server "${name}"`),
  );
  expect(problems[4]).toContain("env.A: ");
});

test("a file that is none of servers is refused", () => {
  expect(() => readServers("{", "the file")).toThrow("the file is not JSON.");
  for (const text of ["[]", "{}", '{"mcpServers":[]}', "null"]) {
    expect(() => readServers(text, "the file")).toThrow("the file does not say what its MCP servers are.");
  }
});

test("variables stand for values, with a default or as they must be set", () => {
  const env = { A: "1", EMPTY: "" };
  expect(expand(`${variable("A")}-${variable("B:-two")}-${variable("EMPTY:-x")}-$A-${variable("C:-")}`, env)).toBe(
    "1-two--$A-",
  );
  expect(() => expand(variable("B"), env)).toThrow("it needs the variable B, which is not set");
  const { reach } = configOf({ url: `https://${variable("HOST")}/mcp`, headers: { A: `Bearer ${variable("A")}` } });
  expect(expanded(reach, { ...env, HOST: "a.example" })).toMatchObject({
    url: "https://a.example/mcp",
    headers: { A: "Bearer 1" },
  });
  expect(() => expanded(reach, { ...env, HOST: "a b" })).toThrow("its url is no http or https address");
  expect(() => expanded(configOf({ url: "file:///etc/passwd" }).reach, {})).toThrow("its url is no http");
});

test("servers whose names would be the same get their own", () => {
  expect([...slugsOf(["a b", "a_b", "ä", "x".repeat(40), "a__b"]).values()]).toEqual([
    "a_b",
    "a_b_2",
    "_",
    expect.stringMatching(/^x{17}_[\da-f]{6}$/),
    "a_b_3",
  ]);
  expect(toolNamesOf("s", ["read file", "read.file"])).toEqual(["mcp__s__read_file", "mcp__s__read_file_2"]);
});
