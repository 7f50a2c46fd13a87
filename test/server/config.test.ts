import { expect, test } from "bun:test";
import { UsageError } from "../../agent/error.ts";
import { type Config, readConfig } from "../../server/config.ts";
import { type Flags, parseFlags } from "../../server/flags.ts";
import { ToolSettings } from "../../tools/settings.ts";

const plain: Config = {
  cwd: "/work",
  cwdGiven: false,
  prompt: undefined,
  provider: undefined,
  model: undefined,
  baseUrl: undefined,
  fallback: [],
  waitForLimits: false,
  auth: undefined,
  account: undefined,
  checkKey: true,
  knobs: { effort: undefined, thinking: undefined },
  contain: false,
  trust: false,
  mcp: [],
  mcpChoice: { scope: undefined, headers: [], variables: [], sse: false, http: false },
  tools: undefined,
  toolSettings: new ToolSettings(),
  disallowTools: [],
  system: undefined,
  maxRounds: undefined,
  maxBudgetUsd: undefined,
  addDirs: [],
  compact: true,
  listLimit: 20,
  maxDepth: undefined,
  allowProviders: undefined,
  resumePersistent: true,
  advisor: undefined,
  terminal: false,
  serve: { host: "127.0.0.1", port: 0, open: true },
  listed: { usable: false, images: false, maxPriceUsd: undefined, minWindowTokens: undefined },
  weights: { yes: false, onnx: false, limit: 20, runs: 3 },
  slack: { personaDir: undefined, logPrefix: "agent-", routerLog: "router-log" },
  maxRequestTokens: undefined,
  maxResponseTokens: undefined,
  session: { type: "new" },
  label: "main",
  inputFormat: "text",
  outputFormat: "text",
  outputSchema: undefined,
  debug: false,
};

const configOf = (...argv: string[]) => readConfig(parseFlags(argv).flags, "/work");

function refusal(flags: Flags): string {
  try {
    readConfig(flags, "/work");
  } catch (error) {
    if (error instanceof UsageError) return [error.message, error.hint ?? []].flat().join(" ");
    throw error;
  }
  throw new Error(`${JSON.stringify(flags)} was accepted`);
}

test("no flags", () => {
  expect(configOf()).toEqual(plain);
});

test("every flag, typed", () => {
  const argv = ["-p", "x", "--cwd", "sub", "--tools", "Read, Bash", "--system", "s", "--max-rounds", "7"];
  const more = ["--max-budget-usd", "0.5", "--max-request-tokens", "1000", "--max-response-tokens", "10"];
  const model = [
    "--provider",
    "p",
    "--model",
    "m",
    "--base-url",
    "http://h/v1",
    "--effort",
    "high",
    "--name",
    "a.b-c_1",
  ];
  const key = ["--auth", "credentials", "--account", "work", "--no-check"];
  const output = ["--input-format", "stream-json", "--output-format", "json", "--debug", "--ephemeral"];
  expect(configOf(...argv, ...more, ...model, ...key, ...output)).toEqual({
    ...plain,
    cwd: "/work/sub",
    cwdGiven: true,
    prompt: "x",
    tools: ["Read", "Bash"],
    system: "s",
    maxRounds: 7,
    maxBudgetUsd: 0.5,
    maxRequestTokens: 1000,
    maxResponseTokens: 10,
    provider: "p",
    model: "m",
    baseUrl: "http://h/v1",
    auth: "credentials",
    account: "work",
    checkKey: false,
    addDirs: [],
    compact: true,
    listLimit: 20,
    maxDepth: undefined,
    allowProviders: undefined,
    resumePersistent: true,
    advisor: undefined,
    terminal: false,
    knobs: { effort: "high", thinking: undefined },
    label: "a.b-c_1",
    session: { type: "none" },
    inputFormat: "stream-json",
    outputFormat: "json",
    debug: true,
  });
});

test.each(["default", "adaptive", "on", "off", "redact"] as const)("--thinking %s", (thinking) => {
  expect(configOf("--thinking", thinking).knobs).toEqual({ effort: undefined, thinking });
});

test.each(["none", "None", " none "])("--tools %p means no tools", (value) => {
  expect(configOf("--tools", value).tools).toEqual([]);
});

