import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openEditor } from "../../server/editor.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Editors that write down what they were given, a word a line. */
function makeEditors(names: readonly string[], body = 'printf "%s\\n" "$@" > "$SEEN.new"; mv "$SEEN.new" "$SEEN"') {
  const dir = tempDir();
  const seen = join(dir.path, "seen");
  for (const name of names) {
    writeFileSync(join(dir.path, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(dir.path, name), 0o755);
  }
  const env = { PATH: `${dir.path}:${process.env.PATH}`, SEEN: seen };
  return { dir: dir.path, env, seen, [Symbol.dispose]: () => dir[Symbol.dispose]() };
}

async function wordsIn(path: string): Promise<string[]> {
  while (!existsSync(path)) await Bun.sleep(5);
  return readFileSync(path, "utf8").trimEnd().split("\n");
}

const path = "/p/my file';$(touch x).ts";

const windowed: [string, string[]][] = [
  ["code --wait", ["--goto", `${path}:7`]],
  ["cursor -r", ["-r", "--goto", `${path}:7`]],
  ["subl -w", [`${path}:7`]],
  ["zed", [`${path}:7`]],
  ["gvim -f", ["+7", path]],
  ["emacsclient -c", ["-c", "-n", "+7", path]],
  ["idea", ["--line", "7", path]],
  ["kate", ["-l", "7", path]],
];

for (const [editor, words] of windowed) {
  test(`${editor} gets the line in its own way and goes on by itself`, async () => {
    const name = editor.split(" ")[0] ?? "";
    using place = makeEditors([name]);
    expect(await openEditor(path, 7, { ...place.env, VISUAL: editor, EDITOR: "vi" })).toEqual({
      type: "opened",
      editor: name,
    });
    expect(await wordsIn(place.seen)).toEqual(words);
  });
}

test("a path to an editor with a space in it is one word, and no line is no flag", async () => {
  using place = makeEditors(["code"]);
  symlinkSync("code", join(place.dir, "my code"));
  symlinkSync(place.dir, join(place.dir, "a b"));
  expect(await openEditor("/p/a.ts", undefined, { ...place.env, EDITOR: `"${place.dir}/a b/code"` })).toMatchObject({
    type: "opened",
  });
  expect(await wordsIn(place.seen)).toEqual(["/p/a.ts"]);
});

test("an editor of the terminal is a command for it, quoted so that a shell reads the same words", async () => {
  const tell = async (editor: string, line?: number) => {
    const opening = await openEditor(path, line, { EDITOR: editor });
    if (opening.type !== "terminal") throw new Error("It was opened.");
    const said = Bun.spawnSync(["sh", "-c", `printf '%s\\n' ${opening.command}`]).stdout.toString();
    expect(said.trimEnd().split("\n")).toEqual([...opening.argv]);
    return opening.argv;
  };
  expect(await tell("vim", 7)).toEqual(["vim", "+7", path]);
  expect(await tell("nvim -u 'my rc'", 7.9)).toEqual(["nvim", "-u", "my rc", "+7", path]);
  expect(await tell("hx", 7)).toEqual(["hx", `${path}:7`]);
  expect(await tell("emacsclient -t", 0)).toEqual(["emacsclient", "-t", "+1", path]);
  expect(await tell("vi")).toEqual(["vi", path]);
  expect(await tell("unheard-of", 7)).toEqual(["unheard-of", path]);
});

test("no editor, one that is more than a command, a missing one and one that fails are told", async () => {
  await expect(openEditor("/p/a", 1, {})).rejects.toThrow("No editor is set.");
  await expect(openEditor("/p/a", 1, { VISUAL: " ", EDITOR: "" })).rejects.toThrow("No editor is set.");
  for (const editor of [
    "vim; touch x",
    "$(touch x)",
    "vim `touch x`",
    "vim > x",
    "vim & touch x",
    "'' x",
    "vim 'open",
  ]) {
    await expect(openEditor("/p/a", 1, { EDITOR: editor })).rejects.toThrow("it was not run");
  }
  await expect(openEditor("/p/a", 1, { EDITOR: "code", PATH: "/nonexistent" })).rejects.toThrow(
    "The editor code was not found.",
  );
  await expect(openEditor("/p/a\n\x03", 1, { EDITOR: "vim" })).rejects.toThrow("holds control characters");
  using place = makeEditors(["code"], "exit 3");
  await expect(openEditor("/p/a", 1, { ...place.env, EDITOR: "code" })).rejects.toThrow(
    "The editor code ended at once with code 3.",
  );
});
