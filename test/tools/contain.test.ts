/** Writing that is held inside directories, against paths that lead out and others that swap directories meanwhile. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fleet } from "../../agent/fleet.ts";
import { agentSpawnTool } from "../../tools/agent-spawn.ts";
import { applyPatchTool } from "../../tools/apply-patch.ts";
import { editTool } from "../../tools/edit.ts";
import { writeAtomic } from "../../tools/files.ts";
import { canonicalPath } from "../../tools/path.ts";
import { writeTool } from "../../tools/write.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { placeAt } from "./tool-bench.ts";

let dir: TempDir;
beforeEach(() => {
  dir = tempDir({ memory: true });
  for (const each of ["in/sub", "out"]) mkdirSync(join(dir.path, each), { recursive: true });
  writeFileSync(join(dir.path, "out/secret"), "theirs");
});
afterEach(() => dir[Symbol.dispose]());

const at = (path: string) => join(dir.path, path);

function held() {
  const { workspace } = placeAt(at("in"));
  return placeAt(at("in"), { workspace: { ...workspace, writeRoots: [at("in")] } });
}

const patch = (...lines: readonly string[]) => ({ input: ["*** Begin Patch", ...lines, "*** End Patch"].join("\n") });

async function write(file_path: string): Promise<string> {
  const { text, isError } = await held().run(writeTool, { file_path, content: "ours" });
  return `${isError === true}: ${text}`;
}

test("inside the roots all is as ever: missing parents are made, modes are kept, symlinks inside are followed", async () => {
  expect(await write("new/deep/file")).toBe("false: Created new/deep/file: 4 bytes.");
  expect(readFileSync(at("in/new/deep/file"), "utf8")).toBe("ours");
  writeFileSync(at("in/sub/run"), "theirs", { mode: 0o750 });
  symlinkSync("sub/run", at("in/link"));
  const args = { file_path: "link", old_string: "theirs", new_string: "mine" };
  expect((await held().run(editTool, args)).text).toBe("Edited link: 1 replacement, now around lines 1-1.");
  expect([readFileSync(at("in/sub/run"), "utf8"), statSync(at("in/sub/run")).mode & 0o777]).toEqual(["mine", 0o750]);
});

test("what git runs is not written by them: not its hooks, its settings, nor a file that leads to others", async () => {
  for (const each of ["in/.git/hooks", "in/sub/.git"]) mkdirSync(at(each), { recursive: true });
  writeFileSync(at("in/.git/hooks/pre-commit.sample"), "exit 0\n", { mode: 0o755 });
  symlinkSync(".git/hooks", at("in/hooks"));
  for (const way of [".git/hooks/pre-commit", "hooks/pre-commit", "sub/.git/config", "new/.git", ".GIT/config"]) {
    expect([way, await write(way)]).toEqual([way, expect.stringContaining("it belongs to git itself")]);
  }
  const move = patch(
    "*** Update File: hooks/pre-commit.sample",
    "*** Move to: hooks/pre-commit",
    "@@",
    "-exit 0",
    "+rm x",
  );
  expect((await held().run(applyPatchTool, move)).text).toContain("it belongs to git itself");
  expect(readdirSync(at("in/.git/hooks"))).toEqual(["pre-commit.sample"]);
  expect(await write(".gitignore")).toBe("false: Created .gitignore: 4 bytes.");
});

test("a patch neither deletes nor moves what lies outside, nor moves anything there, and then none of it is done", async () => {
  writeFileSync(at("in/a"), "one\n");
  symlinkSync("../out", at("in/away"));
  const edit = ["*** Update File: a", "@@", "-one", "+two"];
  const ways = [
    [...edit, "*** Delete File: ../out/secret"],
    [...edit, "*** Delete File: away/secret"],
    ["*** Update File: a", "*** Move to: ../out/a", "@@", "-one", "+two"],
    ["*** Update File: a", "*** Move to: away/new/a", "@@", "-one", "+two"],
    [...edit, "*** Update File: away/secret", "*** Move to: b"],
    [...edit, "*** Add File: away/b", "+b"],
  ];
  for (const way of ways) {
    const { text, isError } = await held().run(applyPatchTool, patch(...way));
    expect([isError, text]).toEqual([true, expect.stringMatching(/it lies outside of .* Nothing was changed\.$/)]);
  }
  expect([readdirSync(at("in")).sort(), readdirSync(at("out"))]).toEqual([["a", "away", "sub"], ["secret"]]);
  expect([readFileSync(at("in/a"), "utf8"), readFileSync(at("out/secret"), "utf8")]).toEqual(["one\n", "theirs"]);
});

test("whatever leads out is refused with a sentence, and nothing is written there", async () => {
  symlinkSync("../out", at("in/away"));
  symlinkSync("../out/fresh", at("in/fresh"));
  symlinkSync("/", at("in/top"));
  const out = at("out/file");
  const ways = ["../out/file", out, "sub/../../out/file", "away/file", "away/new/file", "fresh", `top${out}`, "~/file"];
  for (const way of [...ways, "../in-beside", "/proc/self/cwd/../out/file"]) {
    expect([way, await write(way)]).toEqual([way, expect.stringContaining("it lies outside of")]);
  }
  const args = { file_path: "away/secret", old_string: "theirs", new_string: "ours" };
  const edited = await held().run(editTool, args);
  expect([edited.isError, edited.text]).toEqual([true, expect.stringContaining("it lies outside of")]);
  expect([readdirSync(at("out")), readFileSync(at("out/secret"), "utf8")]).toEqual([["secret"], "theirs"]);
  expect(readdirSync(dir.path).sort()).toEqual(["in", "out"]);
});

/** Writes 10,000 times into a directory that another process swaps meanwhile, and tells how it went. */
async function race(how: "symlink" | "move", other: string) {
  const script = new URL("./swapper.ts", import.meta.url).pathname;
  const swapper = Bun.spawn([process.execPath, script, how, at("in/sub"), at(other)], {
    stdin: "pipe",
    stdout: "pipe",
  });
  const told = { written: 0, refused: 0, escaped: 0 };
  try {
    for (let n = 0; n < 10_000; n++) {
      const bytes = Buffer.from(String(n));
      const path = n % 2 === 0 ? canonicalPath(at("in/sub/file")) : at("in/sub/deep/file");
      await writeAtomic(path, bytes, { writeRoots: [at("in")] }).then(
        () => told.written++,
        () => told.refused++,
      );
      if (n % 100 === 0 && readdirSync(at("out")).length > 1) told.escaped++;
    }
  } finally {
    swapper.stdin.end();
    await swapper.exited;
  }
  return { ...told, swaps: Number(await new Response(swapper.stdout).text()) };
}

