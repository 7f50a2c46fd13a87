/** Commands that a project and a person write: found, filled in, and run through the program and its surfaces. */
import { expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { splitWords } from "../../server/command-text.ts";
import { Commands } from "../../server/commands.ts";
import { projectPlaces } from "../../tools/skills/places.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { tempDir } from "../support/temp-dir.ts";
import { writeFiles } from "../support/write-files.ts";
import { freshHome } from "./program.ts";

const signal = new AbortController().signal;

function commandsAt(root: string, trusted = false): Commands {
  const env = { HOME: join(root, "home"), PATH: process.env.PATH ?? "" };
  const cwd = join(root, "app");
  return new Commands({ cwd, env, isTrusted: async () => trusted }, projectPlaces(cwd, env));
}

test("they are found in folders, the nearest first, and built-in names are not theirs to take", () => {
  using dir = tempDir();
  writeFiles(dir.path, {
    "app/.git/HEAD": "",
    "app/.sagent/commands/review.md":
      "---\ndescription: Looks at a change\nargument-hint: <branch>\nmodel: opus\nallowed-tools: Read\n---\nReview $1.",
    "app/.claude/commands/git/fix.md": "# Fix it\nNow.",
    "app/.claude/commands/review.md": "Another.",
    "app/.claude/commands/clear.md": "Not this.",
    "app/.claude/commands/1up.md": "Nor this.",
    "home/.claude/commands/own.md": "---\nmodel: inherit\n---\nMine.",
  });
  const { all, problems } = commandsAt(dir.path);
  expect(all.map(({ name, description, usage, from, model }) => [name, description, usage, from, model])).toEqual([
    ["/git:fix", "Fix it", "", "project", undefined],
    ["/own", "Mine.", "", "yours", undefined],
    ["/review", "Looks at a change", "<branch>", "project", "opus"],
  ]);
  expect(problems).toEqual([
    `The command ${dir.path}/app/.claude/commands/1up.md is left out: its name may hold letters, digits, "_" and "-", a letter first.`,
    `The command ${dir.path}/app/.claude/commands/clear.md is left out: /clear is built in.`,
  ]);
});

test("words, files and shell lines are filled in, once and never as more of the command", async () => {
  using dir = tempDir();
  writeFiles(dir.path, {
    "app/notes.md": "Cost: $1 and !`touch hacked`",
    "app/.sagent/commands/all.md":
      'Do $ARGUMENTS with $2, not $20. See @notes.md, @$1 and @missing.md.\nState: !`printf "%s|" "$1" "$ARGUMENTS"; exit 3`',
    "app/.sagent/commands/plain.md": "Do it.",
  });
  const commands = commandsAt(dir.path, true);
  const { text } = (await commands.expand('/all notes.md "a; touch hacked"', signal)) ?? { text: "" };
  const block = `Content of ${dir.path}/app/notes.md:\nCost: $1 and !\`touch hacked\``;
  expect(text).toBe(
    [
      'Do notes.md "a; touch hacked" with a; touch hacked, not $20. See @notes.md, @notes.md and @missing.md.\n' +
        'State: notes.md|notes.md "a; touch hacked"|\n[exit code: 3]',
      block,
      block,
    ].join("\n\n"),
  );
  expect(await commands.expand("/plain and quickly", signal)).toEqual({ text: "Do it.\n\nand quickly" });
  expect(await commands.expand("/unknown", signal)).toBeUndefined();
  expect(await commands.expand("no /plain command", signal)).toBeUndefined();
  expect(await Bun.file(join(dir.path, "app/hacked")).exists()).toBe(false);
});

test("a project that is not trusted runs nothing and reads nothing outside of it; a person's own do", async () => {
  using dir = tempDir();
  writeFiles(dir.path, {
    "secret.txt": "the secret",
    "app/inside.txt": "inside",
    "app/.sagent/commands/run.md": "!`touch hacked`",
    "app/.sagent/commands/read.md": "@../secret.txt @link.txt @inside.txt",
    "home/.config/sagent/commands/mine.md": "@../secret.txt says !`echo hello`",
  });
  symlinkSync(join(dir.path, "secret.txt"), join(dir.path, "app/link.txt"));
  const commands = commandsAt(dir.path);
  const path = join(dir.path, "app/.sagent/commands/run.md");
  expect(commands.expand("/run", signal)).rejects.toThrow(
    `${path} is not obeyed: it could run anything here. If you trust this project, say so: sagent trust`,
  );
  const { text } = (await commands.expand("/read", signal)) ?? { text: "" };
  expect([text.includes("the secret"), text.includes(":\ninside")]).toEqual([false, true]);
  const mine = (await commands.expand("/mine", signal)) ?? { text: "" };
  expect(mine.text).toBe(`@../secret.txt says hello\n\nContent of ${dir.path}/secret.txt:\nthe secret`);
  expect(await Bun.file(join(dir.path, "app/hacked")).exists()).toBe(false);
});

test("words are split as a shell does", () => {
  expect(splitWords(`a "b c" d'e f'g "" 'x`)).toEqual(["a", "b c", "de fg", "", "'x"]);
});

test("headless: -p names a command, which its own model does", async () => {
  await using fake = await startFakeProvider(({ view }) => ({
    parts: [{ text: `${view.model} heard: ${JSON.stringify(view.messages.at(-1))}` }],
  }));
  using home = freshHome(fake);
  writeFiles(home.project, {
    ".claude/commands/greet.md": "---\nmodel: claude-haiku-4-5\n---\nGreet $1 warmly.",
    ".claude/commands/run.md": "!`echo now`",
  });
  const greeted = await home.run(["-p", "/greet Ada"]);
  expect([greeted.code, greeted.stdout.includes("Greet Ada warmly.")]).toEqual([0, true]);
  expect(greeted.stdout).toStartWith("claude-haiku-4-5");
  const refused = await home.run(["-p", "/run"]);
  expect([refused.code, refused.stderr.includes("is not obeyed")]).toEqual([2, true]);
  const ran = await home.run(["-p", "/run", "--trust"]);
  expect([ran.code, ran.stdout.includes("now")]).toEqual([0, true]);
  const unknown = await home.run(["-p", "/etc/hosts is odd"]);
  expect([unknown.code, unknown.stdout.includes("/etc/hosts is odd")]).toEqual([0, true]);
});
