import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { vendorOf } from "../../providers/auth.ts";
import {
  type Account,
  changeCredentials,
  checkAccount,
  configDir,
  credentialPath,
  readCredentials,
} from "../../providers/credential-file.ts";
import { findCredential, requireCredential } from "../../providers/credentials.ts";
import { tempDir } from "../support/temp-dir.ts";

const key = (value: string): Account => ({ type: "key", key: value, savedAt: 1 });
const token: Account = { type: "oauth", accessToken: "a", savedAt: 1, tokenUrl: "https://x/token", clientId: "c" };

function place() {
  const temp = tempDir();
  const env = { XDG_CONFIG_HOME: temp.path };
  const path = credentialPath(env);
  mkdirSync(dirname(path));
  const write = (text: string) => writeFileSync(path, text, { mode: 0o600 });
  return { env, path, write, text: () => readFileSync(path, "utf8"), [Symbol.dispose]: () => temp[Symbol.dispose]() };
}

test("the file is in the user's configuration, and nowhere where the environment says nothing of it", () => {
  expect(configDir({ XDG_CONFIG_HOME: "/c", HOME: "/h" })).toBe("/c/sagent");
  expect(configDir({ XDG_CONFIG_HOME: "relative", HOME: "/h" })).toBe("/h/.config/sagent");
  expect(readCredentials({})).toEqual({ accounts: new Map() });
  expect(() => credentialPath({})).toThrow("neither HOME nor XDG_CONFIG_HOME is set");
});

test("what is saved is read again, by its owner alone, and what is removed is gone", async () => {
  using at = place();
  chmodSync(dirname(at.path), 0o755);
  await changeCredentials(at.env, (file) => {
    file.put("openai", "default", key("sk-1"));
    file.put("openai", "work", token);
  });
  expect(readCredentials(at.env).accounts.get("openai")).toEqual(
    new Map([
      ["default", key("sk-1")],
      ["work", { ...token, refreshToken: undefined, expiresAt: undefined }],
    ]),
  );
  expect([statSync(at.path).mode & 0o777, statSync(dirname(at.path)).mode & 0o777]).toEqual([0o600, 0o700]);
  const { result } = await changeCredentials(at.env, (file) => [
    file.remove("openai", "work"),
    file.remove("openai", "work"),
    file.remove("google", "default"),
  ]);
  expect(result).toEqual([true, false, false]);
  expect([...(readCredentials(at.env).accounts.get("openai")?.keys() ?? [])]).toEqual(["default"]);
  expect(readdirSync(dirname(at.path)).sort()).toEqual(["credentials.json", "credentials.json.lock"]);
});

test("fields and kinds that this version does not know survive; another login's own fields do not", async () => {
  using at = place();
  const old = { ...token, refreshToken: "r", note: "mine" };
  const later = { type: "passkey", handle: 7 };
  at.write(JSON.stringify({ theme: 1, accounts: { openai: { default: old, later }, acme: { x: key("k") } } }));
  expect([...(readCredentials(at.env).accounts.get("openai")?.keys() ?? [])]).toEqual(["default"]);
  await changeCredentials(at.env, (file) => file.put("openai", "default", key("sk-2")));
  expect(JSON.parse(at.text())).toEqual({
    theme: 1,
    accounts: { openai: { default: { note: "mine", ...key("sk-2") }, later }, acme: { x: key("k") } },
  });
});

for (const [text, why] of [
  ["{", "it is not JSON"],
  ["[]", "it is not an object"],
  ['{"accounts":[]}', "`accounts` is not an object"],
  ['{"accounts":{"openai":"sk-planted-secret"}}', "`accounts.openai` is not an object"],
  ['{"accounts":{"openai":{"work":{"type":"key","key":7}}}}', "`accounts.openai.work.key` is not a text"],
  [
    '{"accounts":{"openai":{"work":{"type":"oauth","accessToken":"a"}}}}',
    "`accounts.openai.work.tokenUrl` is not a text",
  ],
] as const) {
  test(`a file of which ${why} is told on load, and kept aside on login`, async () => {
    using at = place();
    at.write(text);
    const { problem } = readCredentials(at.env);
    expect(problem?.message).toBe(`The credentials in ${at.path} cannot be used: ${why}.`);
    expect(problem?.hint).toContain("`sagent login PROVIDER`, which keeps it aside");
    expect(() => requireCredential(vendorOf("openai"), at.env)).toThrow(problem?.message ?? "");
    expect(findCredential(vendorOf("openai"), { ...at.env, OPENAI_API_KEY: "k" })?.from).toBe("env");
    await expect(changeCredentials(at.env, () => {})).rejects.toThrow(why);
    expect(at.text()).toBe(text);
    const put = changeCredentials(at.env, (file) => file.put("openai", "default", key("k")), { keepAside: true });
    const { keptAt = "" } = await put;
    expect([readFileSync(keptAt, "utf8"), statSync(keptAt).mode & 0o777]).toEqual([text, 0o600]);
    expect(JSON.parse(at.text())).toEqual({ accounts: { openai: { default: key("k") } } });
  });
}

