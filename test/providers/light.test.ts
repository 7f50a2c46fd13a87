/** What a start with a key in the environment loads: no schemas, no OAuth and no SDK. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");
const transpiler = new Bun.Transpiler({ loader: "ts" });

/** The files and packages that a file imports before anything runs, and what those import. */
function reached(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.startsWith("/") || !file.endsWith(".ts")) return seen;
  for (const { kind, path } of transpiler.scanImports(readFileSync(file, "utf8"))) {
    if (kind === "import-statement") reached(path.startsWith(".") ? join(file, "..", path) : path, seen);
  }
  return seen;
}

const packagesOf = (file: string) => [...reached(join(root, file))].filter((path) => !/^\/|^node:/.test(path));

test("finding a key, hiding it and reading the command line need no package", () => {
  for (const file of ["providers/auth.ts", "providers/credentials.ts", "providers/registry.ts", "server/start.ts"]) {
    expect([file, packagesOf(file)]).toEqual([file, []]);
  }
  expect(packagesOf("providers/login-fetch.ts")).toEqual([]);
  expect(packagesOf("providers/oauth-login.ts")).toEqual(["oauth4webapi"]);
  expect(reached(join(root, "server/start.ts")).size).toBeGreaterThan(5);
});
