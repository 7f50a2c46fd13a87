import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { projectDir } from "../../agent/session-list.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeRequest, FakeScript } from "../support/fake-types.ts";
import { must } from "../support/must.ts";
import { freshHome, type Home, resultOf, wireEnv } from "./program.ts";

/** Answers with the number of the request. */
const counting: FakeScript = (_, index) => ({ parts: [{ text: `Answer ${index + 1}.` }] });
const json = ["--output-format", "json"];

const sessionsOf = (home: Home) => projectDir(home.project, home.env);
const said = (request: FakeRequest | undefined) =>
  must(request).view.messages.map(({ role, texts }) => `${role}: ${texts.join(" ")}`);

/** Runs it with json output and returns the session's id. */
async function idOf(home: Home, ...args: string[]): Promise<string> {
  const finished = await home.run([...json, ...args]);
  expect({ code: finished.code, stderr: finished.stderr }).toEqual({ code: 0, stderr: "" });
  return resultOf(finished).sessionId;
}

test("a run leaves one session under the data directory, owner-only, and no lease", async () => {
  await using fake = await startFakeProvider(counting);
  using home = freshHome(fake);
  const id = await idOf(home, "-p", "Hi");
  const dir = join(sessionsOf(home), id);
  expect(dir).toStartWith(`${home.data}/sagent/projects/`);
  expect(readdirSync(sessionsOf(home))).toEqual([id]);
  expect(readdirSync(dir)).toEqual(["session.jsonl"]);
  const modes = [dir, sessionsOf(home), join(home.data, "sagent"), join(dir, "session.jsonl")];
  expect(modes.map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700, 0o700, 0o600]);
});

test("each run begins anew; --continue goes on with the newest, --resume with the one that is named", async () => {
  await using fake = await startFakeProvider(counting);
  using home = freshHome(fake);
  const one = await idOf(home, "-p", "one");
  const two = await idOf(home, "-p", "two");
  expect(said(fake.requests[1])).toEqual(["user: two"]);
  expect(await idOf(home, "-p", "three", "--continue")).toBe(two);
  expect(said(fake.requests[2])).toEqual(["user: two", "assistant: Answer 2.", "user: three"]);
  expect(await idOf(home, "-p", "four", "--resume", one.slice(0, 11))).toBe(one);
  expect(said(fake.requests[3])).toEqual(["user: one", "assistant: Answer 1.", "user: four"]);
  expect(await idOf(home, "-p", "five", "-c")).toBe(one);
  expect(said(fake.requests[4]).length).toBe(5);
  expect(fake.problems).toEqual([]);
});

test("an id is found from any directory; one that fits several or none is refused and nothing is begun", async () => {
  await using fake = await startFakeProvider(counting);
  using home = freshHome(fake);
  const ids = ["0123456789ab", "0123456789cd", "f00000000000"] as const;
  for (const id of ids) await idOf(home, "--session", join(sessionsOf(home), id), "-p", "x");
  const elsewhere = ["--cwd", home.path];
  expect(await idOf(home, "-p", "y", "--resume", ids[2], ...elsewhere)).toBe(ids[2]);
  const before = fake.requests.length;
  const several = await home.run(["-p", "z", "--resume", "01234"]);
  expect(several.code).toBe(1);
  expect(several.stderr).toContain(ids[1]);
  expect((await home.run(["-p", "z", "--resume", "0124"])).code).toBe(1);
  expect((await home.run(["-p", "z", "--resume", ""])).code).toBe(1);
  expect(fake.requests.length).toBe(before);
  expect(readdirSync(sessionsOf(home)).length).toBe(3);
});

test("a run that could not begin leaves no session for --continue to fall into", async () => {
  await using fake = await startFakeProvider(counting);
  using home = freshHome(fake);
  const id = await idOf(home, "-p", "one");
  expect((await home.run(["-p", "x", "--provider", "openai"])).code).toBe(1);
  expect((await home.run(["-p", "x", "--tools", "Nope"])).code).toBe(2);
  expect((await home.run(["-p", "x", "--model", "opus", "--effort", "min"])).code).toBe(1);
  expect(await idOf(home, "-p", "two", "--continue")).toBe(id);
  expect(readdirSync(sessionsOf(home))).toEqual([id]);
});

test("--session keeps it where one says, new or not", async () => {
  await using fake = await startFakeProvider(counting);
  using home = freshHome(fake);
  const id = await idOf(home, "-p", "one", "--session", "kept/here");
  expect(existsSync(home.data)).toBe(false);
  expect(statSync(join(home.project, "kept/here")).mode & 0o777).toBe(0o700);
  expect(await idOf(home, "-p", "two", "--session", "kept/here")).toBe(id);
  expect(said(fake.requests[1])).toEqual(["user: one", "assistant: Answer 1.", "user: two"]);
});

test("--ephemeral writes nothing at all", async () => {
  const script = [{ parts: [{ call: "Bash", args: { command: "seq 20000" } }] }, { parts: [{ text: "Done." }] }];
  await using fake = await startFakeProvider(script);
  using home = freshHome(fake);
  const env = { TMPDIR: join(home.path, "temporary") };
  mkdirSync(env.TMPDIR);
  expect((await home.run(["-p", "Hi", "--ephemeral"], { env })).code).toBe(0);
  expect(existsSync(home.data)).toBe(false);
  expect(readdirSync(env.TMPDIR)).toEqual([]);
  expect(readdirSync(home.project)).toEqual([]);
});

