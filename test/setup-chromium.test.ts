/** Where the browser of the tests is looked for. */
import { expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { ensureChromium, findChromium } from "../setup-chromium.ts";
import { tempDir } from "./support/temp-dir.ts";

async function program(path: string): Promise<string> {
  await Bun.write(path, "#!/bin/sh\n");
  chmodSync(path, 0o755);
  return path;
}

test("a browser that is named comes before one on the path, that before one in the cache", async () => {
  using dir = tempDir();
  const env = { PATH: join(dir.path, "bin"), XDG_CACHE_HOME: join(dir.path, "cache") };
  expect(findChromium(env)).toBeUndefined();
  const cached = await program(join(dir.path, "cache/sagent/chromium/chromium.sh"));
  expect(findChromium(env)).toBe(cached);
  const chrome = await program(join(dir.path, "bin/google-chrome"));
  expect(findChromium(env)).toBe(chrome);
  const named = await program(join(dir.path, "mine"));
  expect(findChromium({ ...env, CHROME_PATH: named })).toBe(named);
});

test("a name that is no program is said to be none", () => {
  const env = { ...process.env, CHROME_PATH: "/no/such/browser" };
  expect(() => findChromium(env)).toThrow("CHROME_PATH is /no/such/browser, which is no program.");
});

test("a machine without apt is told what to install, and one with a browser hears nothing", async () => {
  using dir = tempDir();
  const env = { PATH: dir.path, XDG_CACHE_HOME: dir.path };
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  expect(() => ensureChromium(env, say)).toThrow("Install Chromium or Chrome, or name it in CHROME_PATH");
  await program(join(dir.path, "chromium"));
  ensureChromium(env, say);
  expect(said).toEqual([]);
});
