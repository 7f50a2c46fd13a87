/** Whatever goes wrong, json output ends in one object, stderr has a sentence for a person, and the exit code says which kind. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { builtinTools } from "../../tools/registry.ts";
import { shelfOf } from "../../tools/shelf.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeScript } from "../support/fake-types.ts";
import { type Finished, freshHome, type Home, resultOf, streamOf } from "./program.ts";

const json = ["--output-format", "json"];
const nothing = { content: "", reason: "error", stopReason: null, costUsd: 0, rounds: 0, sessionId: "" };

/** The error of a run that never reached a model, checked on all three of its channels. */
async function failed(
  home: Home,
  args: readonly string[],
  options = {},
): Promise<{ code: number | null; error: unknown }> {
  const finished = await home.run([...json, ...args], options);
  const result = resultOf(finished);
  expect(result).toMatchObject(nothing);
  expectSentence(finished, result.error?.message ?? "");
  const text = await home.run(args, options);
  expect({ ...text, stderr: withoutIds(text) }).toEqual({
    code: finished.code,
    stdout: "",
    stderr: withoutIds(finished),
  });
  return { code: finished.code, error: result.error?.code };
}

const withoutIds = ({ stderr }: Finished) => stderr.replace(/[0-9a-f]{12}/g, "ID");

function expectSentence({ stderr }: Finished, message: string): void {
  expect(stderr).toStartWith(`sagent: ${message}\n`);
  expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
  expect(stderr).not.toMatch(/\n\s+at |Error:|\.ts:\d/);
}

test("wrong usage is 2", async () => {
  using home = freshHome();
  expect(await failed(home, ["--zzz"])).toEqual({ code: 2, error: "usage" });
  expect(await failed(home, ["-p", "x", "--max-rounds", "0"])).toEqual({ code: 2, error: "usage" });
  expect(await failed(home, ["fix", "the bug"])).toEqual({ code: 2, error: "usage" });
  expect(await failed(home, ["-p", "x", "--provider", "nobody"])).toEqual({ code: 2, error: "usage" });
  expect(await failed(home, ["-p", "x", "--cwd", "/no/such/place"])).toEqual({ code: 2, error: "usage" });
  expect(existsSync(home.data)).toBe(false);
});

