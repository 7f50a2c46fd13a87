import { expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { FileIndex } from "../../server/file-index.ts";
import { PathTable } from "../../server/fuzzy.ts";
import { tempDir } from "../support/temp-dir.ts";

function put(root: string, ...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
}

async function best(paths: readonly string[], query: string, limit = 10): Promise<string[]> {
  return (await PathTable.make(paths)).find(query, limit).map(({ path }) => path);
}

test("names, word starts and runs of letters count for more", async () => {
  const paths = [
    "server/file-index.ts",
    "ui/view/fleet.tsx",
    "server/files.ts",
    "lib/profile.ts",
    "src/findIndex.ts",
    "files/a.md",
  ];
  expect((await best(paths, "file"))[0]).toBe("server/files.ts");
  expect((await best(paths, "fi"))[0]).toBe("server/files.ts");
  expect((await best(paths, "fidx"))[0]).toBe("src/findIndex.ts");
  expect((await best(paths, "svrfin"))[0]).toBe("server/file-index.ts");
  expect((await best(paths, "ui/fl"))[0]).toBe("ui/view/fleet.tsx");
  expect((await best(paths, "filea"))[0]).toBe("files/a.md");
  expect(await best(paths, "zzz")).toEqual([]);
});

test("case counts once the query has an upper-case letter", async () => {
  const paths = ["readme.md", "README.md", "src/Reader.ts"];
  expect(await best(paths, "readme")).toEqual(["README.md", "readme.md"]);
  expect(await best(paths, "README")).toEqual(["README.md"]);
  expect(await best(paths, "Re")).toEqual(["src/Reader.ts"]);
});

test("ranges name the letters that matched", async () => {
  const table = await PathTable.make(["server/file-index.ts", "日本語/ファイル.ts", "x".repeat(3_000)]);
  expect(table.find("index", 5)[0]?.ranges).toEqual([[12, 17]]);
  expect(table.find("sfx.ts", 5)[0]?.ranges).toEqual([
    [0, 1],
    [7, 8],
    [16, 20],
  ]);
  expect(table.find("本ファ", 5)).toMatchObject([
    {
      path: "日本語/ファイル.ts",
      ranges: [
        [1, 2],
        [4, 6],
      ],
    },
  ]);
  expect(table.find("xxx", 5)).toHaveLength(1);
  expect(table.find("", 5)).toEqual([]);
  expect(table.find("a", 0)).toEqual([]);
});

const letters = fc
  .array(fc.constantFrom("a", "b", "C", "/", "-", "1", "é"), { minLength: 1, maxLength: 12 })
  .map((all) => all.join(""));

test("exactly the paths that hold the query's letters in order are found, each with those letters as its ranges", async () => {
  const isHeld = (path: string, query: string) => {
    const strict = query !== query.toLowerCase();
    let at = 0;
    for (const char of strict ? query : query.toLowerCase()) {
      at = (strict ? path : path.toLowerCase()).indexOf(char, at) + 1;
      if (at === 0) return false;
    }
    return true;
  };
  const property = fc.asyncProperty(fc.uniqueArray(letters, { maxLength: 20 }), letters, async (paths, query) => {
    const found = (await PathTable.make(paths)).find(query, 100);
    expect(found.map(({ path }) => path).sort()).toEqual(paths.filter((path) => isHeld(path, query)).sort());
    for (const { path, ranges } of found) {
      const text = ranges.map(([from, to]) => path.slice(from, to)).join("");
      expect(query === query.toLowerCase() ? text.toLowerCase() : text).toBe(query);
    }
    for (const [index, { score }] of found.entries())
      expect(score).toBeLessThanOrEqual(found[index - 1]?.score ?? score);
  });
  await fc.assert(property, { numRuns: 300 });
});

test("what ignore files leave out is left out, with ripgrep and without; dot files and directories are in", async () => {
  using dir = tempDir();
  put(
    dir.path,
    "src/a.ts",
    "src/deep/b.ts",
    ".github/ci.yml",
    "node_modules/x/y.js",
    "debug.log",
    ".git/config",
    "my file.txt",
  );
  writeFileSync(join(dir.path, ".gitignore"), "node_modules\n*.log\n");
  using withRg = new FileIndex(dir.path);
  using byWalking = new FileIndex(dir.path, { rg: "/nonexistent/rg" });
  for (const index of [withRg, byWalking]) {
    expect((await index.find("")).map(({ path }) => path)).toEqual([
      ".github/",
      ".gitignore",
      "my file.txt",
      "src/",
      ".github/ci.yml",
      "src/a.ts",
      "src/deep/",
      "src/deep/b.ts",
    ]);
    expect((await index.find("./my file")).map(({ path }) => path)).toEqual(["my file.txt"]);
    expect((await index.find("nodemod")).length).toBe(0);
  }
});

test("the list is made anew when it is stale, in the background, and on demand", async () => {
  using dir = tempDir();
  put(dir.path, "first.ts");
  using index = new FileIndex(dir.path, { staleMs: Number.POSITIVE_INFINITY });
  const names = async () => (await index.find("ts")).map(({ path }) => path);
  expect(await names()).toEqual(["first.ts"]);
  put(dir.path, "second.ts");
  expect(await names()).toEqual(["first.ts"]);
  using stale = new FileIndex(dir.path, { staleMs: 0 });
  await stale.find("ts");
  put(dir.path, "third.ts");
  while ((await stale.find("third")).length === 0) await Bun.sleep(5);
  rmSync(dir.path, { recursive: true });
  while ((await stale.find("ts")).length > 0) await Bun.sleep(5);
});

test("a list is bounded, and one without names in common is found whatever its normal form", async () => {
  using dir = tempDir();
  put(dir.path, ...Array.from({ length: 30 }, (_, index) => `f${index}.txt`), "cafe\u0301.md", "caf\u00e9.txt");
  using bounded = new FileIndex(dir.path, { maxPaths: 10 });
  expect(await bounded.find("", 100)).toHaveLength(10);
  using index = new FileIndex(dir.path);
  for (const query of ["caf\u00e9", "cafe\u0301"]) {
    expect((await index.find(query)).map(({ path }) => path).sort()).toEqual(["cafe\u0301.md", "caf\u00e9.txt"]);
  }
});
