import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { ToolOutput } from "../../agent/tool.ts";
import { grep } from "../../tools/grep.ts";
import type { Backend, GrepArgs } from "../../tools/grep-query.ts";
import { findRg, rgBackend } from "../../tools/grep-rg.ts";
import { walkBackend } from "../../tools/grep-walk.ts";
import { makeTree } from "./grep-tree.ts";
import { contextAt } from "./tool-bench.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "sagent-grep-")));
makeTree(root);
afterAll(() => rmSync(root, { recursive: true }));

const rg = findRg() ?? "";

const search = (backend: Backend, args: GrepArgs): Promise<ToolOutput> => grep(args, contextAt(root), backend);

/** The walk may say that it cannot; what it does answer must be what ripgrep answers. */
async function expectSame(args: GrepArgs): Promise<ToolOutput> {
  const [walked, ripped] = await Promise.all([search(walkBackend, args), search(rgBackend(rg), args)]);
  if (walked.text.includes("ripgrep (rg) is not installed")) expect(walked.isError).toBe(true);
  else expect({ args, ...walked }).toEqual({ args, ...ripped });
  return walked;
}

test("ripgrep is here to compare with", () => {
  expect(rg).not.toBe("");
});

const patterns = [
  ...[
    "foo",
    "bar",
    "FOO",
    "foo$",
    "^foo",
    "^$",
    "^",
    "$",
    "foo bar",
    "fo+",
    "(foo|bar)",
    "(?:b)(?P<x>a)[rz]",
    "(?i)FOO",
  ],
  ...[
    "\\bfoo\\b",
    "\\Boo",
    "\\w+",
    "\\W",
    "\\d{2,3}",
    "\\D",
    "\\s",
    "\\S\\s",
    "\\s$",
    "[^a]",
    "[^\\s]+$",
    ".",
    "o.b",
    ".*",
  ],
  ...[
    "[a-c]r",
    "[\\w-]+\\.",
    "[]x]",
    "[^]f]",
    "x{5}",
    "\\x66oo",
    "\\u{66}oo",
    "\\.",
    "\\{\\}",
    "\\t",
    "ü",
    "[à-ÿ]",
    "straße",
  ],
  ...[
    "😀",
    "i",
    "ı",
    "k",
    "s",
    "日.語",
    "foo?",
    "fo*?",
    "a|",
    "z{0}",
    "x*",
    "\\r",
    "(",
    "foo{",
    "*a",
    "[a",
    "a**",
    "\\q",
    "[[:alpha:]]",
  ],
];

test.each(patterns)("both find the same: %j", async (pattern) => {
  const content = { output_mode: "content", "-C": 1 } as const;
  for (const args of [{}, { "-i": true }, { multiline: true }, content, { ...content, multiline: true }]) {
    await expectSame({ pattern, ...args });
  }
});

test("the walk can do all that a search line by line commonly asks", async () => {
  const common = patterns.slice(0, patterns.indexOf("\\r"));
  const answers = await Promise.all(common.map((pattern) => search(walkBackend, { pattern })));
  expect(answers.filter(({ isError }) => isError)).toEqual([]);
});

test("both filter the same", async () => {
  const globs = [
    "*.ts",
    "*.{ts,tsx}",
    "**/*.ts",
    "a/**",
    "a/*.ts",
    "/a.ts",
    "sub/**/out.ts",
    "!*.ts",
    "[a-c]*",
    ".*",
    "*",
    "?.ts",
  ];
  const seen = new Set<string>();
  for (const glob of [...globs, "{a", "a/", "odd*", "größe.ts", "Makefile", "{a,keep}.*", "*.log", "build/*"]) {
    seen.add((await expectSame({ pattern: "foo|bar", glob })).text);
    await expectSame({ pattern: "foo|bar", exclude: glob, type: "ts" });
    await expectSame({ pattern: "foo|bar", exclude: glob });
  }
  expect(seen.size).toBeGreaterThan(12);
  for (const type of ["ts", "py", "md", "json", "js", "nosuch", "toString"]) await expectSame({ pattern: "foo", type });
  for (const path of [
    "a",
    "a.ts",
    "link.ts",
    "linked",
    "build",
    "debug.log",
    "nul-early.bin",
    "nowhere",
    ".",
    ".hidden",
    "empty.txt",
  ]) {
    await expectSame({ pattern: "foo", path, output_mode: "content" });
    await expectSame({ pattern: "foo", path, glob: "*.py" });
  }
});

test("both agree on any mix of options and pieces of patterns", async () => {
  const piece = fc.constantFrom(
    "foo",
    "bar",
    "o",
    ".",
    "\\w",
    "\\s",
    "[^o]",
    "b?",
    "^",
    "$",
    "\\b",
    "(fo|ba)",
    "o+",
    " ",
    "r*",
    "\\d",
    "é",
  );
  const small = fc.nat({ max: 4 });
  const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const args = fc.record(
    {
      pattern: fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join("")),
      output_mode: fc.constantFrom("content", "count", "files_with_matches") as fc.Arbitrary<"content">,
      glob: fc.constantFrom("*.ts", "*.txt", "a/**"),
      "-A": small,
      "-B": small,
      "-i": fc.boolean(),
      "-n": fc.boolean(),
      multiline: fc.boolean(),
      keep_first: fc.nat({ max: 300 }),
      keep_last: maybe(fc.nat({ max: 30 })),
      offset: fc.nat({ max: 500 }),
    },
    { requiredKeys: ["pattern"] },
  );
  await fc.assert(
    fc.asyncProperty(args, async ({ keep_last, ...rest }) => {
      await expectSame({ ...rest, ...(keep_last === undefined ? {} : { keep_last }) });
    }),
    { numRuns: 120 },
  );
}, 60_000);
