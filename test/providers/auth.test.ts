import { expect, test } from "bun:test";
import { findKey, redact, vendorOf, vendors, withoutSecrets } from "../../providers/auth.ts";
import { requireCredential } from "../../providers/credentials.ts";
import data from "../../providers/data/catalog.json" with { type: "json" };
import { paperKeys } from "../../tools/papers/library.ts";
import { engineKeys } from "../../tools/search/engines.ts";

const anthropic = vendorOf("anthropic");

test("variables and addresses are those of the catalogue", () => {
  const transports: Record<string, { env_var: string | null; base_url: string | null }> = data.transports;
  const byName = new Map(Object.entries(transports).map(([name, transport]) => [name.toLowerCase(), transport]));
  for (const { name, keyVars, baseUrl } of vendors.filter((vendor) => !vendor.open)) {
    const transport = byName.get(name);
    expect(keyVars[0]).toBe(transport?.env_var ?? "");
    if (baseUrl) expect(baseUrl).toBe(transport?.base_url ?? "");
  }
});

test("names are found in any case, and an unknown one is told the others", () => {
  expect(vendorOf("DashScope").keyVars).toEqual(["DASHSCOPE_API_KEY"]);
  expect(() => vendorOf("acme")).toThrow(
    expect.objectContaining({
      code: "usage",
      message: 'There is no provider "acme".',
      hint: "Choose one of: anthropic, openai, google, moonshot, dashscope, minimax, openai-compat, llamacpp, ollama, lmstudio, vllm, local.",
    }),
  );
});

test("a key is trimmed, blank is unset, and Google's has two names", () => {
  expect(findKey(anthropic, { ANTHROPIC_API_KEY: " sk-1\n" })).toBe("sk-1");
  expect(findKey(anthropic, { ANTHROPIC_API_KEY: "  " })).toBeUndefined();
  const google = vendorOf("google");
  expect(findKey(google, { GEMINI_API_KEY: "b" })).toBe("b");
  expect(findKey(google, { GEMINI_API_KEY: "b", GOOGLE_API_KEY: "a" })).toBe("a");
  expect(findKey(google, { GEMINI_API_KEY: "b", GOOGLE_API_KEY: "" })).toBe("b");
});

test("a missing key names the variable and what works without it", () => {
  expect(() => requireCredential(anthropic, {})).toThrow(
    expect.objectContaining({
      code: "config",
      message: "Anthropic needs an API key, and ANTHROPIC_API_KEY is not set.",
      hint: "Set it in the environment, run `sagent login anthropic`, or use a provider that is ready: local.",
    }),
  );
  expect(() => requireCredential(vendorOf("google"), { OPENAI_API_KEY: "k", MOONSHOT_API_KEY: "k" })).toThrow(
    expect.objectContaining({
      message: "Google needs an API key, and GOOGLE_API_KEY or GEMINI_API_KEY is not set.",
      hint: "Set it in the environment, run `sagent login google`, or use a provider that is ready: openai, moonshot, local.",
    }),
  );
});

test("a child process sees no credentials, and everything else", () => {
  const secrets = Object.fromEntries(vendors.flatMap((vendor) => vendor.keyVars).map((name) => [name, "secret"]));
  const more = { ANTHROPIC_AUTH_TOKEN: "secret", HF_TOKEN: "secret", HUGGING_FACE_HUB_TOKEN: "secret" };
  const plain = { PATH: "/bin", HOME: "/root", OPENAI_BASE_URL: "http://x", EMPTY: "" };
  expect(withoutSecrets({ ...secrets, ...more, ...plain, UNSET: undefined })).toEqual(plain);
});

const printed = `import { withoutSecrets } from "${import.meta.dir}/../../providers/auth.ts";
const child = Bun.spawnSync(["/bin/sh", "-c", 'echo "$OPENAI_API_KEY|$KEPT"'], { env: withoutSecrets(process.env) });
process.stdout.write(child.stdout);`;

test("a real child of a real process cannot read a key", () => {
  const env = { ...process.env, OPENAI_API_KEY: "sk-secret-key", KEPT: "kept" };
  const { stdout } = Bun.spawnSync([process.execPath, "-e", printed], { env });
  expect(stdout.toString()).toBe("|kept\n");
});

test("secrets in a text are replaced by their names, the longest first, short ones left alone", () => {
  const env = { OPENAI_API_KEY: "sk-abcdefgh", ANTHROPIC_API_KEY: "sk-abcdefgh-long", HF_TOKEN: "short" };
  expect(redact("a sk-abcdefgh-long b sk-abcdefgh, sk-abcdefgh; short", env)).toBe(
    "a [ANTHROPIC_API_KEY] b [OPENAI_API_KEY], [OPENAI_API_KEY]; short",
  );
  expect(redact("$& stays", { OPENAI_API_KEY: "$& stays" })).toBe("[OPENAI_API_KEY]");
  expect(redact("nothing here", {})).toBe("nothing here");
});

test("keys of search engines and of services for papers are kept from children like any other", () => {
  for (const name of [...engineKeys, ...paperKeys])
    expect(withoutSecrets({ [name]: "a-key-of-some-length", LANG: "C" })).toEqual({ LANG: "C" });
});
