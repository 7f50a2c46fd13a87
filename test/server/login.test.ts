/** `sagent login`, `logout` and `auth status`, as a person uses them. */
import { expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { FakeOAuth } from "../support/fake-oauth.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { freshHome, type Home, main } from "./program.ts";

const key = "sk-login-test-0123456789wxyz";
const fileOf = (home: Home) => join(home.env.XDG_CONFIG_HOME ?? "", "sagent", "credentials.json");
const saved = (home: Home) => JSON.parse(readFileSync(fileOf(home), "utf8")).accounts;

/** A vendor that lists its models to whoever has the key. */
function vendor(good: string, status = 401) {
  const seen: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { headers } = request;
      const given = headers.get("x-api-key") ?? headers.get("authorization")?.slice("Bearer ".length);
      seen.push(`${request.method} ${new URL(request.url).pathname}`);
      return given === good ? Response.json({ data: [] }) : new Response("no", { status });
    },
  });
  return { seen, url: server.url.origin, [Symbol.asyncDispose]: () => server.stop(true) };
}

test("a key that is piped in is tried, kept for its owner alone, used, shown by its end, and forgotten", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "Hello." }] }], { key });
  await using lister = vendor(key);
  using home = freshHome();
  const where = { ANTHROPIC_BASE_URL: lister.url };
  const login = await home.run(["login", "anthropic"], { stdin: `${key}\n`, env: where });
  expect(login).toEqual({
    code: 0,
    stdout: `Logged in to Anthropic, account default. Saved in ${fileOf(home)}.\n`,
    stderr: "",
  });
  expect(lister.seen).toEqual(["GET /v1/models"]);
  expect(statSync(fileOf(home)).mode & 0o777).toBe(0o600);
  const run = await home.run(["-p", "Hi."], { env: { ANTHROPIC_BASE_URL: fake.url("anthropic") } });
  expect(run).toEqual({ code: 0, stdout: "Hello.\n", stderr: "" });
  const status = await home.run(["auth", "status"], { env: { OPENAI_API_KEY: "sk-short", ...where } });
  expect(status.stdout.split("\n").slice(0, 4)).toEqual([
    "provider       source          account  key    expires  usable",
    "anthropic      key             default  …wxyz           yes",
    "openai         OPENAI_API_KEY  default  …               yes",
    "google         none                                     no",
  ]);
  expect(await home.run(["logout", "Anthropic"])).toMatchObject({
    code: 0,
    stdout: "Logged out of Anthropic, account default.\n",
  });
  expect(saved(home)).toEqual({ anthropic: {} });
  expect(await home.run(["logout", "anthropic"])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("no account"),
  });
});

test("a key that is refused is not kept, unless nobody is asked or nobody answers", async () => {
  await using lister = vendor("another");
  using home = freshHome();
  const login = (args: string[], url = lister.url) =>
    home.run(["login", "openai", ...args], { stdin: key, env: { OPENAI_BASE_URL: url } });
  expect(await login([])).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "sagent: OpenAI refused the key (status 401); nothing was saved.\n" +
      "  Check the key, or save it all the same with --no-check.\n",
  });
  expect(() => saved(home)).toThrow("ENOENT");
  expect(await login(["--no-check"])).toMatchObject({ code: 0, stderr: "" });
  expect(lister.seen).toEqual(["GET /models"]);
  const away = await login(["--account", "away"], "http://127.0.0.1:1");
  expect(away).toMatchObject({ code: 0, stderr: "sagent: OpenAI was not asked about it: it could not be reached.\n" });
  expect(Object.keys(saved(home).openai)).toEqual(["default", "away"]);
});

