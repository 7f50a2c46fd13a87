import { expect, test } from "bun:test";
import { existsSync, mkdirSync, realpathSync, rmdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { exclusive, toolSpec } from "../../agent/tool.ts";
import { bashTool } from "../../tools/bash.ts";
import { tempDir } from "../support/temp-dir.ts";
import { type Place, placeAt } from "./tool-bench.ts";

const bash = (place: Place, command: string, timeout?: number) =>
  place.run(bashTool, { command, ...(timeout === undefined ? {} : { timeout }) });

async function textOf(command: string): Promise<string> {
  using dir = tempDir();
  return (await bash(placeAt(dir.path), command)).text;
}

test("a command that works gives its output, a status and details", async () => {
  using dir = tempDir();
  const { details, ...rest } = await bash(placeAt(dir.path), "echo hello");
  expect(rest).toEqual({ text: "hello\n[exit code 0]", isError: false });
  expect(details).toEqual({
    type: "process",
    exitCode: 0,
    signal: null,
    timedOut: false,
    durationMs: expect.any(Number),
    stdoutBytes: 6,
    stderrBytes: 0,
  });
});

test("no output is said", async () => {
  expect(await textOf("true")).toBe("(no output)\n[exit code 0]");
});

test("a failing command is an error and keeps both outputs in the order they came", async () => {
  using dir = tempDir();
  const result = await bash(placeAt(dir.path), "echo one; sleep 0.05; echo bad >&2; sleep 0.05; echo two; exit 3");
  expect(result.text).toBe("one\n[stderr]\nbad\n[stdout]\ntwo\n[exit code 3]");
  expect(result.isError).toBe(true);
  expect(result.details).toMatchObject({ exitCode: 3, stdoutBytes: 8, stderrBytes: 4 });
});

test("a shell ended by a signal says which, and so does a child", async () => {
  using dir = tempDir();
  const killed = await bash(placeAt(dir.path), "kill -KILL $$");
  expect(killed).toMatchObject({ text: "(no output)\n[ended by SIGKILL]", isError: true });
  expect(killed.details).toMatchObject({ exitCode: null, signal: "SIGKILL" });
  expect(await textOf("sh -c 'kill -TERM $$' 2>/dev/null; exit $?")).toEndWith("[exit code 143 (SIGTERM)]");
});

test("input is empty and the shell is neither a login shell nor interactive", async () => {
  expect(await textOf("cat; shopt -q login_shell || echo not login; echo $- | tr -d hB")).toBe(
    "not login\nc\n[exit code 0]",
  );
});

test("the command leads a session of its own", async () => {
  expect(await textOf('read -r _ _ _ _ group session _ < /proc/$$/stat; [ "$group $session" = "$$ $$" ]')).toBe(
    "(no output)\n[exit code 0]",
  );
});

test("the environment is the workspace's and nothing else", async () => {
  using dir = tempDir();
  const place = placeAt(dir.path, {}, { SAGENT_TEST_WORD: "found" });
  const result = await bash(place, `echo "$SAGENT_TEST_WORD [$HOME]" $# $0`);
  expect(result.text).toBe("found [] 0 bash\n[exit code 0]");
});

test("outputs can be opened by name, as in a terminal", async () => {
  expect(await textOf("echo a > /dev/stderr; echo b > /dev/stdout; true")).toContain("b");
  expect(await textOf("echo c | tee /dev/stderr")).toContain("[stderr]\nc");
});

const moves: readonly [string, string][] = [
  ["cd sub", "sub"],
  ["cd sub; exit 3", "sub"],
  ["cd sub; printf 'no newline'", "sub"],
  ["cd sub; false", "sub"],
  ["cd sub; echo trailing \\", "sub"],
  ["trap 'echo bye $?' EXIT; cd sub; exit 4", "sub"],
  ["trap -- 'exit 5' 0; cd sub", "sub"],
  ["trap 'echo bye' INT EXIT; trap - EXIT; cd sub", "sub"],
  ["set -eu; cd sub; false; cd ..", "sub"],
  ["set -C; cd sub; cd ..; cd sub", "sub"],
  ["pushd sub >/dev/null", "sub"],
  ["cd sub; nonsense_command", "sub"],
  ["(cd sub)", ""],
  ["(trap 'cd sub' EXIT)", ""],
  ["cd sub | cat", ""],
  ["if then", ""],
  ["cd nowhere", ""],
  ["cat <<X\ncd sub\nX", ""],
  ["echo 'unterminated", ""],
  ["cd sub; cat <<X\nunterminated", "sub"],
  ["cd sub &&\n# a comment", ""],
  ["cd link", "link"],
  ["cd 'odd name\n'", "odd name\n"],
  ["cd sub; kill -KILL $$", ""],
];

test.each(moves)("the working directory follows: %j", async (command, expected) => {
  using dir = tempDir();
  for (const name of ["sub", "odd name\n"]) mkdirSync(join(dir.path, name));
  symlinkSync("sub", join(dir.path, "link"));
  const place = placeAt(dir.path);
  const { text } = await bash(place, command);
  expect(place.workspace.cwd).toBe(join(dir.path, expected));
  expect(text).not.toContain("sagent-cwd");
  expect(text.includes("[The working directory is now ")).toBe(expected !== "");
  expect((await bash(place, "pwd")).text).toBe(`${join(dir.path, expected).trimEnd()}\n[exit code 0]`);
});

test("nothing of the wrapper shows in a trace, a trap or the exit code", async () => {
  // Which stream is read first within a moment is not known; what is on them is.
  const traced = (await textOf("set -x; echo a; exit 2")).split("\n").filter((line) => !line.startsWith("["));
  expect(traced.sort()).toEqual(["++ echo a", "++ exit 2", "a"]);
  expect(await textOf("trap 'echo code $?' EXIT; (exit 6)")).toBe("code 6\n[exit code 6]");
  expect(await textOf("trap 'echo int' INT; kill -INT $$; echo after")).toBe("int\nafter\n[exit code 0]");
  expect(await textOf("trap -p INT; trap '' INT; trap -p INT")).toBe("trap -- '' SIGINT\n[exit code 0]");
});

test("a working directory that is gone is left for the root, and for / when that is gone too", async () => {
  using dir = tempDir();
  const root = join(dir.path, "root");
  mkdirSync(join(root, "sub"), { recursive: true });
  const place = placeAt(root);
  await bash(place, "cd sub");
  const gone = join(root, "sub");
  expect((await bash(place, `rmdir ${gone}`)).text).toContain(`${gone} no longer exists; it is ${root} now.`);
  expect((await bash(place, "pwd")).text).toBe(`${root}\n[exit code 0]`);
  rmdirSync(root);
  expect((await bash(place, "pwd")).text).toBe(
    `/\n[The working directory ${root} no longer exists; it is / now.]\n[exit code 0]`,
  );
});

test("sh stands in where there is no bash on the path, and says so", async () => {
  using dir = tempDir();
  const bin = join(dir.path, "bin");
  mkdirSync(bin);
  symlinkSync(realpathSync("/bin/sh"), join(bin, "sh"));
  const place = placeAt(dir.path, {}, { PATH: bin });
  const { text } = await bash(place, "cd bin; exit 3");
  if (existsSync("/bin/bash")) expect(text).not.toContain("ran in sh");
  else expect(text).toContain("ran in sh");
  expect(place.workspace.cwd).toBe(bin);
});

test("what cannot be started is an error result", async () => {
  using dir = tempDir();
  const long = await bash(placeAt(dir.path), `: ${"x".repeat(3_000_000)}`);
  expect(long).toEqual({
    text: "The shell could not be started, so the command was not run: the command is too long for this system; write it to a file and run that.",
    isError: true,
  });
  const nul = await bash(placeAt(dir.path), "echo a\0b");
  expect(nul.isError).toBe(true);
  expect(nul.text).toContain("so the command was not run");
});

test("the schema is small, refuses unknown fields, and the key tells readers from writers", () => {
  expect(toolSpec(bashTool).schema).toEqual({
    type: "object",
    properties: {
      command: { type: "string" },
      timeout: { type: "number", description: "ms" },
      description: { type: "string", description: "What it does, in a few words" },
    },
    required: ["command"],
    additionalProperties: false,
  });
  expect(bashTool.description.length).toBeLessThanOrEqual(900);
  const { workspace } = placeAt("/");
  expect(bashTool.serializeKey({ command: "ls -l" }, workspace)).toBeUndefined();
  expect(bashTool.serializeKey({ command: "rm x" }, workspace)).toBe(exclusive);
  expect(bashTool.label({ command: "ls \\\n  -l" })).toBe("Run ls \\ -l");
});

test("no temporary file stays behind", async () => {
  const text = await textOf("tr '\\0' ' ' < /proc/$$/cmdline | grep -o '/[^ ]*/sagent-cwd-[0-9a-f-]*' | head -1");
  const [file = ""] = text.split("\n");
  expect(file).toContain("/sagent-cwd-");
  expect(existsSync(file)).toBe(false);
});
