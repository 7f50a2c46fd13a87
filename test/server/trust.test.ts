import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isTrustedDir } from "../../providers/trust.ts";
import { isTrusted, worktreesDir } from "../../server/trust.ts";
import { must } from "../support/index.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

let dir: TempDir;
beforeEach(() => {
  dir = tempDir();
  mkdirSync(join(dir.path, "work/acme/deep"), { recursive: true });
  mkdirSync(join(dir.path, "work/acme-evil"));
});
afterEach(() => dir[Symbol.dispose]());

const env = () => ({ HOME: dir.path });
const at = (path: string) => join(dir.path, path);

function sagent(...words: readonly string[]) {
  const main = new URL("../../server/main.ts", import.meta.url).pathname;
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, main, ...words], {
    cwd: at("work/acme"),
    env: { ...env(), PATH: process.env.PATH ?? "" },
  });
  return { exitCode, out: stdout.toString(), err: stderr.toString() };
}

test("nothing is trusted until the person says so, and then all below it, but nothing beside it", async () => {
  expect(isTrustedDir(at("work/acme"), env())).toBe(false);
  expect(await isTrusted(at("work/acme"), { trust: true }, env())).toBe(true);
  expect(sagent("trust")).toEqual({ exitCode: 0, out: `${at("work/acme")} is trusted, with all below it.\n`, err: "" });
  const trusted = ["work/acme", "work/acme/deep", "work/acme-evil", "work", "."].map((path) =>
    isTrustedDir(at(path), env()),
  );
  expect(trusted).toEqual([true, true, false, false, false]);
  expect(sagent("trust", ".").out).toContain("; it was before");
  expect(sagent("trust", "list").out).toBe(`${at("work/acme")}\n`);
  expect(JSON.parse(sagent("trust", "list", "--json").out)).toEqual([at("work/acme")]);
  expect(statSync(at(".config/sagent/trust.json")).mode & 0o777).toBe(0o600);
  expect(sagent("trust", "remove", ".").out).toContain("is not trusted.");
  expect(JSON.parse(readFileSync(at(".config/sagent/trust.json"), "utf8"))).toEqual({ directories: [] });
});

test("a symlink into a trusted directory that leads out of it is not trusted", () => {
  symlinkSync(at("work/acme-evil"), at("work/acme/link"));
  sagent("trust");
  expect(isTrustedDir(at("work/acme/link"), env())).toBe(false);
  symlinkSync(at("work/acme"), at("same"));
  expect(isTrustedDir(at("same/deep"), env())).toBe(true);
});

test("the worktrees of a project's agents are trusted as it is, those of another are not", async () => {
  const cwd = at("work/acme");
  const [own, other] = [cwd, at("work/acme-evil")].map((project) => join(worktreesDir(project, env()), "worker"));
  for (const tree of [own, other]) mkdirSync(must(tree), { recursive: true });
  const asked = () => Promise.all([own, other].map((tree) => isTrusted(must(tree), { trust: false, cwd }, env())));
  expect(await asked()).toEqual([false, false]);
  sagent("trust");
  expect(await asked()).toEqual([true, false]);
  symlinkSync(at("work/acme-evil"), `${own}-link`);
  expect(await isTrusted(`${own}-link`, { trust: false, cwd }, env())).toBe(false);
  expect(await isTrusted(worktreesDir(cwd, env()), { trust: false, cwd }, env())).toBe(false);
});

test.each(["{", '"work"', '{"directories": "work"}', '{"directories": [1]}', "null"])(
  "a broken file trusts nothing, and says what is wrong: %s",
  (content) => {
    mkdirSync(at(".config/sagent"), { recursive: true });
    writeFileSync(at(".config/sagent/trust.json"), content);
    expect(() => isTrustedDir(at("work/acme"), env())).toThrow("trust.json cannot be read");
  },
);

test("words that mean nothing are a usage error", () => {
  expect(sagent("trust", "a", "b")).toMatchObject({ exitCode: 2, out: "" });
});