test("a directory that is swapped for a symlink 10,000 times leads no write out", async () => {
  const { written, refused, escaped, swaps } = await race("symlink", "out");
  expect([written + refused, escaped, readdirSync(at("out"))]).toEqual([10_000, 0, ["secret"]]);
  expect(Math.min(written, refused, swaps)).toBeGreaterThan(100);
});

test("a directory that is renamed inside the roots 10,000 times takes its writes along and loses none elsewhere", async () => {
  const { written, refused, swaps } = await race("move", "in/moved");
  expect([written + refused, readdirSync(at("out"))]).toEqual([10_000, ["secret"]]);
  expect(Math.min(written, swaps)).toBeGreaterThan(100);
  const left = [...new Bun.Glob("**/*.tmp").scanSync({ cwd: dir.path, dot: true })];
  expect(left).toEqual([]);
});

test("an agent and its children hold to the roots they were given", async () => {
  const spawn = { call: "AgentSpawn", args: { prompt: "Write it" } };
  const write = { call: "Write", args: { file_path: at("out/file"), content: "ours" } };
  let asked = 0;
  const answers = [[spawn], [write], [{ text: "It was refused" }]];
  const model = scriptedModel(() => ({ parts: answers[asked++] ?? [{ text: "Done" }] }));
  await using fleet = new Fleet();
  const agent = fleet.root({ model, tools: [agentSpawnTool, writeTool], cwd: at("in"), writeRoots: [at("in")] });
  await agent.run("Go");
  expect(JSON.stringify(model.requests[2]?.messages)).toContain("it lies outside of");
  expect([readdirSync(at("out")), readdirSync(at("in"))]).toEqual([["secret"], ["sub"]]);
});
