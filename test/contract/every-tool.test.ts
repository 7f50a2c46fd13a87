/** No tool escapes the contract: each that there is has its schema among the snapshots that `toolContract` makes. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { advisorTool } from "../../tools/advisor.ts";
import { builtinTools, chooseTools } from "../../tools/registry.ts";
import { shelfOf } from "../../tools/shelf.ts";

const folder = join(import.meta.dir, "__snapshots__");

test("every tool, offered or on the shelf, and every form of one, is held to the contract", async () => {
  const names = new Set(
    readdirSync(folder).flatMap((file) =>
      [...readFileSync(join(folder, file), "utf8").matchAll(/`(\S+): a model is told of it/g)].map(([, name]) => name),
    ),
  );
  const builtin = [...builtinTools({ canAsk: true }), advisorTool({ model: "m" })];
  const forms = await chooseTools(["apply_patch", "replace"]);
  const shelf = shelfOf({ reload: async () => "" });
  const missing = [...builtin, ...forms, ...shelf].map(({ name }) => name).filter((name) => !names.has(name));
  expect(missing).toEqual([]);
});
