import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { forbiddenImports, importCycles, lapses, type Sources } from "./check/architecture.ts";
import { importsOf } from "./check/imports.ts";

const root = join(import.meta.dir, "..");
const packageJson = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const declared = new Set(Object.keys({ ...packageJson.dependencies, ...packageJson.optionalDependencies }));

function readSources(): Sources {
  const patterns = ["*.ts", "{agent,providers,tools,server,ui,build,examples,test}/**/*.{ts,tsx}"];
  const files = patterns.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: root })]).sort();
  return new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
}

const sources = readSources();
const own = "test/architecture.test.ts";

test("every file imports only what the table allows", () => {
  expect(sources.size).toBeGreaterThan(20);
  expect(forbiddenImports(sources, declared)).toEqual([]);
});

test("no files import each other in a circle", () => {
  expect(importCycles(sources)).toEqual([]);
});

test("no file is over 300 lines, switches a check off, or holds a test that does not run", () => {
  const others = new Map([...sources].filter(([file]) => file !== own && file !== "test/check/architecture.ts"));
  expect(lapses(others)).toEqual([]);
});

test("every way to import is seen", () => {
  const source = [
    'import { a } from "one";',
    'import type { B } from "two";',
    "import {\n  c,\n  type D,\n} from 'three';",
    'import "four";',
    'export * from "five";',
    'export { type E } from "six";',
    'const f = await import("seven");',
    "const g = import(`eight`);",
    'type H = typeof import("nine");',
    'const i = require("ten");',
    "const j = import(name);",
    "const k = import(`./$" + "{name}.ts`);",
    'import l, * as m from "eleven";',
    '// import n from "no";',
    "/**\n * import o from 'no'\n */",
    'const p = /["\'`]/; import q from "thirteen";',
    'import r from "twelve";',
  ].join("\n");
  expect(importsOf(source).map((each) => each.specifier ?? "?")).toEqual([
    "one",
    "two",
    "three",
    "five",
    "six",
    "eleven",
    "thirteen",
    "twelve",
    "four",
    "seven",
    "eight",
    "nine",
    "ten",
    "?",
    "?",
  ]);
  expect(
    importsOf(source)
      .filter((each) => each.typeOnly)
      .map((each) => each.specifier ?? "?"),
  ).toEqual(["two", "six", "nine"]);
});

const planted: readonly [file: string, source: string][] = [
  ["agent/loop.ts", 'import { x } from "../providers/openai.ts";'],
  ["agent/loop.ts", 'import type { X } from "../tools/bash.ts";'],
  ["agent/loop.ts", 'import { x } from "./index.ts";'],
  ["agent/loop.ts", 'import OpenAI from "openai";'],
  ["agent/event.ts", 'import { readFile } from "node:fs";'],
  ["agent/message.ts", 'import { x } from "./error.ts";'],
  ["agent/index.ts", 'export { x } from "../server/flags.ts";'],
  ["providers/openai.ts", 'const t = await import("../tools/bash.ts");'],
  ["providers/openai.ts", 'import type { X } from "../agent/loop.ts";'],
  ["providers/local/llama.ts", 'import { x } from "../../agent/session.ts";'],
  ["providers/registry.ts", "await import(name);"],
  ["providers/openai.ts", 'import x from "not-declared/deep";'],
  ["tools/read.ts", 'import { x } from "../providers/registry.ts";'],
  ["tools/read.ts", 'const x = require("../server/main.ts");'],
  ["server/main.ts", 'import "../ui/main.tsx";'],
  ["server/main.ts", 'import { x } from "../test/support/index.ts";'],
  ["ui/main.tsx", 'import { x } from "../server/app.ts";'],
  ["ui/main.tsx", 'import { x } from "../agent/loop.ts";'],
  ["ui/main.tsx", 'import type { X } from "../agent/loop.ts";'],
  ["ui/main.tsx", 'import { x } from "../server/protocol-schema.ts";'],
  ["ui/state/a.ts", 'const schema = await import("../../agent/event-schema.ts");'],
  ["ui/main.tsx", 'import { join } from "node:path";'],
  ["agent/command.ts", 'import { z } from "zod";'],
  ["agent/command.ts", 'import { x } from "./command-schema.ts";'],
  ["server/slash.ts", 'import { UsageError } from "../agent/error.ts";'],
  ["server/slash.ts", 'import { x } from "../agent/command-schema.ts";'],
  ["server/slash.ts", 'import type { Fleet } from "../agent/fleet.ts";'],
  ["server/protocol.ts", 'import { z } from "zod";'],
  ["server/protocol.ts", 'export { x } from "./protocol-schema.ts";'],
  ["server/codec.ts", 'import { x } from "./hub.ts";'],
  ["server/codec.ts", 'import { Buffer } from "node:buffer";'],
  ["examples/a.ts", 'import { Agent } from "../agent/index.ts";'],
  ["setup.ts", 'import { z } from "zod";'],
  ["elsewhere/a.ts", ""],
];

