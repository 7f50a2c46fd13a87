/** Tools as hooks know them: by the names, and with the fields, that Claude Code has for the same things. */
import { isAbsolute, resolve } from "node:path";
import type { ToolOutput } from "../agent/tool.ts";

const theirs: Readonly<Record<string, string>> = {
  AgentSpawn: "Task",
  List: "LS",
  Ask: "AskUserQuestion",
  Todo: "TodoWrite",
};

export const nameForHooks = (name: string) => theirs[name] ?? name;

/** Paths are absolute. */
export function inputForHooks(args: unknown, cwd: string): unknown {
  if (typeof args !== "object" || args === null || !("file_path" in args)) return args;
  const { file_path } = args;
  return typeof file_path === "string" && !isAbsolute(file_path) && !file_path.startsWith("~")
    ? { ...args, file_path: resolve(cwd, file_path) }
    : args;
}

export function responseForHooks(name: string, input: unknown, { text, isError = false }: ToolOutput): object {
  const path = typeof input === "object" && input !== null && "file_path" in input ? { filePath: input.file_path } : {};
  const shell =
    name === "Bash" ? { stdout: text.replace(/\n?\[exit code -?\d+\]$/, ""), stderr: "", interrupted: false } : {};
  return { success: !isError, content: text, ...path, ...shell };
}
