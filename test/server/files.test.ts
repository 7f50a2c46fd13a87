import { expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../../agent/error.ts";
import { Files } from "../../server/files.ts";
import { tempDir } from "../support/temp-dir.ts";
import { commitAll, makeRepo } from "./repo.ts";

const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");

/** A project beside a directory that nobody may see. */
function makePlace() {
  const dir = tempDir();
  const root = join(dir.path, "project");
  const outside = join(dir.path, "outside");
  for (const path of [root, outside, join(root, "src"), join(root, "node_modules/left")])
    mkdirSync(path, { recursive: true });
  writeFileSync(join(outside, "secret.txt"), "secret");
  writeFileSync(join(root, "src/a.ts"), "one\ntwo\n");
  writeFileSync(join(root, ".gitignore"), "node_modules/\n*.log\n");
  writeFileSync(join(root, "node_modules/left/index.js"), "left");
  writeFileSync(join(root, "noise.log"), "noise");
  return { root, outside, files: new Files(root), [Symbol.dispose]: () => dir[Symbol.dispose]() };
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FileError)) throw new Error(`It was not refused: ${String(error)}`);
  return error.message;
}

test("paths that lead out of the project are refused by every verb", async () => {
  using place = makePlace();
  symlinkSync(join(place.outside, "secret.txt"), join(place.root, "link.txt"));
  symlinkSync(place.outside, join(place.root, "linked"));
  symlinkSync("../outside", join(place.root, "relative"));
  const climbs = ["..", "../outside/secret.txt", "src/../../outside/secret.txt", "./../outside", "src/./../../outside"];
  const absolute = [join(place.outside, "secret.txt"), "/etc/passwd", "//etc/passwd", join(place.root, "src/a.ts")];
  const links = ["link.txt", "linked/secret.txt", "linked", "relative/secret.txt"];
  const strange = ["src/a.ts\0", "\0", "a".repeat(5_000)];
  for (const path of [...climbs, ...absolute, ...links, ...strange]) {
    for (const verb of ["read", "raw", "tree", "locate"] as const) {
      expect(await refusal(place.files[verb](path))).toMatch(/refused|leads out/);
    }
  }
});

test("encoded escapes are only names", async () => {
  using place = makePlace();
  for (const path of [
    "%2e%2e/outside/secret.txt",
    "..%2foutside",
    "..\\outside\\secret.txt",
    "．．/outside/secret.txt",
    "~",
  ]) {
    expect(await refusal(place.files.read(path))).toContain("it does not exist");
  }
  writeFileSync(join(place.root, "%2e%2e"), "just a name");
  expect((await place.files.read("%2e%2e")).text?.text).toBe("just a name");
});

test("what is not a regular file is not opened, and a pipe does not block", async () => {
  using place = makePlace();
  Bun.spawnSync(["mkfifo", join(place.root, "pipe")]);
  symlinkSync("/dev/zero", join(place.root, "zero"));
  symlinkSync("pipe", join(place.root, "to-pipe"));
  symlinkSync("circle", join(place.root, "circle"));
  expect(await refusal(place.files.read("pipe"))).toBe("pipe is not a regular file (a device, a pipe or a socket).");
  expect(await refusal(place.files.raw("to-pipe"))).toContain("not a regular file");
  expect(await refusal(place.files.read("zero"))).toContain("leads out of the project");
  expect(await refusal(place.files.read("circle"))).toBe("Cannot open circle: its symlinks go in a circle.");
  expect(await refusal(place.files.read("src"))).toContain("is a directory");
  expect(await refusal(place.files.tree("src/a.ts"))).toContain("not a directory");
});

test("a directory that is swapped for a symlink while it is read never shows what is outside", async () => {
  using place = makePlace();
  const [real, away, link] = ["src", "away", "swap"].map((name) => join(place.root, name)) as [string, string, string];
  writeFileSync(join(place.outside, "a.ts"), "secret");
  symlinkSync(place.outside, link);
  let isDone = false;
  const swapping = (async () => {
    while (!isDone) {
      renameSync(real, away);
      renameSync(link, real);
      await new Promise((go) => setImmediate(go));
      renameSync(real, link);
      renameSync(away, real);
      await new Promise((go) => setImmediate(go));
    }
  })();
  const seen = new Set<string>();
  for (let round = 0; round < 300; round++) {
    const view = await place.files.read("src/a.ts").catch((error: unknown) => error);
    if (!(view instanceof Error)) seen.add((view as { text: { text: string } }).text.text);
  }
  isDone = true;
  await swapping;
  seen.add((await place.files.read("src/a.ts")).text?.text ?? "");
  expect([...seen]).toEqual(["one\ntwo\n"]);
});

test("the tree tells types, links, sizes and what is ignored", async () => {
  using place = makePlace();
  symlinkSync("src", join(place.root, "inner"));
  symlinkSync(place.outside, join(place.root, "outer"));
  symlinkSync("nowhere", join(place.root, "broken"));
  mkdirSync(join(place.root, ".git"));
  const { entries, total, path } = await place.files.tree("");
  const rows = entries.map(({ name, type, isLink, size, isIgnored }) => [name, type, isLink, size, isIgnored]);
  expect({ path, total }).toEqual({ path: "", total: 7 });
  expect(rows).toEqual([
    ["node_modules", "directory", false, 0, true],
    ["src", "directory", false, 0, false],
    [".gitignore", "file", false, 20, false],
    ["broken", "link", true, 0, false],
    ["inner", "directory", true, 0, false],
    ["noise.log", "file", false, 5, true],
    ["outer", "link", true, 0, false],
  ]);
  expect((await place.files.tree("inner/")).entries.map(({ name, isIgnored }) => [name, isIgnored])).toEqual([
    ["a.ts", false],
  ]);
  expect((await place.files.tree("./node_modules//left")).entries.map(({ isIgnored }) => isIgnored)).toEqual([true]);
});