test("a file that others can read is refused until it is its owner's alone", async () => {
  using at = place();
  at.write(JSON.stringify({ accounts: { openai: { default: key("sk-1") } } }));
  chmodSync(at.path, 0o640);
  expect(() => requireCredential(vendorOf("openai"), at.env)).toThrow(
    expect.objectContaining({
      message: `Others can read ${at.path} (mode 640); nothing was read from it.`,
      hint: `Make it yours alone: chmod 600 ${at.path}`,
    }),
  );
  await changeCredentials(at.env, (file) => file.put("google", "default", key("g")));
  expect(findCredential(vendorOf("openai"), at.env)).toMatchObject({ key: "sk-1", account: "default" });
});

test("a file that is kept elsewhere and linked stays there", async () => {
  using at = place();
  const real = join(dirname(at.path), "elsewhere.json");
  writeFileSync(real, "{}", { mode: 0o600 });
  symlinkSync(real, at.path);
  await changeCredentials(at.env, (file) => file.put("openai", "default", key("k")));
  expect(JSON.parse(readFileSync(real, "utf8"))).toEqual({ accounts: { openai: { default: key("k") } } });
});

const writer = `import { changeCredentials } from "${import.meta.dir}/../../providers/credential-file.ts";
const [name, times] = process.argv.slice(1);
for (let at = 0; at < Number(times); at++) {
  await changeCredentials(process.env, (file) => file.put("openai", name + at, { type: "key", key: name, savedAt: at }));
}`;

test("processes that write at the same time lose nothing", async () => {
  using at = place();
  const names = ["a", "b", "c", "d", "e", "f"];
  const children = names.map((name) =>
    Bun.spawn([process.execPath, "-e", writer, name, "10"], { env: at.env, stdout: "inherit", stderr: "inherit" }),
  );
  expect(await Promise.all(children.map((child) => child.exited))).toEqual(names.map(() => 0));
  const saved = [...(readCredentials(at.env).accounts.get("openai")?.keys() ?? [])].sort();
  expect(saved).toEqual(names.flatMap((name) => Array.from({ length: 10 }, (_, each) => name + each)).sort());
});

const holder = `import { changeCredentials } from "${import.meta.dir}/../../providers/credential-file.ts";
await changeCredentials(process.env, async () => {
  process.stdout.write("held");
  await Bun.sleep(60_000);
});`;

test("a process that is killed while it holds the lock blocks nobody", async () => {
  using at = place();
  const child = Bun.spawn([process.execPath, "-e", holder], { env: at.env, stdout: "pipe", stderr: "inherit" });
  const { value } = await child.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toBe("held");
  let changed = false;
  const change = changeCredentials(at.env, (file) => file.put("openai", "default", key("k"))).then(() => {
    changed = true;
  });
  await Bun.sleep(100);
  expect([changed, existsSync(at.path)]).toEqual([false, false]);
  child.kill("SIGKILL");
  await child.exited;
  await change;
  expect(findCredential(vendorOf("openai"), at.env)).toMatchObject({ key: "k" });
});

test("an account's name is plain, and the one that is missing is told with those there are", async () => {
  expect(["default", "Work-2", "0_x"].map(checkAccount)).toEqual(["default", "Work-2", "0_x"]);
  for (const name of ["", "-x", "a b", "../x", "ä"]) expect(() => checkAccount(name)).toThrow("cannot be the name");
  using at = place();
  await changeCredentials(at.env, (file) => file.put("openai", "work", key("k")));
  const env = { ...at.env, OPENAI_API_KEY: "of-env" };
  const openai = vendorOf("openai");
  expect(findCredential(openai, env)).toMatchObject({ key: "of-env", from: "env" });
  expect(findCredential(openai, env, { account: "work" })).toMatchObject({ key: "k", from: "file", account: "work" });
  expect(() => requireCredential(openai, env, { account: "home" })).toThrow(
    expect.objectContaining({
      message: 'OpenAI has no account "home".',
      hint: "It has: work. Log in with: sagent login openai --account home",
    }),
  );
  expect(() => requireCredential(openai, env, { account: "work", auth: "env" })).toThrow("has no named accounts");
  expect(() => requireCredential(openai, env, { auth: "credentials" })).toThrow(
    "OpenAI has no account in the credential",
  );
});
