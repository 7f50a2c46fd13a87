import { expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { startFakeProvider } from "../support/fake-provider.ts";
import { freshHome, wireEnv } from "./program.ts";

const key = "sk-test-0123456789abcdef";
const others = {
  OPENAI_API_KEY: "sk-other-openai-0123",
  GEMINI_API_KEY: "sk-other-gemini-0123",
  HF_TOKEN: "hf_other-token-0123",
  ANTHROPIC_AUTH_TOKEN: "other-auth-token-0123",
};
const secrets = [key, ...Object.values(others)];

/** Every regular file below a directory. */
function filesUnder(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function leaks(text: string): string[] {
  return secrets.filter((secret) => text.includes(secret));
}

test("no key reaches a child process, an output or a file; the rest of the environment does", async () => {
  const command = "env | sort; cat /proc/$$/environ | tr '\\0' '\\n'";
  const script = [{ parts: [{ call: "Bash", args: { command } }] }, { parts: [{ text: "Done." }] }];
  for (const format of ["text", "json", "stream-json"]) {
    await using fake = await startFakeProvider(script, { key });
    using home = freshHome();
    const env = { ...others, ...wireEnv(fake, "anthropic"), ANTHROPIC_API_KEY: key, OF_THE_USER: "kept" };
    const { code, stdout, stderr } = await home.run(["-p", "Go.", "--output-format", format], { env });
    expect({ code, stderr, leaks: leaks(stdout) }).toEqual({ code: 0, stderr: "", leaks: [] });
    const result = fake.requests[1]?.view.messages.at(-1)?.results[0]?.text ?? "";
    expect(result).toContain("OF_THE_USER=kept");
    expect(result).toContain(`HOME=${home.env.HOME}`);
    expect(result).not.toMatch(/API_KEY|AUTH_TOKEN|HF_TOKEN/);
    expect(leaks(result)).toEqual([]);
    const files = filesUnder(home.path);
    expect(files.some((file) => file.endsWith("session.jsonl"))).toBe(true);
    for (const file of files) expect(leaks(readFileSync(file, "utf8"))).toEqual([]);
    for (const file of filesUnder(home.data)) expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
  }
});

test("a key that a provider quotes back in its errors is shown and kept as its name", async () => {
  const quoting = {
    status: 401,
    body: { type: "error", error: { type: "authentication_error", message: `no such key: ${key}` } },
  };
  for (const format of ["text", "json", "stream-json"]) {
    await using fake = await startFakeProvider([quoting], { key });
    using home = freshHome();
    const env = { ...wireEnv(fake, "anthropic"), ANTHROPIC_API_KEY: key };
    const { code, stdout, stderr } = await home.run(["-p", "Go.", "--debug", "--output-format", format], { env });
    expect({ code, leaks: leaks(stdout + stderr) }).toEqual({ code: 1, leaks: [] });
    expect(stderr).toContain("no such key: [ANTHROPIC_API_KEY]");
    for (const file of filesUnder(home.path)) expect(leaks(readFileSync(file, "utf8"))).toEqual([]);
  }
});
