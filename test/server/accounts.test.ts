/** Which account a run, its switches and its children are let in with; each fake takes one account's key alone. */
import { expect, test } from "bun:test";
import { changeCredentials } from "../../providers/credential-file.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakePart, FakeProvider } from "../support/fake-types.ts";
import { freshHome, type Home } from "./program.ts";

type Keys = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A home whose credential file has these keys, by provider and account. */
async function homeWith(keys: Keys): Promise<Home> {
  const home = freshHome();
  await changeCredentials(home.env, (file) => {
    for (const [provider, accounts] of Object.entries(keys)) {
      for (const [account, key] of Object.entries(accounts))
        file.put(provider, account, { type: "key", key, savedAt: 1 });
    }
  });
  return home;
}

const steps = (...parts: FakePart[]) => parts.map((part) => ({ parts: [part] }));
const results = (fake: FakeProvider) =>
  fake.requests.flatMap(({ view }) => view.messages.at(-1)?.results ?? []).map(({ text }) => text);

test("an account is inherited and gives way on another provider; one that is asked for does not", async () => {
  const script = steps(
    { call: "AgentSelf", args: { provider: "openai", account: "work" } },
    { call: "AgentSpawn", args: { prompt: "Hi.", provider: "google", account: "lab" } },
    { call: "AgentSelf", args: { provider: "openai" } },
  );
  await using anthropic = await startFakeProvider(script, { key: "anthropic-work" });
  await using google = await startFakeProvider(steps({ text: "From the lab." }), { key: "google-lab" });
  await using openai = await startFakeProvider(steps({ text: "Done." }), { key: "openai-default" });
  using home = await homeWith({
    anthropic: { default: "no", work: "anthropic-work" },
    openai: { default: "openai-default", home: "no" },
    google: { default: "no", lab: "google-lab", work: "no" },
  });
  const urls = { ANTHROPIC_BASE_URL: anthropic.url("anthropic"), GOOGLE_BASE_URL: google.url("gemini") };
  const env = { ...urls, OPENAI_BASE_URL: openai.url("openai"), ANTHROPIC_API_KEY: "of-env" };
  const run = await home.run(["-p", "Go.", "--account", "work"], { env });
  expect(run).toEqual({ code: 0, stdout: "Done.\n", stderr: "" });
  const [refused, child] = results(anthropic);
  expect(refused).toContain('OpenAI has no account "work". It has: default, home.');
  expect(child).toContain("From the lab.");
  expect([anthropic, google, openai].map(({ requests }) => requests.length)).toEqual([3, 1, 1]);
});

test("a child is let in as its parent, and another account of the same provider is a switch", async () => {
  const script = steps(
    { call: "AgentSpawn", args: { prompt: "Hi." } },
    { text: "Child." },
    { call: "AgentSelf", args: { account: "home" } },
  );
  await using work = await startFakeProvider(script, { key: "work" });
  using home = await homeWith({ anthropic: { work: "work", home: "home" } });
  const env = { ANTHROPIC_BASE_URL: work.url("anthropic"), SAGENT_ACCOUNT: "work" };
  const run = await home.run(["-p", "Go."], { env });
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("Anthropic refused the credentials");
  expect(results(work)[0]).toContain("Child.");
  expect(work.requests.map(({ view }) => view.messages.length)).toEqual([1, 1, 3, 5]);
});

test("who is not let in is told what is missing, before anything is sent", async () => {
  using home = await homeWith({ openai: { default: "o", work: "w" } });
  const told = async (args: string[], env = {}) => {
    const { code, stderr } = await home.run(["-p", "Go.", ...args], { env });
    return [code, stderr.split("\n")[0]];
  };
  expect(await told(["--account", "lab"])).toEqual([1, 'sagent: No provider has an account "lab".']);
  expect(await told(["--provider", "google", "--account", "work"])).toEqual([
    1,
    'sagent: Google has no account "work".',
  ]);
  expect(await told(["--provider", "openai", "--auth", "env"])).toEqual([
    1,
    "sagent: OpenAI needs an API key, and OPENAI_API_KEY is not set.",
  ]);
  expect(await told(["--account", "../x"])).toEqual([2, 'sagent: "../x" cannot be the name of an account.']);
  expect(await told([], { SAGENT_ACCOUNT: "a b" })).toEqual([2, 'sagent: "a b" cannot be the name of an account.']);
});

test("a session goes on with its account, and with the default one where that is gone, which is said", async () => {
  const answers = () => steps({ text: "One." }, { text: "Two." });
  await using work = await startFakeProvider(answers(), { key: "work" });
  using home = await homeWith({ anthropic: { work: "work", default: "plain" } });
  const env = { ANTHROPIC_BASE_URL: work.url("anthropic") };
  expect(await home.run(["-p", "Go.", "--account", "work"], { env })).toMatchObject({ code: 0, stdout: "One.\n" });
  expect(await home.run(["-p", "Go on.", "--continue"], { env })).toEqual({ code: 0, stdout: "Two.\n", stderr: "" });

  await changeCredentials(home.env, (file) => void file.remove("anthropic", "work"));
  await using plain = await startFakeProvider(answers(), { key: "plain" });
  const later = { env: { ANTHROPIC_BASE_URL: plain.url("anthropic") } };
  const { code, stdout, stderr } = await home.run(["-p", "And now?", "--continue"], later);
  expect([code, stdout]).toEqual([0, "One.\n"]);
  expect(stderr).toContain('Anthropic has no account "work" any more, which this session used');
  expect(await home.run(["-p", "Again.", "--continue"], later)).toEqual({ code: 0, stdout: "Two.\n", stderr: "" });
});
