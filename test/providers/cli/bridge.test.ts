import { expect, test } from "bun:test";
import { mountBridge } from "../../../providers/cli/bridge.ts";
import { Desk } from "../../../providers/cli/desk.ts";
import { cliEnvironment } from "../../../providers/cli/environment.ts";
import { connectTools } from "../../support/fake-cli.ts";
import { until } from "../../support/until.ts";
import { bash } from "./rig.ts";

const answer = (text: string) => ({ blocks: [{ type: "text" as const, text }], isError: false });

async function ask(url: string, headers: Record<string, string> = {}): Promise<number> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const accept = "application/json, text/event-stream";
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", accept, ...headers },
  });
  await response.text();
  return response.status;
}

test("the tools are where the path, the token and nothing else leads, on this machine only", async () => {
  using mount = await mountBridge({ tools: [bash], onCall: async () => answer("") });
  const { url, token } = mount;
  expect(new URL(url).hostname).toBe("127.0.0.1");
  const bearer = { authorization: `Bearer ${token}` };
  expect(await ask(url, bearer)).toBe(200);
  expect(await ask(url)).toBe(401);
  expect(await ask(url, { authorization: `Bearer ${token.slice(1)}x` })).toBe(401);
  expect(await ask(`${url}x`, bearer)).toBe(404);
  expect(await ask(new URL("/", url).href, bearer)).toBe(404);
  expect(await ask(url, { ...bearer, origin: "http://evil.example" })).toBe(404);
  using other = await mountBridge({ tools: [], onCall: async () => answer("") });
  expect(new URL(other.url).port).toBe(new URL(url).port);
  expect(await ask(other.url, bearer)).toBe(401);
});

test("a mount that is gone turns everybody away, and what waits there is told so", async () => {
  const desk = new Desk();
  const mount = await mountBridge({ tools: [bash], onCall: ({ key }) => desk.result(key ?? "") });
  await using tools = await connectTools(mount.url, { authorization: `Bearer ${mount.token}` });
  expect(tools.names).toEqual(["Bash"]);
  const waiting = tools.call("Bash", { command: "one" }, { "claudecode/toolUseId": "t1" });
  await mount.listed;
  await until(() => desk.waits("t1"));
  mount[Symbol.dispose]();
  desk[Symbol.dispose]();
  expect(await waiting).toBe("The conversation is over.");
  expect(await ask(mount.url, { authorization: `Bearer ${mount.token}` })).toBe(404);
});

test("a result may come before its program asks for it, and is given once", async () => {
  using desk = new Desk();
  desk.answer("a", answer("early"));
  expect(desk.waits("a")).toBe(false);
  expect(await desk.result("a")).toEqual(answer("early"));
  const gone = new AbortController();
  void desk.result("b", gone.signal).catch(() => {});
  expect(desk.waits("b")).toBe(true);
  gone.abort();
  expect(desk.waits("b")).toBe(false);
});

test("a program gets the user's environment without what leads away from its own login; the bridge goes past every proxy", () => {
  const env = {
    PATH: "/bin",
    HOME: "/h",
    ANTHROPIC_API_KEY: "k",
    GOOGLE_CLOUD_PROJECT: "p",
    CLAUDE_CODE_OAUTH_TOKEN: "t",
    NO_PROXY: "corp",
    MOONSHOT_API_KEY: "m",
  };
  const direct = "corp,127.0.0.1,localhost";
  expect(cliEnvironment(env, { MORE: "1" })).toEqual({
    ...{ PATH: "/bin", HOME: "/h", GOOGLE_CLOUD_PROJECT: "p", CLAUDE_CODE_OAUTH_TOKEN: "t", MORE: "1" },
    ...{ NO_PROXY: direct, no_proxy: direct },
  });
});
