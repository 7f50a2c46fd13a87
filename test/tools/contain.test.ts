/** Writing that is held inside directories, against paths that lead out and others that swap directories meanwhile. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fleet } from "../../agent/fleet.ts";
import { agentSpawnTool } from "../../tools/agent-spawn.ts";
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
