/** Flags, and what of them a model is sent. */
import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { toolNames } from "../../tools/registry.ts";
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import { type FakeRequest, type FakeScript, type Wire, wires } from "../support/fake-types.ts";
import { must } from "../support/must.ts";
import { writeFiles } from "../support/write-files.ts";
import { freshHome, type Home } from "./program.ts";

const done: FakeScript = [{ parts: [{ text: "Done." }] }];

/** The one request that a run with these arguments sends. */
async function sent(wire: Wire, ...args: string[]): Promise<FakeRequest> {
  await using fake = await startFakeProvider(done);
  using home = freshHome(fake, wire);
  expect(await home.run(["-p", "Hi", "--ephemeral", ...args])).toEqual({ code: 0, stdout: "Done.\n", stderr: "" });
  expect(fake.problems).toEqual([]);
  expect(fake.requests.length).toBe(1);
  return must(fake.requests[0]);
}

test("--tools: all of them, some in the registry's order, or none", async () => {
  expect((await sent("anthropic")).view.tools).toEqual([...toolNames, "ToolSearch"]);
  expect((await sent("anthropic", "--tools", "Bash,Read")).view.tools).toEqual(["Read", "Bash"]);
  expect((await sent("anthropic", "--tools", "none")).view.tools).toEqual([]);
});

test("--system adds to the prompt, and the prompt is the same from run to run", async () => {
  const [plain, more] = await Promise.all([sent("openai"), sent("openai", "--system", "Talk like a pirate.")]);
  expect(more.view.system).toContain("Talk like a pirate.");
  expect(plain.view.system).not.toContain("pirate");
  expect(JSON.stringify(plain.body).length).toBeLessThan(16 * 1024);
});

test.each(wires)("the first request stays within 16 KB whatever is installed, on the %s wire", async (wire) => {
  await using fake = await startFakeProvider(done);
  using home = freshHome(fake, wire);
  const names = Array.from({ length: 60 }, (_, at) => `a-skill-of-some-length-${at}`);
  const skills = names.map((name) => [
    `.claude/skills/${name}/SKILL.md`,
    `---\nname: ${name}\ndescription: ${"words ".repeat(50)}\n---\n`,
  ]);
  const servers = Object.fromEntries(names.slice(0, 10).map((name) => [name, { command: "false" }]));
  writeFiles(home.project, { ...Object.fromEntries(skills), ".mcp.json": JSON.stringify({ mcpServers: servers }) });
  const model = wire === "chat" ? ["--model", "m"] : [];
  expect((await home.run(["-p", "Hi", "--ephemeral", "--trust", ...model])).code).toBe(0);
  const { body, view } = must(fake.requests[0]);
  expect([view.system.includes("# Skills"), view.tools.includes("Skill")]).toEqual([true, true]);
  expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(16 * 1024);
});

test("--max-response-tokens on every wire", async () => {
  expect((await sent("anthropic", "--max-response-tokens", "777")).body).toMatchObject({ max_tokens: 777 });
  expect((await sent("openai", "--max-response-tokens", "777")).body).toMatchObject({ max_output_tokens: 777 });
  expect((await sent("chat", "--model", "m", "--max-response-tokens", "777")).body).toMatchObject({ max_tokens: 777 });
  expect((await sent("gemini", "--max-response-tokens", "777")).body).toMatchObject({
    generationConfig: { maxOutputTokens: 777 },
  });
});

test("--effort and --thinking", async () => {
  expect((await sent("anthropic", "--effort", "high")).body).toMatchObject({ output_config: { effort: "high" } });
  expect((await sent("openai", "--effort", "high")).body).toMatchObject({ reasoning: { effort: "high" } });
  expect((await sent("anthropic", "--thinking", "adaptive")).body).toMatchObject({
    thinking: { type: "adaptive", display: "summarized" },
  });
  expect((await sent("anthropic", "--thinking", "redact")).body).toMatchObject({ thinking: { display: "omitted" } });
  expect((await sent("anthropic", "--thinking", "off")).body).not.toHaveProperty("thinking.display");
});