test("a key is never an argument, and what makes no sense is told", async () => {
  using home = freshHome();
  const refusal = async (...args: string[]) => {
    const { code, stderr } = await home.run(args, { stdin: "" });
    return [code, stderr.split("\n")[0]];
  };
  expect(await home.run(["login", "openai", key], { stdin: "" })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("The key is asked for, or piped in; it is never an argument."),
  });
  expect(await refusal("login")).toEqual([2, "sagent: The command is: login PROVIDER [--account NAME]."]);
  expect(await refusal("login", "acme")).toEqual([2, 'sagent: There is no provider "acme".']);
  expect(await refusal("login", "local")).toEqual([2, "sagent: The models in the process need no login."]);
  expect((await refusal("login", "claude-cli"))[1]).toEndWith("keeps a login of its own: log in with that program.");
  expect(await refusal("login", "openai")).toEqual([2, "sagent: No key was given; nothing was saved."]);
  expect(await refusal("login", "openai", "--auth", "env")).toEqual([2, "sagent: --auth env is no way to log in."]);
  expect(await refusal("login", "openai", "--auth", "oauth")).toEqual([
    1,
    "sagent: No OAuth client is configured for OpenAI.",
  ]);
  expect(await refusal("auth")).toEqual([2, "sagent: The command is: auth status [--json]."]);
  expect(await refusal("-p", "x", "--auth", "device")).toEqual([2, "sagent: --auth device is a way to log in."]);
});

/** Runs `sagent login openai` in a shell on a terminal, types `keys` once it asks, and resolves to all that was shown. */
async function typedLogin(home: Home, keys: readonly string[]): Promise<string> {
  let screen = "";
  const asked = Promise.withResolvers<void>();
  const command = `"$0" "$1" login openai --no-check; echo "code $?"; stty -a | grep -o -- '-*echo ' | head -1`;
  const child = Bun.spawn(["bash", "-c", `trap : INT; ${command}`, process.execPath, main], {
    cwd: home.project,
    env: { ...home.env },
    terminal: {
      data(_, bytes) {
        screen += Buffer.from(bytes).toString();
        if (screen.includes("API key of OpenAI: ")) asked.resolve();
      },
    },
  });
  await asked.promise;
  for (const each of keys) child.terminal?.write(each);
  expect(await child.exited).toBe(0);
  child.terminal?.close();
  return screen;
}

test("a key that is typed is not echoed, can be mended, and leaves the terminal as it was", async () => {
  using home = freshHome();
  const screen = await typedLogin(home, [`\x1b[200~wrong\x15${key}x\x7f\x1b[201~`, "\r"]);
  expect(saved(home).openai.default.key).toBe(key);
  expect(screen).not.toContain(key.slice(0, 8));
  expect(screen).not.toContain("wrong");
  expect(screen).toContain("code 0");
  expect(screen).toMatch(/\n ?echo/);
});

test("an interrupt while it is asked for ends it with nothing saved, and the terminal as it was", async () => {
  using home = freshHome();
  const screen = await typedLogin(home, [key, "\x03"]);
  expect(screen).toContain("code 130");
  expect(screen).not.toContain(key.slice(0, 8));
  expect(screen).toMatch(/\n ?echo/);
  expect(() => saved(home)).toThrow("ENOENT");
});

test("a login in the browser is kept, used as bearer, shown with its end, and taken back at the server", async () => {
  await using oauth = new FakeOAuth({ lifeSec: 7200 });
  await using fake = await startFakeProvider([{ parts: [{ text: "Hello." }] }], { key });
  await using gate = oauth.gate(fake.url("anthropic"), { "x-api-key": key });
  using home = freshHome();
  const env = { ANTHROPIC_BASE_URL: gate.url, SAGENT_OAUTH_ANTHROPIC: JSON.stringify(oauth.config), BROWSER: "none" };
  const program = home.start(["login", "anthropic", "--auth", "oauth", "--no-check"], { env });
  const reader = program.stderr.getReader();
  const { value } = await reader.read();
  const [, url = ""] = /open (http\S+)/.exec(new TextDecoder().decode(value)) ?? [];
  expect((await oauth.browse(url)).status).toBe(200);
  expect(await program.exited).toBe(0);
  const run = await home.run(["-p", "Hi."], { env });
  expect(run).toEqual({ code: 0, stdout: "Hello.\n", stderr: "" });
  const status = await home.run(["auth", "status", "--json"], { env });
  const [row] = JSON.parse(status.stdout);
  const { accessToken, refreshToken, expiresAt } = saved(home).anthropic.default;
  const tail = `…${accessToken.slice(-4)}`;
  expect(row).toEqual({ provider: "anthropic", source: "oauth", account: "default", tail, expiresAt, usable: true });
  expect(await home.run(["logout", "anthropic"], { env })).toMatchObject({ code: 0, stderr: "" });
  expect([oauth.revoked, oauth.violations]).toEqual([[refreshToken], []]);
});
