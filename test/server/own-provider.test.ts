/** A provider of a person's file, as a run, its tools and its children use it. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import type { FakeProvider, FakeScript } from "../support/fake-types.ts";
import { freshHome, type Home, resultOf } from "./program.ts";

let home: Home;
beforeEach(() => {
  home = freshHome();
});
afterEach(() => home[Symbol.dispose]());

const env = { ACME_KEY: testKey };

/** Two models of one's own behind the fake's chat wire, dear and cheap. */
async function acme(script: FakeScript): Promise<FakeProvider> {
  const fake = await startFakeProvider(script);
  const prices = [{ input: 1_000, output: 2_000 }];
  const models = { "acme-big": { wireId: "org/Big", prices }, "acme-small": {} };
  const own = { baseUrl: fake.url("chat"), keyVar: "ACME_KEY", roles: { default: "acme-big" }, models };
  const dir = join(home.path, "config/sagent");
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "models.json"), JSON.stringify({ providers: { acme: own } }));
  return fake;
}

const hello = { parts: [{ text: "Hello." }], usage: { input: 1_000, output: 500 } };

test.each([[["--provider", "acme"]], [["--model", "acme-big"]], [["--provider", "Acme", "--model", "org/big"]], [[]]])(
  "%j answers with it, at the file's prices",
  async (args) => {
    await using fake = await acme([hello]);
    const result = resultOf(await home.run([...args, "-p", "Hi.", "--output-format", "json"], { env }));
    expect([result.content, result.costUsd]).toEqual(["Hello.", 2]);
    expect(result.agents[0]?.model).toEqual({ provider: "acme", model: "org/Big" });
    expect(fake.requests.map(({ view }) => view.model)).toEqual(["org/Big"]);
    expect(fake.problems).toEqual([]);
  },
);

test("its key reaches no tool", async () => {
  await using fake = await acme([
    { parts: [{ call: "Bash", args: { command: "env | grep -c ACME_KEY; echo looked" } }] },
    hello,
  ]);
  const finished = await home.run(["-p", "Look.", "--output-format", "stream-json"], { env });
  expect(finished.code).toBe(0);
  expect(finished.stdout).toContain("0\\nlooked");
  expect(finished.stdout).not.toContain(testKey);
  expect(fake.problems).toEqual([]);
});

test("a child may use another of its models by name; a provider that is not allowed is refused", async () => {
  await using fake = await acme(({ view }) => {
    const last = JSON.stringify(view.messages.at(-1));
    if (last.includes("Work.")) return { parts: [{ text: "Worked." }] };
    const args = { prompt: "Work.", label: "w", model: "acme-small" };
    if (last.includes("Begin.")) return { parts: [{ call: "AgentSpawn", args }] };
    return { parts: [{ text: "Done." }] };
  });
  const result = resultOf(await home.run(["-p", "Begin.", "--output-format", "json"], { env }));
  expect(result.agents.map(({ label, model }) => [label, model?.model])).toEqual([
    ["main", "org/Big"],
    ["w", "acme-small"],
  ]);
  const refused = await home.run(["-p", "Hi.", "--provider", "acme", "--allow-providers", "openai"], { env });
  expect([refused.code, refused.stderr.split("\n")[0]]).toEqual([
    2,
    'sagent: The provider "acme" is not allowed here.',
  ]);
  expect(fake.problems).toEqual([]);
});

test("a file that is wrong ends the run before anything is sent, with its place", async () => {
  const dir = join(home.path, "config/sagent");
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "models.json"), `{ "providers": { "acme": { "baseUrl": "nowhere" } } }`);
  const finished = await home.run(["-p", "Hi."], { env });
  expect(finished.code).toBe(1);
  expect(finished.stderr).toContain(`${dir}/models.json is wrong at providers.acme.baseUrl: `);
});
