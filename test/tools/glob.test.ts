import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { globTool } from "../../tools/glob.ts";
import { tempDir } from "../support/temp-dir.ts";
import { countTokens, type Place, placeAt } from "./tool-bench.ts";

const files = {
  "a.ts": "1",
  "b.test.ts": "22",
  ".hidden/c.ts": "",
  ".env": "",
  "src/d.ts": "4444",
  "src/e.tsx": "333",
  "src/deep/f.ts": "55555",
  "src/[id]/page.ts": "",
  "out/g.ts": "",
  ".gitignore": "out/\n",
};

function plant(root: string): Place {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  symlinkSync("src", join(root, "link"));
  return placeAt(root);
}

type Args = Parameters<typeof globTool.run>[0];

/** Results relative to the root, joined by spaces. */
async function found(place: Place, args: Args): Promise<string> {
  const { text } = await place.run(globTool, args);
  return text.replaceAll(`${place.workspace.root}/`, "").replaceAll("\n", " ");
}

test("patterns find what they say, dotfiles only when named, ignored files never", async () => {
  using dir = tempDir();
  const place = plant(dir.path);
  const cases: [string, string][] = [
    ["*.ts", "a.ts b.test.ts"],
    ["**/*.ts", "a.ts b.test.ts src/[id]/page.ts src/d.ts src/deep/f.ts"],
    ["src/*.{ts,tsx}", "src/d.ts src/e.tsx"],
    ["{a,src/d}.ts", "a.ts src/d.ts"],
    ["src/**", "src/[id]/page.ts src/d.ts src/deep/f.ts src/e.tsx"],
    ["**/deep/*", "src/deep/f.ts"],
    ["?.ts", "a.ts"],
    ["[!b]*.ts", "a.ts"],
    ["src/\\[id\\]/*", "src/[id]/page.ts"],
    [".*", ".env .gitignore"],
    [".hidden/**", ".hidden/c.ts"],
    ["**/.hidden/*", ".hidden/c.ts"],
    ["l*", "link"],
    ["./src/d.ts", "src/d.ts"],
    [`${dir.path}/src/d*`, "src/d.ts"],
  ];
  for (const [pattern, wanted] of cases) expect([pattern, await found(place, { pattern })]).toEqual([pattern, wanted]);
});

test("nothing found is a plain note, with a hint where one helps", async () => {
  using dir = tempDir();
  const place = plant(dir.path);
  expect(await place.run(globTool, { pattern: "f.ts" })).toEqual({
    text: `No files match f.ts in ${dir.path}. To look in directories below it too, use **/f.ts.`,
  });
  expect(await place.run(globTool, { pattern: "out/*.ts" })).toEqual({
    text: `No files match out/*.ts in ${dir.path}.`,
  });
});

test("a malformed pattern and a bad directory are errors", async () => {
  using dir = tempDir();
  const place = plant(dir.path);
  for (const pattern of ["[a", "{a,b", "a}", "a\\"]) {
    const text = `The pattern ${pattern} is malformed: a bracket or brace is not closed, or a backslash ends it.`;
    expect(await place.run(globTool, { pattern })).toEqual({ text, isError: true });
  }
  expect(await place.run(globTool, { pattern: "*", path: "none" })).toEqual({
    text: `Cannot search ${dir.path}/none: it does not exist.`,
    isError: true,
  });
  expect(await place.run(globTool, { pattern: "*", path: "a.ts" })).toEqual({
    text: `${dir.path}/a.ts is a file; give Glob a directory, or read it with Read.`,
    isError: true,
  });
});

test("results may be sorted by name, size and time, both ways", async () => {
  using dir = tempDir();
  const place = plant(dir.path);
  ["src/d.ts", "src/e.tsx", "a.ts", "b.test.ts"].forEach((name, index) => {
    utimesSync(join(dir.path, name), index + 1, index + 1);
  });
  const sorted = (sort: NonNullable<Args["sort"]>) => found(place, { pattern: "{*,src/*}.ts*", sort });
  expect(await sorted("name")).toBe("a.ts b.test.ts src/d.ts src/e.tsx");
  expect(await sorted("name_desc")).toBe("src/e.tsx src/d.ts b.test.ts a.ts");
  expect(await sorted("size")).toBe("a.ts b.test.ts src/e.tsx src/d.ts");
  expect(await sorted("size_desc")).toBe("src/d.ts src/e.tsx b.test.ts a.ts");
  expect(await sorted("mtime")).toBe("src/d.ts src/e.tsx a.ts b.test.ts");
  expect(await sorted("mtime_desc")).toBe("b.test.ts a.ts src/e.tsx src/d.ts");
});

test("pages follow one another to the end", async () => {
  using dir = tempDir();
  const place = plant(dir.path);
  const page = (offset: number) => found(place, { pattern: "**/*.ts", max_results: 2, offset });
  expect(await page(0)).toBe("a.ts b.test.ts [1-2 of 5. Go on with offset=2.]");
  expect(await page(2)).toBe("src/[id]/page.ts src/d.ts [3-4 of 5. Go on with offset=4.]");
  expect(await page(4)).toBe("src/deep/f.ts");
  const past = await place.run(globTool, { pattern: "**/*.ts", offset: 5 });
  expect(past).toEqual({ text: "There are 5 matches; none after 5.", isError: true });
});

test("many results stay within the bound and say where to go on", async () => {
  using dir = tempDir({ memory: true });
  const name = "n".repeat(100);
  for (let index = 0; index < 1200; index++) writeFileSync(join(dir.path, `${name}${index}`), "");
  const { text } = await placeAt(dir.path).run(globTool, { pattern: "*" });
  expect(countTokens(text)).toBeLessThanOrEqual(25_000);
  const note = /\n\[1-(\d+) of 1200\. Go on with offset=(\d+)\.\]$/.exec(text);
  expect(Number(note?.[1])).toBe(text.split("\n").length - 1);
  expect(note?.[2]).toBe(note?.[1]);
});
