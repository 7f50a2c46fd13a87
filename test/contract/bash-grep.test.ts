import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bashTool } from "../../tools/bash.ts";
import { grepTool } from "../../tools/grep.ts";
import { toolContract } from "./tool.ts";

const prepare = (directory: string) => writeFileSync(join(directory, "a.txt"), "alpha\nbeta\n");

toolContract(bashTool, {
  prepare,
  writesAnywhere: true,
  stuck: { command: "sleep 60", timeout: 50 },
  works: [
    { command: "cat a.txt" },
    { command: "env" },
    { command: "true", timeout: 5000, description: "Does nothing" },
  ],
  fails: [{ command: "exit 3" }, { command: "no_such_command" }, { command: "if then" }, { command: "kill -9 $$" }],
  refused: [{}, { command: "" }, { command: 1 }, { command: "a", timeout: "1" }],
  large: { prepare, args: { command: "seq 1 100000; seq 1 100000 >&2" } },
});

toolContract(grepTool, {
  prepare,
  works: [
    { pattern: "alpha" },
    { pattern: "none" },
    { pattern: "a$", output_mode: "content", "-C": 1, "-i": true, keep_last: 1 },
  ],
  fails: [
    { pattern: "(" },
    { pattern: "a", path: "no/such\n\u001b[31mfile" },
    { pattern: "a", type: "none" },
    { pattern: "a", glob: "[" },
  ],
  refused: [
    {},
    { pattern: "" },
    { pattern: "a", "-C": -1 },
    { pattern: "a", offset: 1.5 },
    { pattern: "a", output_mode: "all" },
  ],
  large: {
    prepare: (directory) =>
      writeFileSync(join(directory, "many.txt"), "alpha and so on, word by word\n".repeat(20_000)),
    args: { pattern: "alpha", output_mode: "content" },
  },
});
