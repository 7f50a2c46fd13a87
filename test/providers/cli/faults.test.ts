import { expect, test } from "bun:test";
import { until } from "../../support/until.ts";
import { type CliRig, call, claude, cliRig, codex, isAlive, subjects } from "./rig.ts";

/** Programs of the rig that still run. */
const alive = (rig: CliRig) => [...new Set(rig.notes().map(({ pid }) => pid))].filter(isAlive);

for (const subject of subjects) {
  test(`${subject.name}: a program that dies in the middle is a cut that quotes it, and another one goes on`, async () => {
    const rounds = [{ text: "Half", trouble: "crash" as const }, { text: "Whole." }];
    await using rig = await cliRig(subject, { rounds });
    rig.user("Go.");
    const end = await rig.ask();
    expect(end).toMatchObject({
      type: "error",
      error: { code: "interrupted", retry: "interrupted", message: expect.stringContaining("panic: out of luck") },
      parts: [{ type: "text", text: "Half" }],
    });
    expect(await rig.ask()).toMatchObject({ type: "done", parts: [{ type: "text", text: "Whole." }] });
    expect(rig.words()).toEqual(["Go.", "Go."]);
  });

  test(`${subject.name}: silence is a stall, and what hangs is ended with all that it started`, async () => {
    const trouble = subject === claude ? ("stubborn" as const) : ("hang" as const);
    const rounds = [{ text: "Well", trouble }, { text: "Fine." }];
    await using rig = await cliRig(subject, { rounds }, { idleMs: 2500 });
    rig.user("Go.");
    expect(await rig.ask()).toMatchObject({
      type: "error",
      error: { code: "stalled" },
      parts: [{ type: "text", text: "Well" }],
    });
    expect(await rig.ask()).toMatchObject({ parts: [{ type: "text", text: "Fine." }] });
    // A stubborn one heard SIGTERM and stayed.
    await until(() => trouble === "hang" || rig.notes().some(({ by }) => by === "SIGTERM"));
    await until(() => alive(rig).length === 1);
  });

  test(`${subject.name}: a stop before, while it starts, while it speaks and while it waits; nothing leaks into what follows`, async () => {
    const late = subject.steers ? [] : [{}];
    const rounds = [{ text: "Never", trouble: "hang" as const }, { calls: [call("one")] }, { text: "Now." }, ...late];
    await using rig = await cliRig(subject, { rounds });
    rig.user("Go.");
    const stopped = { type: "error", error: { code: "aborted" }, parts: [] };
    expect(await rig.ask({}, AbortSignal.abort())).toMatchObject(stopped);
    expect(await rig.ask({}, AbortSignal.timeout(20))).toMatchObject(stopped);
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const chunk of rig.stream(stop.signal)) {
      seen.push(chunk.type);
      if (chunk.type === "text" && chunk.text.endsWith("r")) stop.abort();
    }
    expect(seen.at(-1)).toBe("error");
    // While it waits for a result it is left alone: the runtime works.
    expect(await rig.ask()).toMatchObject({ stopReason: "toolUse" });
    rig.results({ kind: "cancelled", isError: true, text: "The call was stopped." });
    rig.user("Something else.");
    const end = await rig.ask();
    expect(end).toMatchObject({ type: "done", parts: [{ type: "text", text: "Now." }] });
    await until(() => rig.notes().some(({ type, by }) => type === "stopped" && by !== "SIGTERM"));
  });

  test(`${subject.name}: a line without an end is not kept, and what the service refuses is named`, async () => {
    const rounds = [{ trouble: "huge" as const }, { trouble: "limit" as const }, { trouble: "refused" as const }];
    await using rig = await cliRig(subject, { rounds });
    rig.user("Go.");
    expect(await rig.ask()).toMatchObject({
      error: { code: "interrupted", message: expect.stringContaining("16777216 bytes") },
    });
    expect(await rig.ask()).toMatchObject({ type: "error", error: { code: "rate_limit" } });
    const { login = "" } =
      { "claude-cli": { login: "claude auth login" }, "codex-cli": { login: "codex login" } }[subject.name] ?? {};
    expect(await rig.ask()).toMatchObject({ error: { code: "auth", hint: expect.stringContaining(login) } });
  });

  test(`${subject.name}: a program that never begins says why`, async () => {
    await using rig = await cliRig(subject, { rounds: [], start: "exit" });
    rig.user("Go.");
    expect(await rig.ask()).toMatchObject({
      type: "error",
      error: { code: "interrupted", message: expect.stringContaining("it ended with exit code 3") },
      parts: [],
    });
  });
}

test("a program that dies while its calls are being worked on is replaced, and the results are told to the next", async () => {
  await using rig = await cliRig(claude, { rounds: [{ calls: [call("one")] }, { text: "Seen." }] });
  rig.user("Go.");
  await rig.ask();
  for (const pid of alive(rig)) process.kill(pid, "SIGKILL");
  await until(() => alive(rig).length === 0);
  await Bun.sleep(100);
  rig.results();
  expect(await rig.ask()).toMatchObject({ type: "done", parts: [{ type: "text", text: "Seen." }] });
  expect(String(rig.words()[1])).toContain("result of one");
});

test("a program that never asks for its tools is given up", async () => {
  await using rig = await cliRig(claude, { rounds: [], start: "noTools" });
  rig.user("Go.");
  expect(await rig.ask()).toMatchObject({
    error: { message: expect.stringContaining("did not ask for its tools within 8 s") },
  });
});

test("programs that are missing, too old or not logged in are refused before anything is sent, with what to do", async () => {
  const refused = (script: object, env: Record<string, string> = {}, subject = claude) =>
    cliRig(subject, { rounds: [], ...script }, { env }).then(
      () => "taken",
      ({ code, message, hint }) => [code, message, hint],
    );
  expect(await refused({}, { SAGENT_CLAUDE_COMMAND: "no-such-claude" })).toEqual([
    ...["config", 'Claude Code is not installed: there is no program "no-such-claude".'],
    "Install it with: npm install -g @anthropic-ai/claude-code",
  ]);
  expect(await refused({ version: "1.0.33" })).toEqual([
    ...["config", "Claude Code is version 1.0.33, and 2.1.197 or later is needed."],
    "Update it with: npm install -g @anthropic-ai/claude-code",
  ]);
  expect(await refused({ loggedIn: false })).toEqual([
    ...["config", "Claude Code is not logged in.", "Log in first: claude auth login"],
  ]);
});

test("a login that codex does not have shows when it is asked", async () => {
  await using rig = await cliRig(codex, { rounds: [], loggedIn: false });
  rig.user("Go.");
  expect(await rig.ask()).toMatchObject({ error: { code: "auth", hint: "Log in first: codex login" } });
});

test("a subscription has no price; an account that pays by the token has the catalogue's", async () => {
  for (const subject of [claude, codex]) {
    await using plan = await cliRig(subject, { rounds: [] });
    await using key = await cliRig(subject, { rounds: [], account: "key" });
    expect([plan.model.info.prices.length, key.model.info.prices.length > 0]).toEqual([0, true]);
  }
});