test("a second process on the same session is told who holds it", async () => {
  const release = Promise.withResolvers<void>();
  await using fake = await startFakeProvider(async (_, index) => {
    if (index === 0) await release.promise;
    return { parts: [{ text: "Done." }] };
  });
  using home = freshHome(fake);
  const first = home.start(["-p", "Hi", "--session", "s"]);
  while (fake.requests.length === 0) await Bun.sleep(10);
  const { code, stderr } = await home.run(["-p", "Me too", "--session", "s"]);
  expect(code).toBe(1);
  expect(stderr).toStartWith(`sagent: The session is open in process ${first.pid} on ${hostname()} since `);
  release.resolve();
  expect(await first.exited).toBe(0);
  expect((await home.run(["-p", "Now", "--session", "s"])).code).toBe(0);
});

test("a resumed session is where its shell was, unless that is gone or --cwd says otherwise", async () => {
  const pwd = { parts: [{ call: "Bash", args: { command: "pwd" } }] };
  const done = { parts: [{ text: "Done." }] };
  const cd = { parts: [{ call: "Bash", args: { command: "mkdir deep && cd deep" } }] };
  await using fake = await startFakeProvider([cd, done, pwd, done, pwd, done, pwd, done]);
  using home = freshHome(fake);
  const placeOf = () => must(fake.requests.at(-1)?.view.messages.at(-1)?.results[0]).text.split("\n")[0];
  const deep = join(home.project, "deep");
  await idOf(home, "-p", "cd");
  await idOf(home, "-p", "where?", "-c");
  expect(placeOf()).toBe(deep);
  await idOf(home, "-p", "where?", "-c", "--cwd", ".");
  expect(placeOf()).toBe(home.project);
  rmSync(deep, { recursive: true });
  await idOf(home, "-p", "where?", "-c");
  expect(placeOf()).toBe(home.project);
});

test("a place that is gone is said", async () => {
  const cd = { parts: [{ call: "Bash", args: { command: "mkdir deep && cd deep" } }] };
  const done = { parts: [{ text: "Done." }] };
  await using fake = await startFakeProvider([cd, done, done]);
  using home = freshHome(fake);
  await idOf(home, "-p", "cd");
  rmSync(join(home.project, "deep"), { recursive: true });
  const { code, stderr } = await home.run(["-p", "on", "-c"]);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `sagent: ${join(home.project, "deep")}, where this session was, is gone; going on in ${home.project}.\n`,
  });
});

test("a resumed session has its model and its knobs; flags are stronger; a model that is not to be had is said", async () => {
  await using fake = await startFakeProvider(counting);
  using home = freshHome(fake);
  const env = wireEnv(fake, "openai");
  const first = await home.run(["-p", "one", "--provider", "openai", "--effort", "high"], { env });
  expect(first.code).toBe(0);
  const model = must(fake.requests[0]).view.model;
  expect((await home.run(["-p", "two", "-c"], { env })).stderr).toBe("");
  expect(fake.requests[1]).toMatchObject({ wire: "openai", view: { model }, body: { reasoning: { effort: "high" } } });
  expect((await home.run(["-p", "three", "-c", "--provider", "anthropic"], { env })).stderr).toBe("");
  expect(fake.requests[2]?.wire).toBe("anthropic");
  expect((await home.run(["-p", "four", "-c", "--provider", "openai"], { env })).code).toBe(0);
  const { code, stderr } = await home.run(["-p", "five", "-c"]);
  expect(code).toBe(0);
  expect(stderr.split("\n")).toEqual([
    `sagent: openai ${model}, which this session used, is not to be had: OpenAI needs an API key, and OPENAI_API_KEY is not set.`,
    "sagent: going on with anthropic opus-5.5.",
    "",
  ]);
  expect(fake.requests[4]?.wire).toBe("anthropic");
  expect(fake.problems).toEqual([]);
});

test("a damaged session opens, and what was damaged is kept and said", async () => {
  await using fake = await startFakeProvider(counting);
  using home = freshHome(fake);
  const path = join(sessionsOf(home), await idOf(home, "-p", "one"), "session.jsonl");
  await Bun.write(path, `${readFileSync(path, "utf8")}nonsense\n{"type":"mess`);
  const { code, stderr } = await home.run(["-p", "two", "-c"]);
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^sagent: the session had 1 unreadable line and an unfinished last line, left out and kept in \/.*\.\n$/,
  );
  expect(said(fake.requests[1])).toEqual(["user: one", "assistant: Answer 1.", "user: two"]);
});

test("the money of a session is counted from run to run", async () => {
  await using fake = await startFakeProvider(() => ({ parts: [{ text: "Ok." }], usage: { output: 20_000 } }));
  using home = freshHome(fake);
  expect((await home.run(["-p", "one", "--max-budget-usd", "0.5"])).code).toBe(0);
  expect((await home.run(["-p", "two", "--max-budget-usd", "0.5", "-c"])).code).toBe(3);
  expect(fake.requests.length).toBe(1);
});

test("`sagent sessions` lists them, newest first", async () => {
  await using fake = await startFakeProvider(counting);
  using home = freshHome(fake);
  expect(await home.run(["sessions"])).toEqual({ code: 0, stdout: "No sessions here yet.\n", stderr: "" });
  const one = await idOf(home, "-p", "the first\nthing");
  const two = await idOf(home, "-p", "the \x1b[2Jsecond");
  const { stdout } = await home.run(["sessions"]);
  expect(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/ {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}\$\d\.\d{4} {2}/, " ")),
  ).toEqual([`${two} the [2Jsecond`, `${one} the first thing`]);
  const lines = (await home.run(["sessions", ...json])).stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ id, title }) => ({ id, title }))).toEqual([
    { id: two, title: "the \x1b[2Jsecond" },
    { id: one, title: "the first thing" },
  ]);
});
