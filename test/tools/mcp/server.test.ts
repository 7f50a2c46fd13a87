import { expect, test } from "bun:test";
import type { ToolProgress } from "../../../agent/tool.ts";
import { toolSpec } from "../../../agent/tool.ts";
import { McpServer } from "../../../tools/mcp/server.ts";
import { until } from "../../support/until.ts";
import { configOf, stdioRig, surroundings, toolOf, variable } from "./rig.ts";

/** Whether a process lives; one that is dead and not yet waited for does not. */
async function lives(pid: number): Promise<boolean> {
  const stat = await Bun.file(`/proc/${pid}/stat`)
    .text()
    .catch(() => "");
  return stat !== "" && !/\) [ZX] /.test(stat);
}

const pidsOf = (log: readonly string[], what: string) =>
  log.flatMap((line) => (line.startsWith(`${what} `) ? [Number(line.split(" ")[1])] : []));

test("a server is started when its tools are wanted, once, and its tools look like ours", async () => {
  await using rig = stdioRig();
  expect([rig.server.mayHave("mcp__fake__echo"), rig.server.mayHave("mcp__other__echo"), rig.server.tools]).toEqual([
    true,
    false,
    undefined,
  ]);
  expect(rig.log()).toEqual([]);
  const [one, two] = await Promise.all([rig.server.open(), rig.server.open()]);
  expect(one).toBe(two);
  expect(rig.server.tools).toBe(one);
  expect(pidsOf(rig.log(), "started")).toHaveLength(1);
  expect(one.map(({ name }) => name).slice(0, 3)).toEqual(["mcp__fake__echo", "mcp__fake__add", "mcp__fake__picture"]);
  const echo = toolOf(one, "echo");
  expect(toolSpec(echo)).toEqual({
    name: "mcp__fake__echo",
    description: "Says again what it was told, word for word.",
    schema: {
      type: "object",
      properties: { text: { type: "string" } },
      required: ["text"],
      additionalProperties: false,
    },
  });
  expect(echo.label({ text: "hi\nthere" } as never)).toBe("fake: echo hi there");
  expect(toolOf(one, "add").label({ a: 1, b: 2 } as never)).toBe("fake: Adder 1, 2");
});

test("readers run freely, all else of a server in turn", async () => {
  await using rig = stdioRig();
  const tools = await rig.server.open();
  const key = (name: string) => toolOf(tools, name).serializeKey({} as never, {} as never);
  expect([key("echo"), key("add"), key("slow")]).toEqual([undefined, "mcp:fake", "mcp:fake"]);
});

test("arguments are checked against the server's own schema before they are sent", async () => {
  await using rig = stdioRig();
  const { schema } = toolOf(await rig.server.open(), "add");
  expect(schema.safeParse({ a: 1, b: 2 }).data).toEqual({ a: 1, b: 2 });
  const { error } = schema.safeParse({ a: "1", c: 3 });
  expect(error?.issues.map(({ path, message }) => [path.join("."), message])).toEqual([
    ["", "must have required property 'b'"],
    ["", "must NOT have additional properties: c"],
    ["a", "must be number"],
  ]);
});

test("results of every kind come through", async () => {
  await using rig = stdioRig();
  expect(await rig.call("echo", { text: "hi" })).toEqual({ text: "hi" });
  expect(await rig.call("add", { a: 1, b: 2 })).toMatchObject({ text: '{\n  "sum": 3\n}' });
  expect(await rig.call("fail")).toEqual({ text: "The disk is full.", isError: true });
  const { text, attachments = [] } = await rig.call("picture");
  expect(text.split("\n")).toEqual([
    "[Attached: image (image/png, 70 bytes)]",
    "[Attached: audio (audio/wav, 4 bytes)]",
    "[Resource one: note://one]",
    "[note://two]",
    "inside",
    "[A part of the result is not of the protocol and was left out.]",
  ]);
  expect(attachments.map(({ mime }) => mime)).toEqual(["image/png", "audio/wav"]);
});

test("a call that is stopped is cancelled at the server, which had told of its progress", async () => {
  await using rig = stdioRig();
  const stop = new AbortController();
  const news: ToolProgress[] = [];
  const progress = (each: ToolProgress) => {
    news.push(each);
    stop.abort();
  };
  const result = await rig.call("slow", {}, { signal: stop.signal, progress });
  expect(result).toEqual({ text: "The call was stopped; the server was told.", isError: true });
  expect(news).toEqual([{ type: "status", text: "1 of 2: digging" }]);
  expect(await rig.call("echo", { text: "still there" })).toEqual({ text: "still there" });
  await until(() => rig.log().some((line) => line.startsWith("cancelled ")));
  expect((await rig.call("echo", { text: "x" }, { signal: AbortSignal.abort() })).isError).toBe(true);
});

test("a call that stays silent for too long fails", async () => {
  await using rig = stdioRig([], {}, { timeout: 300 });
  expect(await rig.call("hang")).toEqual({
    text: 'The MCP server "fake" did not do it: it said nothing for 0.3 s.',
    isError: true,
  });
});

