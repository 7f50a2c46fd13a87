/** A directory to apply patches in. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { applyPatchTool } from "../../tools/apply-patch.ts";
import { tempDir } from "../support/temp-dir.ts";
import { patchOf } from "./patches.ts";
import { placeAt } from "./tool-bench.ts";

/** A directory with these files. */
export function project(files: Readonly<Record<string, string | Buffer>> = {}) {
  const dir = tempDir({ memory: true });
  const at = (name: string) => join(dir.path, name);
  for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content);
  const place = placeAt(dir.path);
  return {
    path: dir.path,
    at,
    place,
    read: (name: string) => readFileSync(at(name), "utf8"),
    async patch(...parts: string[]) {
      const { text, isError = false, details } = await place.run(applyPatchTool, { input: patchOf(...parts) });
      return { text: text.replaceAll(`${dir.path}/`, ""), isError, details };
    },
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}
