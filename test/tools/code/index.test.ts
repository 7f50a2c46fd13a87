import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Projects } from "../../../tools/code/project.ts";
import { repoMapTool } from "../../../tools/repo-map.ts";
import { placeAt } from "../tool-bench.ts";
import { type CodeRig, codeRig } from "./rig.ts";

type Change =
  | { readonly type: "write"; readonly file: number; readonly defines: number; readonly uses: readonly number[] }
  | { readonly type: "rename"; readonly file: number; readonly to: number }
  | { readonly type: "delete"; readonly file: number };

const file = fc.nat(7);
const name = fc.nat(9);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ type: fc.constant("write" as const), file, defines: name, uses: fc.array(name, { maxLength: 4 }) }),
  fc.record({ type: fc.constant("rename" as const), file, to: file }),
  fc.record({ type: fc.constant("delete" as const), file }),
);

const pathOf = (at: number) => (at % 2 === 0 ? `src/part${at}.ts` : `lib/deep/part${at}.py`);

function textOf(path: string, defines: number, uses: readonly number[]): string {
  const calls = uses.map((use) => `  wantedFunction${use}()`).join("\n");
  if (path.endsWith(".py")) return `def wantedFunction${defines}():\n${calls || "  pass"}\n`;
  return `export function wantedFunction${defines}() {\n${calls}\n}\n`;
}

function apply(rig: CodeRig, change: Change): void {
  const path = pathOf(change.file);
  if (change.type === "write") rig.write(path, textOf(path, change.defines, change.uses));
  if (change.type === "delete") rmSync(join(rig.root, path), { force: true });
  if (change.type !== "rename") return;
  try {
    renameSync(join(rig.root, path), join(rig.root, pathOf(change.to)));
  } catch {
    // There is no such file now.
  }
}

async function freshMap(rig: CodeRig): Promise<string> {
  const projects = new Projects({ XDG_CACHE_HOME: join(rig.cache, crypto.randomUUID()) });
  return (await placeAt(rig.root).run(repoMapTool(projects), {})).text;
}

test("after any edits, renames and deletions, the index says what a fresh one says", async () => {
  const rounds = fc.array(fc.array(change, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(rounds, async (all) => {
      using rig = codeRig({ "src/part0.ts": textOf(".ts", 0, [1]), "src/part2.ts": textOf(".ts", 1, [0]) });
      mkdirSync(join(rig.root, "lib/deep"), { recursive: true });
      for (const changes of all) {
        for (const each of changes) apply(rig, each);
        expect(await rig.map()).toBe(await freshMap(rig));
      }
    }),
    { numRuns: 6 },
  );
}, 60_000);

const old = new Date(Date.now() - 60_000);

function age(rig: CodeRig): void {
  for (const path of readdirSync(rig.root, { recursive: true, encoding: "utf8" }))
    utimesSync(join(rig.root, path), old, old);
}

test("what did not change is not parsed again", async () => {
  using rig = codeRig({ "a.ts": "export function alphaFunction() {}\n" });
  age(rig);
  await rig.map();
  // The same size and time: only a parser would see it.
  writeFileSync(join(rig.root, "a.ts"), "export function gammaFunction() {}\n");
  age(rig);
  expect(await rig.map()).toContain("alphaFunction");
  writeFileSync(join(rig.root, "a.ts"), "export function gammaFunction() {}\n");
  expect(await rig.map()).toContain("gammaFunction");
});

test("two edits within one tick of the clock are both seen", async () => {
  using rig = codeRig();
  const now = new Date();
  for (const name of ["alpha", "gamma"]) {
    rig.write("a.ts", `export function ${name}Function() {}\n`);
    utimesSync(join(rig.root, "a.ts"), now, now);
    expect(await rig.map()).toContain(`${name}Function`);
  }
});

function indexFile(rig: CodeRig): string {
  const at = join(rig.cache, "sagent/code");
  const [name = ""] = readdirSync(at).filter((each) => each.endsWith(".sqlite"));
  return join(at, name);
}

test("an index that is torn or no index at all is made anew", async () => {
  using rig = codeRig({ "a.ts": "export function alphaFunction() {}\n" });
  for (const path of Array.from({ length: 40 }, (_, at) => `more/m${at}.ts`))
    rig.write(path, `export const x_${path.length} = 1;\n`);
  const map = await rig.map();
  const bytes = readFileSync(indexFile(rig));
  const damages: ((bytes: Buffer) => Buffer)[] = [
    (whole) => whole.subarray(0, whole.length / 2),
    (whole) => Buffer.from(whole).fill(0xaa, 4_096),
    () => Buffer.from("not a database"),
    () => Buffer.alloc(0),
  ];
  for (const damage of damages) {
    rmSync(`${indexFile(rig)}-wal`, { force: true });
    writeFileSync(indexFile(rig), damage(bytes));
    expect(await rig.map()).toBe(map);
  }
});

test("an index of other tables is made anew", async () => {
  using rig = codeRig({ "a.ts": "export function alphaFunction() {}\n" });
  const map = await rig.map();
  const path = indexFile(rig);
  rmSync(path);
  using other = new Database(path, { create: true });
  other.run("CREATE TABLE files (path TEXT PRIMARY KEY, mtime REAL)");
  other.close();
  expect(await rig.map()).toBe(map);
});

test("where the cache cannot be written the map is made all the same", async () => {
  using rig = codeRig({ "a.ts": "export function alphaFunction() {}\n" });
  writeFileSync(rig.cache, "a file where the cache should be");
  expect(await rig.map()).toContain("alphaFunction");
});

test("several processes and agents that index one project at once get the same map", async () => {
  using rig = codeRig();
  for (let at = 0; at < 150; at++) rig.write(`src/part${at}.ts`, textOf(".ts", at, [(at + 1) % 150, (at * 7) % 150]));
  age(rig);
  const program = `
    import { Projects } from "${import.meta.dir}/../../../tools/code/project.ts";
    import { repoMapTool } from "${import.meta.dir}/../../../tools/repo-map.ts";
    import { placeAt } from "${import.meta.dir}/../tool-bench.ts";
    const tool = repoMapTool(new Projects({ XDG_CACHE_HOME: ${JSON.stringify(rig.cache)} }));
    process.stdout.write((await placeAt(${JSON.stringify(rig.root)}).run(tool, {})).text);`;
  const children = Array.from({ length: 3 }, () => Bun.spawn([process.execPath, "-e", program], { stderr: "inherit" }));
  const said = await Promise.all([...children.map((child) => new Response(child.stdout).text()), rig.map(), rig.map()]);
  expect(new Set(said).size).toBe(1);
  expect(said[0]).toContain("of 150 files");
}, 60_000);

test("a call that is stopped ends its processes, keeps what is done, and the next goes on", async () => {
  using rig = codeRig();
  for (let at = 0; at < 1_200; at++)
    rig.write(`src/part${at}.ts`, `${textOf(".ts", at, [at + 1])}\n${"export const filler = [1, 2, 3];\n".repeat(60)}`);
  age(rig);
  const tool = repoMapTool(new Projects({ XDG_CACHE_HOME: rig.cache }));
  const stop = new AbortController();
  const place = placeAt(rig.root, { signal: stop.signal, progress: () => stop.abort() });
  const result = await place.run(tool, {});
  expect(result).toEqual({ text: "Stopped; what was read so far is kept for the next call.", isError: true });
  const processes = Bun.spawnSync(["ps", "-o", "args=", "--ppid", String(process.pid)]).stdout.toString();
  expect(processes).not.toContain("parse-child");
  expect(await rig.map()).toContain("of 1,200 files");
}, 60_000);