test("--model picks the provider; --provider is stronger", async () => {
  const opus = await sent("anthropic", "--model", "opus");
  expect({ wire: opus.wire, model: opus.view.model }).toEqual({ wire: "anthropic", model: "claude-opus-5-5" });
  const named = await sent("gemini", "--provider", "Google");
  expect(named.wire).toBe("gemini");
});

test("--base-url leads to the chat wire with any model's name and no key of another vendor", async () => {
  await using fake = await startFakeProvider(done);
  using home = freshHome();
  const env = { ANTHROPIC_API_KEY: "not-for-this-server", OPENAI_COMPAT_API_KEY: "test-key" };
  const args = ["-p", "Hi", "--base-url", fake.url("chat"), "--model", "opus-but-mine:7b"];
  expect(await home.run(args, { env })).toEqual({ code: 0, stdout: "Done.\n", stderr: "" });
  const request = must(fake.requests[0]);
  expect({ wire: request.wire, model: request.view.model }).toEqual({ wire: "chat", model: "opus-but-mine:7b" });
  expect(JSON.stringify(request.headers)).not.toContain("not-for-this-server");
});

test("--provider with --base-url is that provider at another address", async () => {
  await using fake = await startFakeProvider(done);
  using home = freshHome();
  const args = ["-p", "Hi", "--provider", "anthropic", "--base-url", fake.url("anthropic")];
  const { code } = await home.run(args, { env: { ANTHROPIC_API_KEY: "test-key" } });
  expect({ code, wire: fake.requests[0]?.wire }).toEqual({ code: 0, wire: "anthropic" });
});

test("--base-url is for its own provider: one that goes on in its place is sent where it always is, with its own key", async () => {
  await using mine = await startFakeProvider(
    () => ({ status: 400, body: { error: { message: "insufficient_quota" } } }),
    {
      key: "mine",
    },
  );
  await using vendor = await startFakeProvider(done);
  using home = freshHome(vendor);
  const args = ["-p", "Hi", "--base-url", mine.url("chat"), "--model", "my-own:7b", "--fallback", "anthropic/opus"];
  const { code, stdout } = await home.run(args, { env: { OPENAI_COMPAT_API_KEY: "mine" } });
  expect([code, stdout]).toEqual([0, "Done.\n"]);
  expect([new Set(mine.requests.map(({ wire }) => wire)), vendor.requests.map(({ wire }) => wire)]).toEqual([
    new Set(["chat"]),
    ["anthropic"],
  ]);
  expect(JSON.stringify(mine.requests.map(({ headers }) => headers))).not.toContain(testKey);
});

test("--cwd is where tools work, where AGENTS.md is found and whose session it is", async () => {
  const script = [{ parts: [{ call: "Bash", args: { command: "pwd" } }] }, ...done];
  await using fake = await startFakeProvider([...script, ...done]);
  using home = freshHome(fake);
  const place = inside(home, "elsewhere");
  await Bun.write(join(place, "AGENTS.md"), "Never use tabs.");
  expect((await home.run(["-p", "Where?", "--cwd", "elsewhere"])).code).toBe(0);
  expect(fake.requests[0]?.view.system).toContain("Never use tabs.");
  expect(fake.requests[1]?.view.messages.at(-1)?.results[0]?.text).toStartWith(`${place}\n`);
  expect((await home.run(["-p", "On.", "--continue"])).code).toBe(1);
  expect((await home.run(["-p", "On.", "--continue", "--cwd", place])).code).toBe(0);
});

function inside(home: Home, name: string): string {
  const path = join(home.project, name);
  mkdirSync(path);
  return path;
}

test("--max-request-tokens shrinks the window: what does not fit is compacted or refused before it is sent", async () => {
  await using fake = await startFakeProvider(done);
  using home = freshHome(fake);
  const { code, stderr } = await home.run(["-p", "word ".repeat(20_000), "--max-request-tokens", "9000"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^sagent: .*\n/);
  expect(fake.requests).toEqual([]);
});