test("names of any case and script are read as they are", async () => {
  using place = makePlace();
  const names = [
    "README.md",
    "readme.MD",
    "Ünï côdé.ts",
    "日本語/ファイル.txt",
    "e\u0301",
    "\u00e9",
    "-rf",
    "a\nb",
    "🙂.md",
    "a'b\"c",
  ];
  mkdirSync(join(place.root, "日本語"));
  for (const name of names) writeFileSync(join(place.root, name), name);
  for (const name of names) {
    const { path, text } = await place.files.read(name);
    expect([path, text?.text]).toEqual([name, name]);
  }
  expect(await refusal(place.files.read("gone.txt"))).toBe("Cannot open gone.txt: it does not exist.");
});

test("kinds come from the content, and nothing is served that a browser would run", async () => {
  using place = makePlace();
  const put = (name: string, bytes: string | Uint8Array) => writeFileSync(join(place.root, name), bytes);
  put("a.png", png);
  put("b.pdf", "%PDF-1.7\n");
  put("c.bin", Buffer.from([1, 0, 2]));
  put("d.html", "<script>alert(1)</script>");
  put("e.svg", "<svg onload='alert(1)'/>");
  put("f.png", "<html>not an image</html>");
  put("g", "");
  const told = async (name: string) => [(await place.files.read(name)).kind, (await place.files.raw(name)).mime];
  expect(await Promise.all(["a.png", "b.pdf", "c.bin", "d.html", "e.svg", "f.png", "g"].map(told))).toEqual([
    ["image", "image/png"],
    ["pdf", "application/pdf"],
    ["binary", "application/octet-stream"],
    ...Array.from({ length: 4 }, () => ["text", "text/plain; charset=utf-8"]),
  ]);
  expect(Buffer.from((await place.files.raw("a.png")).bytes)).toEqual(png);
  expect((await place.files.read("g")).text).toEqual({
    text: "",
    from: 0,
    to: 0,
    firstLine: 1,
    lines: 0,
    isExact: true,
  });
});

test("a big text comes in windows of whole lines that join without a gap", async () => {
  using place = makePlace();
  const whole = Array.from({ length: 60_000 }, (_, index) => `line ${index + 1} é ${"x".repeat(index % 90)}\n`).join(
    "",
  );
  writeFileSync(join(place.root, "big.txt"), whole);
  let [at, joined, line] = [0, "", 1];
  for (;;) {
    const { text } = await place.files.read("big.txt", { offset: at });
    if (!text) throw new Error("No text.");
    expect([text.from, text.firstLine, text.lines, text.isExact]).toEqual([at, line, 60_000, true]);
    joined += text.text;
    line += text.text.split("\n").length - 1;
    at = text.to;
    if (at === Buffer.byteLength(whole)) break;
  }
  expect(joined).toBe(whole);
  const near = (await place.files.read("big.txt", { line: 45_000 })).text;
  const lines = near?.text.split("\n") ?? [];
  expect(lines[45_000 - (near?.firstLine ?? 0)]).toStartWith("line 45000 ");
});

test("a line longer than a window is cut between characters", async () => {
  using place = makePlace();
  writeFileSync(join(place.root, "long.txt"), "é".repeat(1_200_000));
  const first = (await place.files.read("long.txt")).text;
  const next = (await place.files.read("long.txt", { offset: first?.to ?? 0 })).text;
  const middle = (await place.files.read("long.txt", { offset: 700_001 })).text;
  expect([first?.isExact, next?.isExact, middle?.isExact]).toEqual([true, true, true]);
  expect([next?.from, next?.firstLine, middle?.from]).toEqual([first?.to, 1, 700_002]);
  writeFileSync(join(place.root, "latin1.txt"), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
  expect((await place.files.read("latin1.txt")).text).toMatchObject({ text: "caf\ufffd", isExact: false });
});

test("a project that is itself behind a symlink is read like any other", async () => {
  using place = makePlace();
  symlinkSync(place.root, join(place.outside, "alias"));
  const files = new Files(join(place.outside, "alias"));
  expect((await files.read("src/a.ts")).text?.lines).toBe(2);
  expect(await refusal(files.read("../secret.txt"))).toContain("refused");
});

test("the tree marks what git shows changed, and the directories above it", async () => {
  using repo = makeRepo();
  for (const path of ["a/b/kept.ts", "a/b/edited.ts", "c/kept.ts"]) repo.put(path, "one\n");
  commitAll(repo);
  repo.put("a/b/edited.ts", "two\n");
  const files = new Files(repo.root, repo.git);
  const marks = async (path: string) =>
    (await files.tree(path)).entries.map(({ name, isChanged }) => [name, isChanged]);
  expect(await marks("")).toEqual([
    ["a", true],
    ["c", false],
  ]);
  expect(await marks("a/b")).toEqual([
    ["edited.ts", true],
    ["kept.ts", false],
  ]);
});

test("a file too big to serve whole, and one that vanishes, are told in sentences", async () => {
  using place = makePlace();
  const path = join(place.root, "huge.bin");
  writeFileSync(path, "");
  Bun.spawnSync(["truncate", "-s", "40M", path]);
  expect(await refusal(place.files.raw("huge.bin"))).toBe("huge.bin has 41,943,040 bytes, too many to show here.");
  unlinkSync(path);
  expect(await refusal(place.files.raw("huge.bin"))).toContain("it does not exist");
  rmSync(place.root, { recursive: true });
  expect(await refusal(place.files.tree(""))).toBe("Cannot open the project's directory: it does not exist.");
});
