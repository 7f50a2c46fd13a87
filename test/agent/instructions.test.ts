import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readInstructionText } from "../../agent/instruction-text.ts";
import { loadInstructions } from "../../agent/instructions.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Writes the files under a fresh home and loads what applies in `home/work/app`. */
async function load(
  home: string,
  files: Readonly<Record<string, string>>,
  options: { maxChars?: number; addDirs?: string[]; isTrusted?: () => Promise<boolean> } = {},
) {
  const cwd = join(home, "work/app");
  mkdirSync(cwd, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  const loaded = await loadInstructions({ cwd, env: { HOME: home }, systemDir: join(home, "etc"), ...options });
  const short = (text: string) => text.replaceAll(`${home}/`, "");
  return { text: short(loaded.text), files: loaded.files.map(short), warnings: loaded.warnings.map(short) };
}

test("files apply from the general to the particular", async () => {
  using temp = tempDir();
  const paths = [
    "etc/AGENTS.md",
    ".config/sagent/AGENTS.md",
    "work/AGENTS.md",
    "work/app/AGENTS.md",
    "work/app/.sagent/AGENTS.md",
    "work/app/AGENTS.local.md",
  ];
  const loaded = await load(temp.path, Object.fromEntries(paths.map((path) => [path, `Says ${path}.\n`])));
  expect(loaded).toEqual({
    text: paths.map((path) => `# Instructions from ${path}\nSays ${path}.`).join("\n\n"),
    files: paths,
    warnings: [],
  });
});

test("CLAUDE.md stands in only where a directory has no AGENTS.md", async () => {
  using temp = tempDir();
  const files = { "work/CLAUDE.md": "one", "work/app/CLAUDE.md": "two", "work/app/AGENTS.md": "three" };
  expect((await load(temp.path, files)).files).toEqual(["work/CLAUDE.md", "work/app/AGENTS.md"]);
});

test("without files there is nothing, twice the same", async () => {
  using temp = tempDir();
  expect(await load(temp.path, {})).toEqual({ text: "", files: [], warnings: [] });
  const once = await load(temp.path, { "work/app/AGENTS.md": "a" });
  expect(await load(temp.path, {})).toEqual(once);
});

test("a named file comes before the one that names it, once, and circles end", async () => {
  using temp = tempDir();
  const files = {
    "work/app/AGENTS.md": "See @docs/style.md, @docs/style.md and @~/notes.md. Mail a@b.c, use @scope/pkg.",
    "work/app/docs/style.md": "Style, more in (@deep.md).",
    "work/app/docs/deep.md": "Deep, back to @../AGENTS.md and @style.md",
    "notes.md": "Notes.",
  };
  expect((await load(temp.path, files, { isTrusted: async () => true })).files).toEqual([
    "work/app/docs/deep.md",
    "work/app/docs/style.md",
    "notes.md",
    "work/app/AGENTS.md",
  ]);
});

test("files of a project lead nowhere outside of it, by name or by link, unless it is trusted", async () => {
  using temp = tempDir();
  const files = {
    ".ssh/key": "SECRET",
    "work/.git/HEAD": "",
    "work/notes.md": "Notes.",
    "work/app/AGENTS.md": "See @../notes.md @~/.ssh/key",
  };
  mkdirSync(join(temp.path, "work/app/.sagent"), { recursive: true });
  symlinkSync(join(temp.path, ".ssh/key"), join(temp.path, "work/app/.sagent/AGENTS.md"));
  const loaded = await load(temp.path, files);
  expect(loaded.files).toEqual(["work/notes.md", "work/app/AGENTS.md"]);
  const why =
    "is not read: it lies outside of work, whose files lead to it. If you trust this project, say so: sagent trust";
  expect(loaded.warnings).toEqual([`.ssh/key ${why}`, `work/app/.sagent/AGENTS.md ${why}`]);
  expect((await load(temp.path, {}, { isTrusted: async () => true })).text).toContain("SECRET");
});

test("includes go five levels deep", async () => {
  using temp = tempDir();
  const chain = Array.from({ length: 8 }, (_, index) => [`work/app/${index}.md`, `Level @${index + 1}.md`] as const);
  const loaded = await load(temp.path, { "work/app/AGENTS.md": "Start @1.md", ...Object.fromEntries(chain) });
  expect(loaded.files).toEqual([5, 4, 3, 2, 1].map((level) => `work/app/${level}.md`).concat("work/app/AGENTS.md"));
});

test("a directory, a binary and an empty file are passed over", async () => {
  using temp = tempDir();
  const files = {
    "work/AGENTS.md": "See @app @bin.dat @empty.md",
    "work/bin.dat": "\0\x01",
    "work/empty.md": "<!-- nothing -->",
    "work/app/AGENTS.md/file": "",
  };
  expect(await load(temp.path, files)).toEqual({
    text: "# Instructions from work/AGENTS.md\nSee @app @bin.dat @empty.md",
    files: ["work/AGENTS.md"],
    warnings: [],
  });
});

test("over the limit the nearest file is kept and a warning says what is left out", async () => {
  using temp = tempDir();
  const files = { "etc/AGENTS.md": "far", "work/AGENTS.md": "first\nsecond\nthird", "work/app/AGENTS.md": "near" };
  expect(await load(temp.path, files, { maxChars: 18 })).toEqual({
    text: "# Instructions from work/AGENTS.md\nfirst\nsecond\n\n# Instructions from work/app/AGENTS.md\nnear",
    files: ["work/AGENTS.md", "work/app/AGENTS.md"],
    warnings: [
      "work/AGENTS.md: 6 of 18 characters left out; all AGENTS.md files may have 18.",
      "etc/AGENTS.md: 3 of 3 characters left out; all AGENTS.md files may have 18.",
    ],
  });
});

test("frontmatter and block comments are removed, but not from code", () => {
  const source = [
    "---",
    "title: x",
    "---",
    "<!-- one line -->",
    "Keep <!-- inline --> this.",
    "<!--",
    "```",
    "--> and this",
    "```html",
    "<!-- shown -->",
    "```",
    "---",
    "end",
  ].join("\r\n");
  expect(readInstructionText(source).text).toBe(
    ["Keep <!-- inline --> this.", " and this", "```html", "<!-- shown -->", "```", "---", "end"].join("\n"),
  );
  expect(readInstructionText("---\n---\nx").text).toBe("x");
  expect(readInstructionText("--- no\nx").text).toBe("--- no\nx");
});

test("paths in code are not mentions", () => {
  const source = ["@a.md and `@b.md`", "~~~", "@c.md", "```", "@d.md", "~~~", "``x ` @e.md`` then @f/g.md."].join("\n");
  expect(readInstructionText(source).mentions).toEqual(["a.md", "f/g.md"]);
});

test("directories that were added come last", async () => {
  using temp = tempDir();
  const files = { "work/app/AGENTS.md": "own", "lib/AGENTS.md": "added", "lib/AGENTS.local.md": "local" };
  const { files: found } = await load(temp.path, files, { addDirs: [join(temp.path, "lib")] });
  expect(found).toEqual(["work/app/AGENTS.md", "lib/AGENTS.md", "lib/AGENTS.local.md"]);
});