test("log messages are news of the call", async () => {
  await using rig = stdioRig();
  const news: ToolProgress[] = [];
  await rig.call("log", {}, { progress: (each) => news.push(each) });
  expect(news).toEqual([{ type: "status", text: "info: fake: half way" }]);
});

test("a server that ends in a call is started again at the next, which says so", async () => {
  await using rig = stdioRig();
  const end = "it ended with code 3, and had said: Segmentation fault (for the test)";
  expect(await rig.call("crash")).toEqual({ text: `The MCP server "fake" did not do it: ${end}.`, isError: true });
  expect(await rig.call("echo", { text: "hi" })).toEqual({
    text: `[The MCP server "fake" was started again before this call: ${end}.]\nhi`,
  });
  expect(await rig.call("echo", { text: "hi" })).toEqual({ text: "hi" });
  expect(pidsOf(rig.log(), "started")).toHaveLength(2);
});

test("a server that cannot be started says why, and is tried again", async () => {
  await using rig = stdioRig(["die"]);
  const why = "it ended with code 4, and had said: The config file is missing";
  await expect(rig.server.open()).rejects.toThrow(why);
  await expect(rig.server.open()).rejects.toThrow(why);
  expect(pidsOf(rig.log(), "started")).toHaveLength(2);
  const missing = new McpServer(configOf({ command: "no-such-program" }), "fake", surroundings("/tmp"));
  await expect(missing.open()).rejects.toThrow('Executable not found in $PATH: "no-such-program"');
});

test("a server that does not answer the handshake is given up, and ended", async () => {
  await using rig = stdioRig(["deaf"], { connectMs: 500 });
  expect(await rig.server.open().catch((error: Error) => error.message)).toBe("it said nothing for 0.5 s");
  const [pid = 0] = pidsOf(rig.log(), "started");
  await until(async () => !(await lives(pid)));
});

test("a session that ends does not wait for a server that is still being started", async () => {
  await using rig = stdioRig(["deaf"], { connectMs: 600_000 });
  const opening = rig.server.open();
  opening.catch(() => {});
  await until(() => rig.log().length > 0);
  await rig.server[Symbol.asyncDispose]();
  await expect(opening).rejects.toThrow();
  const [pid = 0] = pidsOf(rig.log(), "started");
  await until(async () => !(await lives(pid)));
});

test("what a server prints that is no message hinders nothing", async () => {
  await using rig = stdioRig(["greeting"]);
  expect(await rig.call("echo", { text: "hi" })).toEqual({ text: "hi" });
});

test("nothing of a server is left when the session ends, however stubborn it is", async () => {
  const rig = stdioRig(["child", "stubborn"]);
  await rig.server.open();
  const pids = [...pidsOf(rig.log(), "started"), ...pidsOf(rig.log(), "child")];
  expect(pids).toHaveLength(2);
  expect(await Promise.all(pids.map(lives))).toEqual([true, true]);
  await rig[Symbol.asyncDispose]();
  await until(async () => !(await Promise.all(pids.map(lives))).includes(true));
  await expect(rig.server.use(async () => "")).rejects.toThrow("the session is over");
});

test("a server gets the variables that its configuration names, and no others of ours", async () => {
  const variables = { GITHUB_TOKEN: "ghp_secret", HOME: "/home/me" };
  const env = { TOKEN: variable("GITHUB_TOKEN"), LEVEL: variable("LEVEL:-low") };
  await using rig = stdioRig([], { variables }, { env });
  const tell = async (name: string) => (await rig.call("environment", { name })).text;
  expect([await tell("TOKEN"), await tell("LEVEL"), await tell("GITHUB_TOKEN")]).toEqual([
    "ghp_secret",
    "low",
    "(not set)",
  ]);
  await using other = stdioRig([], {}, { env: { TOKEN: variable("NO_SUCH_VARIABLE") } });
  await expect(other.server.open()).rejects.toThrow("it needs the variable NO_SUCH_VARIABLE, which is not set");
});

test("what a server says last is quoted without the values of its configuration", async () => {
  await using rig = stdioRig(["die"], {}, { env: { TOKEN: "ghp_topsecret" } });
  await expect(rig.server.open()).rejects.toThrow("had said: The config file is missing for [TOKEN]");
});

test("a list that changes is told of, and what did not change stays the same tool", async () => {
  await using rig = stdioRig();
  const before = await rig.server.open();
  let changes = 0;
  using listener = rig.server.onChange(() => {
    changes += 1;
  });
  await rig.call("grow");
  await until(() => changes === 1);
  const after = rig.server.tools ?? [];
  expect(after.filter((tool) => !before.includes(tool)).map(({ name }) => name)).toEqual(["mcp__fake__grown1"]);
  expect(before.filter((tool) => !after.includes(tool))).toEqual([]);
  listener[Symbol.dispose]();
});