test("a format that does not exist is reported as text", async () => {
  using home = freshHome();
  const { code, stdout, stderr } = await home.run(["-p", "x", "--output-format", "xml"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toBe('sagent: --output-format cannot be "xml".\n  Choose one of: text, json, stream-json.\n');
});

test("what is valid but cannot be met is 1", async () => {
  using home = freshHome();
  expect(await failed(home, ["-p", "x", "--provider", "anthropic"])).toEqual({ code: 1, error: "config" });
  const env = { ANTHROPIC_API_KEY: "test-key" };
  expect(await failed(home, ["-p", "x", "--model", "opus", "--effort", "min"], { env })).toEqual({
    code: 1,
    error: "setting",
  });
  expect(await failed(home, ["-p", "x", "--provider", "anthropic", "--model", "nope"], { env })).toEqual({
    code: 1,
    error: "model_not_found",
  });
  expect(await failed(home, ["-p", "x", "--max-response-tokens", "999999"], { env })).toEqual({
    code: 1,
    error: "config",
  });
  expect(await failed(home, ["-p", "x", "--max-request-tokens", "99999999"], { env })).toEqual({
    code: 1,
    error: "config",
  });
  expect(existsSync(home.data)).toBe(false);
});

test("an unknown tool is 2, with the tools there are", async () => {
  using home = freshHome();
  const options = { env: { ANTHROPIC_API_KEY: "test-key" } };
  const { code, stderr } = await home.run(["-p", "x", "--tools", "Read,Nope"], options);
  expect(code).toBe(2);
  const names = [...builtinTools(), ...shelfOf()].map(({ name }) => name);
  expect(stderr).toStartWith('sagent: There is no tool "Nope".\n  The tools are Read, Write, ');
  for (const name of names) expect(stderr).toContain(name);
});

test("no input is 2", async () => {
  using home = freshHome();
  for (const stdin of [undefined, "", "  \n\n"]) {
    expect(await failed(home, [], { stdin })).toEqual({ code: 2, error: "usage" });
  }
  expect(await failed(home, ["--input-format", "stream-json"], { stdin: "{}\n" })).toEqual({ code: 2, error: "usage" });
  expect(await failed(home, ["--input-format", "stream-json"], { stdin: "[]\n" })).toEqual({ code: 2, error: "usage" });
});

test("a session that is not there is 1", async () => {
  using home = freshHome();
  for (const choice of [["--continue"], ["--resume", "abc"]]) {
    expect(await failed(home, ["-p", "x", ...choice])).toEqual({ code: 1, error: "session_not_found" });
  }
  expect(await failed(home, ["-p", "x", "--resume", ""])).toEqual({ code: 1, error: "config" });
});

/** A run that reaches the fake and fails there. */
async function refused(script: FakeScript, ...args: string[]) {
  await using fake = await startFakeProvider(script);
  using home = freshHome(fake);
  const finished = await home.run(["-p", "Hi", "--ephemeral", ...args]);
  return { ...finished, requests: fake.requests.length };
}

const unauthorised = {
  status: 401,
  body: { type: "error", error: { type: "authentication_error", message: "invalid x-api-key" } },
};

test("a 401 is one request, exit 1 and one plain sentence", async () => {
  expect(await refused([unauthorised, unauthorised])).toEqual({
    code: 1,
    stdout: "",
    stderr: "sagent: Anthropic refused the credentials: invalid x-api-key\n  Check the API key and what it may use.\n",
    requests: 1,
  });
  const finished = await refused([unauthorised], ...json);
  expect(resultOf(finished)).toMatchObject({ ...nothing, error: { code: "auth", status: 401 } });
  expect(finished).toMatchObject({ code: 1, requests: 1 });
  const { events, result } = streamOf(await refused([unauthorised], "--output-format", "stream-json"));
  expect(events.find((event) => event.type === "error")).toMatchObject({ error: { code: "auth", status: 401 } });
  expect(result.error?.code).toBe("auth");
});

test("--debug shows where an error was made", async () => {
  using home = freshHome();
  const { code, stderr } = await home.run(["-p", "x", "--cwd", "/no/such/place", "--debug"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^sagent: .*\nUsageError: .*\n\s+at .*compose\.ts/);
});

test("a server that keeps failing or is not there is given up, in a sentence", async () => {
  using home = freshHome();
  const env = { ANTHROPIC_API_KEY: "test-key", ANTHROPIC_BASE_URL: "http://127.0.0.1:9" };
  const [failing, absent] = await Promise.all([
    refused(
      Array.from({ length: 5 }, () => ({ status: 500 })),
      ...json,
    ),
    home.run(["-p", "Hi", "--ephemeral", ...json], { env }),
  ]);
  expect(failing).toMatchObject({ code: 1, requests: 5 });
  expect(absent.code).toBe(1);
  expect(resultOf(failing)).toMatchObject({ ...nothing, error: { code: "server", status: 500 } });
  expect(resultOf(absent)).toMatchObject({ ...nothing, error: { code: "transport" } });
  for (const finished of [failing, absent]) expectSentence(finished, resultOf(finished).error?.message ?? "");
});

test("the round cap is 1 and keeps what was said", async () => {
  const step = { parts: [{ text: "Again." }, { call: "Bash", args: { command: "true" } }] };
  const finished = await refused([step, step, step], "--max-rounds", "2", ...json);
  expect(resultOf(finished)).toMatchObject({ content: "Again.", reason: "max_rounds", error: { code: "max_rounds" } });
  expect(finished).toMatchObject({ code: 1, requests: 3 });
});

test("an answer that was cut or refused is not taken for a whole one", async () => {
  const cut = await refused([{ parts: [{ text: "The first is" }], stop: "maxTokens" }]);
  expect(cut).toMatchObject({ code: 1, stdout: "The first is\n" });
  expect(cut.stderr).toStartWith("sagent: The answer was cut at its length limit.\n");
  const no = await refused([{ parts: [{ text: "I" }], stop: "refusal" }], ...json);
  expect(no.code).toBe(1);
  expect(resultOf(no)).toMatchObject({ reason: "refused", error: { message: expect.stringContaining("refus") } });
});

test("a data directory that cannot be made is 1 and names it", async () => {
  await using fake = await startFakeProvider([]);
  using home = freshHome(fake);
  await Bun.write(join(home.path, "file"), "");
  const env = { XDG_DATA_HOME: join(home.path, "file") };
  const { code, error } = await failed(home, ["-p", "x"], { env });
  expect({ code, error }).toEqual({ code: 1, error: "session_write" });
  expect(fake.requests).toEqual([]);
});

test("an answer that could not be saved is given, and the exit is 1", async () => {
  const long = "x".repeat(50_000);
  await using fake = await startFakeProvider([{ parts: [{ text: long }], chunkChars: 5_000 }]);
  using home = freshHome(fake);
  const before = "trap '' XFSZ; ulimit -S -f 20";
  const finished = await home.run(["-p", "Hi", ...json], { before });
  expect(resultOf(finished)).toMatchObject({ content: long, error: { code: "session_write" } });
  expectSentence(finished, resultOf(finished).error?.message ?? "");
  expect(finished.code).toBe(1);
});

test("an output that cannot be written is 1", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "Hi" }] }]);
  using home = freshHome(fake);
  const { code, stderr } = await home.run(["-p", "Hi"], { before: "exec >/dev/full" });
  expect(code).toBe(1);
  expect(stderr).toContain("ENOSPC");
  expect(stderr).not.toContain("\n    at ");
});
