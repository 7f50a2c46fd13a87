/** Keys and tokens of the credential file, planted for every provider: none of them may be anywhere but in that file. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { vendors } from "../../providers/auth.ts";
import { type Account, changeCredentials, credentialPath } from "../../providers/credential-file.ts";
import { FakeOAuth } from "../support/fake-oauth.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { freshHome, type Home, wireEnv } from "./program.ts";

const formats = ["text", "json", "stream-json"];
const key = "sk-of-file-0123456789abcdef";

/** A key and a login of every provider, and all that is secret of them. */
async function plant(home: Home, anthropic: Account): Promise<string[]> {
  const secrets: string[] = [];
  const secret = (name: string) => {
    const value = `planted-${name}-0123456789`;
    secrets.push(value);
    return value;
  };
  await changeCredentials(home.env, (file) => {
    for (const { name } of vendors) {
      file.put(name, "spare", { type: "key", key: secret(`${name}-key`), savedAt: 1 });
      file.put(name, "login", {
        type: "oauth",
        accessToken: secret(`${name}-access`),
        refreshToken: secret(`${name}-refresh`),
        savedAt: 1,
        tokenUrl: "https://login.invalid/token",
        clientId: "c",
      });
    }
    file.put("anthropic", "default", anthropic);
  });
  return secrets;
}

/** Every regular file of a home but the credential file, as one text. */
function filesOf(home: Home): string {
  const files = readdirSync(home.path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return paths
    .filter((path) => path !== credentialPath(home.env))
    .map((path) => readFileSync(path, "latin1"))
    .join("\n");
}

const found = (text: string, secrets: readonly string[]) => secrets.filter((secret) => text.includes(secret));

test("no secret of the file reaches a child, its argv, an output or a file, and an own variable with one is left out", async () => {
  const command = `env; tr '\\0' '\\n' < /proc/$PPID/cmdline; tr '\\0' '\\n' < /proc/$$/environ; ps -eo args`;
  for (const format of formats) {
    await using fake = await startFakeProvider(
      [{ parts: [{ call: "Bash", args: { command } }] }, { parts: [{ text: "Done." }] }],
      { key },
    );
    using home = freshHome();
    const planted = await plant(home, { type: "key", key, savedAt: 1 });
    const { ANTHROPIC_API_KEY: _, ...where } = wireEnv(fake, "anthropic");
    const env = {
      ...where,
      OF_THE_USER: "kept",
      MY_COPY: `Bearer ${planted[0]}`,
      SAGENT_OAUTH_GOOGLE: '{"clientId":"c"}',
    };
    const { code, stdout, stderr } = await home.run(["-p", "Go.", "--debug", "--output-format", format], { env });
    const secrets = [key, ...planted];
    expect({ code, stderr, leaks: found(stdout, secrets) }).toEqual({ code: 0, stderr: "", leaks: [] });
    const result = fake.requests[1]?.view.messages.at(-1)?.results[0]?.text ?? "";
    expect(result).toContain("OF_THE_USER=kept");
    expect(result).toContain("main.ts");
    expect(result).not.toMatch(/MY_COPY|SAGENT_OAUTH/);
    expect([found(result, secrets), found(filesOf(home), secrets)]).toEqual([[], []]);
  }
});

test("a key of the file that a provider quotes in its error is named, in every output and in the session", async () => {
  const error = { type: "authentication_error", message: `no such key: ${key}` };
  for (const format of formats) {
    await using fake = await startFakeProvider([{ status: 401, body: { type: "error", error } }], { key });
    using home = freshHome();
    const secrets = [key, ...(await plant(home, { type: "key", key, savedAt: 1 }))];
    const { ANTHROPIC_API_KEY: _, ...env } = wireEnv(fake, "anthropic");
    const { code, stdout, stderr } = await home.run(["-p", "Go.", "--debug", "--output-format", format], { env });
    expect({ code, leaks: found(stdout + stderr + filesOf(home), secrets) }).toEqual({ code: 1, leaks: [] });
    expect(stderr).toContain("no such key: [anthropic account default]");
  }
});

test("tokens that a vendor and a login server quote are named too, the replaced one and its successor", async () => {
  await using oauth = new FakeOAuth({ clientSecret: "planted-client-secret-0123" });
  await using fake = await startFakeProvider([], { key });
  await using gate = oauth.gate(fake.url("anthropic"), { "x-api-key": key });
  using home = freshHome();
  const old = oauth.issue();
  oauth.forget();
  const where = { tokenUrl: `${oauth.url}/token`, clientId: oauth.clientId };
  const planted = await plant(home, { type: "oauth", ...old, ...where, savedAt: 1 });
  const env = { ANTHROPIC_BASE_URL: `${gate.url}`, SAGENT_OAUTH_ANTHROPIC: JSON.stringify(oauth.config) };
  // A life that is over at once: the vendor refuses the new token as well, and quotes it.
  const forgetful = setInterval(() => oauth.forget(), 1);
  const run = await home.run(["-p", "Go.", "--debug", "--output-format", "stream-json"], { env });
  clearInterval(forgetful);
  const { accessToken, refreshToken } = JSON.parse(readFileSync(credentialPath(home.env), "utf8")).accounts.anthropic
    .default;
  expect(accessToken).not.toBe(old.accessToken);
  const secrets = [
    ...planted,
    old.accessToken,
    old.refreshToken,
    accessToken,
    refreshToken,
    "planted-client-secret-0123",
  ];
  expect({ code: run.code, leaks: found(run.stdout + run.stderr + filesOf(home), secrets) }).toEqual({
    code: 1,
    leaks: [],
  });
  expect(run.stderr).toContain("no such token: [anthropic account default]");
});

test("auth status shows no secret but the end of a long one", async () => {
  using home = freshHome();
  const secrets = await plant(home, { type: "key", key, savedAt: 1 });
  for (const more of [[], ["--json"]]) {
    const { code, stdout, stderr } = await home.run(["auth", "status", ...more]);
    expect({ code, stderr, leaks: found(stdout, [key, ...secrets]) }).toEqual({ code: 0, stderr: "", leaks: [] });
    expect(stdout).toContain("…cdef");
    expect(stdout).not.toContain("planted");
  }
});
