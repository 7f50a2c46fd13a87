import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gitTool } from "../../tools/git.ts";
import { toolContract } from "./tool.ts";

const hostile = "no such\n\u001b[31mref";

function prepare(directory: string, lines = 1): void {
  const env = { PATH: process.env.PATH ?? "", HOME: directory };
  const git = (...args: string[]) => {
    const { exitCode, stderr } = Bun.spawnSync(["git", ...args], { cwd: directory, env });
    if (exitCode !== 0) throw new Error(stderr.toString());
  };
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Test");
  git("config", "user.email", "test@example.com");
  writeFileSync(join(directory, "a.txt"), "one\n");
  git("add", "a.txt");
  git("commit", "--quiet", "--message", "first");
  writeFileSync(join(directory, "a.txt"), "another line\n".repeat(lines));
}

toolContract(gitTool(), {
  prepare: (directory) => prepare(directory),
  works: [
    { operation: "status" },
    { operation: "diff", paths: ["a.txt"] },
    { operation: "log", ref: "main" },
    { operation: "worktrees" },
    { operation: "commit", message: "second", paths: ["a.txt"] },
    { operation: "review", ref: "main" },
    { operation: "merge", ref: "main" },
  ],
  fails: [
    { operation: "diff", ref: hostile },
    { operation: "log", ref: "--all" },
    { operation: "commit", message: "m" },
    { operation: "commit", message: "m", paths: ["../x"] },
    { operation: "merge", ref: hostile },
    { operation: "remove", worktree: hostile },
    { operation: "abort" },
    { operation: "status", worktree: hostile },
  ],
  refused: [
    {},
    { operation: "push" },
    { operation: "diff", offset: 0 },
    { operation: "commit", message: " ", paths: ["a"] },
    { operation: "commit", paths: [] },
  ],
  large: { prepare: (directory) => prepare(directory, 20_000), args: { operation: "diff" } },
});
