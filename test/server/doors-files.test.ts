import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { redact, withoutSecrets } from "../../providers/auth.ts";
import { allowedHosts, baseUrl, isLoopback } from "../../server/hosts.ts";
import { openUrl } from "../../server/open-url.ts";
import { choosePort } from "../../server/port.ts";
import { isSame, loadToken, randomCode, readToken, requireSecret, serverDir } from "../../server/token.ts";
import { tempDir } from "../support/temp-dir.ts";

test("a token is kept from others, and is the same for everybody who asks at once and later", async () => {
  using temp = tempDir();
  const dir = serverDir(temp.path, { XDG_DATA_HOME: temp.path });
  const tokens = await Promise.all(Array.from({ length: 20 }, () => loadToken(dir)));
  const [token = ""] = tokens;
  expect(token).toMatch(/^[\w-]{22}$/);
  expect(new Set([...tokens, await loadToken(dir), await readToken(dir)])).toEqual(new Set([token]));
  expect(readdirSync(dir)).toEqual(["token"]);
  expect([statSync(dir).mode & 0o777, statSync(join(dir, "token")).mode & 0o777]).toEqual([0o700, 0o600]);
});

test("a token that others could have read, or that is none, is replaced", async () => {
  using temp = tempDir();
  const first = await loadToken(temp.path);
  const path = join(temp.path, "token");
  for (const spoil of [
    () => chmodSync(path, 0o640),
    () => writeFileSync(path, "short"),
    () => writeFileSync(path, ""),
  ]) {
    const before = await loadToken(temp.path);
    spoil();
    expect(await readToken(temp.path)).toBeUndefined();
    expect(await loadToken(temp.path)).not.toBe(before);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  }
  expect(await loadToken(temp.path)).not.toBe(first);
});