test("which session", () => {
  expect(configOf("-c").session).toEqual({ type: "newest" });
  expect(configOf("-r", "abc").session).toEqual({ type: "byId", id: "abc" });
  expect(configOf("--session", "/s").session).toEqual({ type: "dir", dir: "/s" });
});

const bad: [Flags, string][] = [
  [{ "max-rounds": "0" }, '--max-rounds must be a whole number of at least 1, not "0".'],
  [{ "max-rounds": "1.5" }, '--max-rounds must be a whole number of at least 1, not "1.5".'],
  [{ "max-rounds": "" }, '--max-rounds must be a whole number of at least 1, not "".'],
  [{ "max-request-tokens": "-3" }, '--max-request-tokens must be a whole number of at least 1, not "-3".'],
  [{ "max-response-tokens": "1e3" }, '--max-response-tokens must be a whole number of at least 1, not "1e3".'],
  [{ "max-budget-usd": "0" }, '--max-budget-usd must be an amount above zero, not "0".'],
  [{ "max-budget-usd": "" }, '--max-budget-usd must be an amount above zero, not "".'],
  [{ "max-budget-usd": "Infinity" }, '--max-budget-usd must be an amount above zero, not "Infinity".'],
  [{ "max-budget-usd": "NaN" }, '--max-budget-usd must be an amount above zero, not "NaN".'],
  [{ "max-budget-usd": "$1" }, '--max-budget-usd must be an amount above zero, not "$1".'],
  [{ "base-url": "host:80" }, '--base-url must be an http or https URL, not "host:80".'],
  [{ "base-url": "file:///x" }, '--base-url must be an http or https URL, not "file:///x".'],
  [{ "base-url": "nonsense" }, '--base-url must be an http or https URL, not "nonsense".'],
  [{ effort: "huge" }, '--effort cannot be "huge". Choose one of: none, min, low, medium, high, xhigh, max.'],
  [{ thinking: "toString" }, '--thinking cannot be "toString". Choose one of: default, adaptive, on, off, redact.'],
  [{ "output-format": "xml" }, '--output-format cannot be "xml". Choose one of: text, json, stream-json.'],
  [{ "input-format": "json" }, '--input-format cannot be "json". Choose one of: text, stream-json.'],
  [{ name: "a b" }, '--name may hold letters, digits, ".", "_" and "-", not "a b".'],
  [{ name: "" }, '--name may hold letters, digits, ".", "_" and "-", not "".'],
  [{ tools: "" }, "--tools needs the names of tools, or none."],
  [{ tools: " , " }, "--tools needs the names of tools, or none."],
  [{ session: "" }, "--session needs a directory."],
  [{ continue: true, ephemeral: true }, "Give only one of --continue, --resume, --session and --ephemeral."],
  [{ resume: "a", session: "b" }, "Give only one of --continue, --resume, --session and --ephemeral."],
];
test.each(bad)("%j is refused in a sentence", (flags, sentence) => {
  expect(refusal(flags)).toBe(sentence);
});

test("directories are added, compaction turned off, and a list cut short", () => {
  expect(configOf("--add-dir", "../lib", "--add-dir=/abs", "--no-compact", "--resume-limit", "3")).toEqual({
    ...plain,
    addDirs: ["/lib", "/abs"],
    compact: false,
    listLimit: 3,
  });
  expect(refusal({ auth: "cookies" })).toBe(
    '--auth cannot be "cookies". Choose one of: env, credentials, key, oauth, device.',
  );
  expect(refusal({ account: "../x" })).toStartWith('"../x" cannot be the name of an account.');
  expect(refusal({ "advisor-max-uses": "2" })).toBe("--advisor-max-uses needs --advisor MODEL.");
  expect(refusal({ "allow-providers": " , " })).toBe("--allow-providers needs the names of providers.");
});

test("models to fall back on come in a list; a limit is waited for only where that is said", () => {
  const { fallback, waitForLimits } = configOf("--fallback", "openai/sol-6.0, llama:x", "--wait-for-limits");
  expect([fallback, waitForLimits]).toEqual([["openai/sol-6.0", "llama:x"], true]);
  expect(refusal({ fallback: " , " })).toBe("--fallback needs the names of models.");
});
