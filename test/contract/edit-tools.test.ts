import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { applyPatchTool } from "../../tools/apply-patch.ts";
import { multiEditTool } from "../../tools/multi-edit.ts";
import { replaceTool } from "../../tools/replace.ts";
import { patchOf } from "../tools/patches.ts";
import { toolContract } from "./tool.ts";

const hostile = "no/such\n\u001b[31mfile";

function prepare(directory: string): void {
  mkdirSync(join(directory, "some"));
  writeFileSync(join(directory, "a.txt"), "alpha\nbeta\nbeta\n");
}

toolContract(applyPatchTool, {
  prepare,
  works: [
    { input: patchOf("*** Update File: a.txt", "-alpha", "+a") },
    { input: patchOf("*** Add File: some/b.txt", "+b", "*** Delete File: a.txt") },
  ],
  fails: [
    { input: hostile },
    { input: patchOf("*** Delete File: some") },
    { input: patchOf("*** Update File: \u001b[31m\0", "-x") },
    { input: patchOf("*** Update File: a.txt", "-gamma") },
    { input: patchOf("*** Add File: a.txt/x", "+x") },
  ],
  refused: [{}, { input: "" }, { input: 1 }, { patch: "x" }],
});

toolContract(multiEditTool, {
  prepare,
  works: [
    { edits: [{ file_path: "a.txt", old_string: "alpha", new_string: "" }] },
    {
      edits: [
        { file_path: "a.txt", old_string: "beta", new_string: "b", replace_all: true },
        { file_path: "some/b.txt", old_string: "", new_string: "b" },
      ],
    },
  ],
  fails: [
    { edits: [{ file_path: hostile, old_string: "a", new_string: "b" }] },
    { edits: [{ file_path: "some", old_string: "a", new_string: "b" }] },
    { edits: [{ file_path: "\0", old_string: "a", new_string: "b" }] },
    { edits: [{ file_path: "a.txt", old_string: "beta", new_string: "b" }] },
  ],
  refused: [
    {},
    { edits: [] },
    { edits: [{ file_path: "a.txt", old_string: "a" }] },
    { edits: [{ file_path: "", old_string: "a", new_string: "" }] },
  ],
});

toolContract(replaceTool, {
  prepare,
  works: [
    { file_path: "a.txt", instruction: "Leave it out.", old_string: "alpha", new_string: "" },
    { file_path: "a.txt", old_string: "beta", new_string: "b", expected_replacements: 2 },
    { file_path: "some/b.txt", old_string: "", new_string: "b" },
  ],
  fails: [
    { file_path: hostile, old_string: "a", new_string: "b" },
    { file_path: "a.txt", old_string: "beta", new_string: "b" },
    { file_path: "a.txt", old_string: "alpha", new_string: "alpha" },
    { file_path: "a.txt", old_string: "", new_string: "b" },
  ],
  refused: [
    { file_path: "a" },
    { file_path: "", old_string: "a", new_string: "" },
    { file_path: "a", old_string: "a", new_string: "", expected_replacements: 0 },
  ],
});