test.each([...planted])("a bad edge is caught: %s, %s", (file, source) => {
  expect(forbiddenImports(new Map([[file, source]]), declared)).toHaveLength(1);
});

const good: readonly [file: string, source: string][] = [
  [
    "agent/loop.ts",
    'import { z } from "zod"; \nimport { join } from "node:path";\nimport type { X } from "./tool.ts";',
  ],
  ["agent/index.ts", 'const p = () => import("../providers/registry.ts");'],
  ["providers/local/llama.ts", 'import type { Model } from "../../agent/model.ts";\nawait import("node-llama-cpp");'],
  ["tools/read.ts", 'import { open } from "node:fs/promises";\nimport { x } from "../agent/provider-error.ts";'],
  ["server/main.ts", 'import { x } from "../agent/loop.ts";\nimport { y } from "../tools/registry.ts";'],
  ["ui/main.tsx", 'import type { App } from "../server/app.ts";\nimport { e } from "../agent/event.ts";'],
  ["ui/state/a.ts", 'import { f } from "../../server/codec.ts";\nimport { parseSlash } from "../../server/slash.ts";'],
  ["server/protocol.ts", 'export type { X } from "./protocol-schema.ts";\nimport type { Y } from "../agent/model.ts";'],
  ["server/codec.ts", 'import { x } from "../agent/message.ts";\nimport { y } from "./protocol.ts";'],
  ["server/protocol-schema.ts", 'import { z } from "zod";\nimport { x } from "../agent/command-schema.ts";'],
  ["setup.ts", 'const { f } = await import("./setup-chromium.ts");'],
  ["examples/a.ts", 'import { Agent } from "sagent";\nimport { all } from "sagent/tools";'],
  ["test/a.test.ts", 'import { x } from "../agent/loop.ts";\nimport fc from "fast-check";'],
];

test.each([...good])("a good edge is let be: %s, %s", (file, source) => {
  expect(forbiddenImports(new Map([[file, source]]), declared)).toEqual([]);
});

test("a circle is caught, one of types is not", () => {
  const circle = new Map([
    ["agent/a.ts", 'import { b } from "./b.ts";'],
    ["agent/b.ts", 'const c = import("./c.ts");'],
    ["agent/c.ts", 'import { a } from "./a.ts";'],
    ["agent/d.ts", 'import type { E } from "./e.ts";'],
    ["agent/e.ts", 'import { d } from "./d.ts";'],
  ]);
  expect(importCycles(circle)).toEqual(["agent/a.ts -> agent/b.ts -> agent/c.ts -> agent/a.ts"]);
});

test("lapses are caught", () => {
  const source = ["// biome-ignore x", "const a = b as any;", "// @ts-expect-error", "test.skip('x', f);", "fine();"];
  expect(lapses(new Map([["a.ts", source.join("\n")]])).map((each) => each.split(": ")[0])).toEqual([
    "a.ts:1",
    "a.ts:2",
    "a.ts:3",
    "a.ts:4",
  ]);
  expect(lapses(new Map([["long.ts", "x\n".repeat(301)]]))).toEqual(["long.ts: 301 lines, more than 300"]);
  expect(lapses(new Map([["ui/view/long.tsx", "x\n".repeat(201)]]))).toEqual([
    "ui/view/long.tsx: 201 lines, more than 200",
  ]);
});