test("codes are 128 bits and never the same; a compare takes any length", () => {
  const codes = Array.from({ length: 1_000 }, randomCode);
  expect(new Set(codes).size).toBe(1_000);
  expect(new Set(codes.map((code) => Buffer.from(code, "base64url").length))).toEqual(new Set([16]));
  expect([isSame("a", "a"), isSame("a", "b"), isSame("a", ""), isSame("a".repeat(9_999), "a")]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("what is not sure to be this machine alone needs a secret, and says how to do without", () => {
  for (const host of ["127.0.0.1", "127.8.9.1", "localhost", "::1", "[::1]"]) {
    expect([host, isLoopback(host), requireSecret(host, 4_096, { SAGENT_SECRET: "x" })]).toEqual([
      host,
      true,
      undefined,
    ]);
  }
  for (const host of ["0.0.0.0", "::", "192.168.1.5", "127.0.0.1.evil.example", "127.1", "0", "localhost.", ""]) {
    expect([host, isLoopback(host)]).toEqual([host, false]);
    expect(() => requireSecret(host, 4_096, {})).toThrow();
  }
  const long = " sixteen letters! ";
  expect(requireSecret("0.0.0.0", undefined, { SAGENT_SECRET: long })).toBe("sixteen letters!");
  expect(() => requireSecret("0.0.0.0", 4_096, { SAGENT_SECRET: "fifteen letters" })).toThrow(
    expect.objectContaining({
      code: "usage",
      message:
        "Listening on 0.0.0.0 lets other machines in, and SAGENT_SECRET has fewer than 16 characters; nothing was started.",
      hint: expect.stringContaining(`\`ssh -L 4096:127.0.0.1:4096 ${hostname()}\``),
    }),
  );
  expect(() => requireSecret("::", undefined, {})).toThrow(
    expect.objectContaining({ hint: expect.stringContaining("ssh -L PORT:127.0.0.1:PORT") }),
  );
});

test("the secret reaches no child process and no message", () => {
  const env = { SAGENT_SECRET: "sixteen letters!", PATH: "/bin" };
  expect(withoutSecrets(env)).toEqual({ PATH: "/bin" });
  expect(redact("It said sixteen letters! twice.", env)).toBe("It said [SAGENT_SECRET] twice.");
});

test("on loopback only its own names are let in; beyond it also those of this machine", () => {
  const own = ["127.0.0.1:4096", "localhost:4096", "[::1]:4096"];
  expect([...allowedHosts("127.0.0.1", 4_096)]).toEqual(own);
  expect([...allowedHosts("127.0.0.2", 4_096)]).toEqual([...own, "127.0.0.2:4096"]);
  expect([...allowedHosts("localhost", 80)]).toEqual(["127.0.0.1", "localhost", "[::1]"]);
  const beyond = allowedHosts("0.0.0.0", 4_096);
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  for (const { address } of addresses.filter(({ family }) => family === "IPv4")) {
    expect(beyond.has(`${address}:4096`)).toBe(true);
  }
  for (const name of [...own, `${hostname().toLowerCase()}:4096`]) expect(beyond.has(name)).toBe(true);
  for (const name of ["0.0.0.0:4096", "evil.example:4096", "[::]:4096"]) expect(beyond.has(name)).toBe(false);
  expect(allowedHosts("Box.Example", 4_096).has("box.example:4096")).toBe(true);
  expect(allowedHosts("fd00::9", 4_096).has("[fd00::9]:4096")).toBe(true);
});

test("an address is one that a browser on this machine reaches", () => {
  expect(["127.0.0.1", "::", "0.0.0.0", "::1", "[fd00::9]"].map((host) => baseUrl(host, 4_096))).toEqual([
    "http://127.0.0.1:4096",
    "http://127.0.0.1:4096",
    "http://127.0.0.1:4096",
    "http://[::1]:4096",
    "http://[fd00::9]:4096",
  ]);
  expect(baseUrl("localhost", 80)).toBe("http://localhost");
});

test("the last port is taken again where it is free, and the one asked for or none", async () => {
  const last = choosePort({ host: "127.0.0.1" });
  expect(choosePort({ host: "127.0.0.1", last })).toBe(last);
  const holder = Bun.listen({ hostname: "127.0.0.1", port: last, socket: { data() {} } });
  try {
    expect(choosePort({ host: "127.0.0.1", last })).not.toBe(last);
    expect(() => choosePort({ host: "127.0.0.1", wanted: last })).toThrow(
      expect.objectContaining({ code: "usage", message: `Port ${last} of 127.0.0.1 is taken by another program.` }),
    );
  } finally {
    holder.stop(true);
  }
  expect(choosePort({ host: "127.0.0.1", wanted: last })).toBe(last);
  expect(() => choosePort({ host: "192.0.2.77", last })).toThrow(
    expect.objectContaining({ code: "usage", message: "192.0.2.77 is not an address of this machine to listen on." }),
  );
});

test("a browser gets the address as one argument, whatever is in it, and no shell sees it", async () => {
  using temp = tempDir();
  const said = join(temp.path, "said");
  const browser = join(temp.path, "browser");
  writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$@" > "${said}.new"; mv "${said}.new" "${said}"\n`, {
    mode: 0o755,
  });
  const url = 'http://127.0.0.1:4096/launch?code=a;touch x&b="$(id)"';
  expect(openUrl(url, { PATH: process.env.PATH, BROWSER: `${browser} --new-window` })).toBe(true);
  while (!(await Bun.file(said).exists())) await Bun.sleep(5);
  expect(readFileSync(said, "utf8")).toBe(`--new-window\n${url}\n`);
  expect(openUrl(url, { PATH: process.env.PATH, BROWSER: `${browser} --app=%s` })).toBe(true);
  while (!readFileSync(said, "utf8").startsWith("--app")) await Bun.sleep(5);
  expect(readFileSync(said, "utf8")).toBe(`--app=${url}\n`);
});

test("without a display, with none wanted or with one that is not there, nothing is opened", () => {
  using temp = tempDir();
  mkdirSync(join(temp.path, "bin"));
  const url = "http://127.0.0.1:4096/";
  expect(openUrl(url, { PATH: process.env.PATH }, "linux")).toBe(false);
  expect(openUrl(url, { PATH: process.env.PATH, BROWSER: "none", DISPLAY: ":0" }, "linux")).toBe(false);
  expect(openUrl(url, { PATH: join(temp.path, "bin"), DISPLAY: ":0" }, "linux")).toBe(false);
  expect(openUrl(url, { PATH: join(temp.path, "bin"), BROWSER: join(temp.path, "gone") }, "linux")).toBe(false);
});
