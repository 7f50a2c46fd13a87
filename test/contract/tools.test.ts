import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AbortedError } from "../../agent/error.ts";
import { askTool } from "../../tools/ask.ts";
import { editTool } from "../../tools/edit.ts";
import { globTool } from "../../tools/glob.ts";
import { listTool } from "../../tools/list.ts";
import { readTool } from "../../tools/read.ts";
import { writeTool } from "../../tools/write.ts";
import { toolContract } from "./tool.ts";

const hostile = "no/such\n\u001b[31mfile";

function prepare(directory: string): void {
  mkdirSync(join(directory, "some"));
  writeFileSync(join(directory, "a.txt"), "alpha\nbeta\nbeta\n");
  for (const name of ["one", "two", "three"]) writeFileSync(join(directory, "some", name), name);
}

function prepareMany(directory: string): void {
  for (let index = 0; index < 1100; index++) writeFileSync(join(directory, `${index}${"n".repeat(100)}`), "");
}

toolContract(readTool, {
  prepare,
  works: [{ file_path: "a.txt" }, { file_path: "a.txt", offset: 2, limit: 1 }, { file_path: "a.txt", last_lines: 1 }],
  fails: [{ file_path: hostile }, { file_path: "some" }, { file_path: "a.txt", offset: 9 }, { file_path: "\0" }],
  refused: [{}, { file_path: "" }, { file_path: 1 }, { file_path: "a", offset: 0 }, { file_path: "a", limit: "5" }],
  large: {
    prepare: (directory) => writeFileSync(join(directory, "long.txt"), "a line of some length\n".repeat(10_000)),
    args: { file_path: "long.txt" },
  },
});

toolContract(writeTool, {
  prepare,
  works: [{ file_path: "new/b.txt", content: "x" }],
  fails: [
    { file_path: "some", content: "" },
    { file_path: "a.txt/x", content: "" },
    { file_path: "a.txt", content: hostile },
  ],
  refused: [{ file_path: "a" }, { content: "a" }, { file_path: "", content: "" }],
});

toolContract(editTool, {
  prepare,
  works: [
    { file_path: "a.txt", old_string: "alpha", new_string: "" },
    { file_path: "a.txt", old_string: "beta", new_string: "b", replace_all: true },
  ],
  fails: [
    { file_path: hostile, old_string: "a", new_string: "b" },
    { file_path: "a.txt", old_string: "beta", new_string: "b" },
    { file_path: "a.txt", old_string: "none", new_string: "b" },
    { file_path: "a.txt", old_string: "alpha", new_string: "alpha" },
  ],
  refused: [{ file_path: "a" }, { file_path: "a", old_string: "", new_string: "b" }],
});

toolContract(globTool, {
  prepare,
  works: [
    { pattern: "**/*" },
    { pattern: "none" },
    { pattern: "*", path: "some", sort: "size_desc", max_results: 2, offset: 1 },
  ],
  fails: [
    { pattern: "[" },
    { pattern: "*", path: hostile },
    { pattern: "*", path: "a.txt" },
    { pattern: "*", offset: 9 },
  ],
  refused: [{}, { pattern: "" }, { pattern: "*", sort: "age" }, { pattern: "*", max_results: -1 }],
  large: { prepare: prepareMany, args: { pattern: "*" } },
});

toolContract(listTool, {
  prepare,
  works: [{ path: "." }, { path: "some", long: true, max_results: 1 }],
  fails: [{ path: hostile }, { path: "a.txt" }, { path: "\0" }],
  refused: [{}, { path: "" }, { path: ".", max_results: 0 }],
  large: { prepare: prepareMany, args: { path: ".", max_results: 5000 } },
});

toolContract(askTool, {
  prepare,
  context: () => ({
    ask: async (asked) =>
      asked.type === "question" && asked.text.includes("gone")
        ? Promise.reject(new AbortedError())
        : { type: "choice", labels: ["one"] },
  }),
  works: [{ question: "Which?" }, { question: hostile, choices: ["one", "two"], multiple: true }],
  fails: [{ question: "Are you gone?" }],
  refused: [{}, { question: "" }, { question: "a", choices: ["one"] }, { question: "a", choices: ["", "b"] }],
});
