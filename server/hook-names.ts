/** Tools as hooks know them: by the names, and with the fields, that Claude Code has for the same things. */
import { isAbsolute, resolve } from "node:path";
import type { ToolOutput } from "../agent/tool.ts";
import { type PatchFile, readPatch } from "../tools/edit/patch-text.ts";

const theirs: Readonly<Record<string, string>> = {
  AgentSpawn: "Task",
  List: "LS",
  Ask: "AskUserQuestion",
  Todo: "TodoWrite",
  replace: "Edit",
};

const nameForHooks = (name: string) => theirs[name] ?? name;

/** What matchers of a call are held against: whoever guards edits guards edits of several files too. */
export const namesOf = (told: string, own: string): readonly string[] =>
  own === "MultiEdit" ? [own, "Edit"] : [...new Set([told, own])];

/** A call as hooks are told of it. */
export interface ToldCall {
  readonly name: string;
  readonly input: unknown;
  /** The input has the call's own fields, so what a hook makes of it can be the call's. */
  readonly isOwn: boolean;
}

/** One that changes several files is told as one for each, by the names and with the fields that hooks guard files by. */
export function callsForHooks(name: string, args: unknown, cwd: string): readonly ToldCall[] {
  const told = (name: string, input: unknown, isOwn = false) => ({ name, input: inputForHooks(input, cwd), isOwn });
  if (name === "MultiEdit") return editsByFile(args).map((input) => told("MultiEdit", input));
  if (name === "apply_patch") {
    const calls = filesOf(args).flatMap(callsForFile);
    if (calls.length > 0) return calls.map(({ name, input }) => told(name, input));
  }
  return [told(nameForHooks(name), args, true)];
}

function editsByFile(args: unknown): readonly object[] {
  const edits: readonly unknown[] = isObject(args) && Array.isArray(args.edits) ? args.edits : [];
  const files = Map.groupBy(edits.filter(isObject), ({ file_path }) => file_path);
  return [...files].map(([file_path, all]) => ({ file_path, edits: all.map(({ file_path: _, ...edit }) => edit) }));
}

/** None where the patch cannot be read: it will not be applied either. */
function filesOf(args: unknown): readonly PatchFile[] {
  try {
    return isObject(args) && typeof args.input === "string" ? readPatch(args.input) : [];
  } catch {
    return [];
  }
}

function callsForFile(file: PatchFile): readonly { readonly name: string; readonly input: object }[] {
  const file_path = file.path;
  switch (file.type) {
    case "add":
      return [{ name: "Write", input: { file_path, content: file.text } }];
    case "delete":
      return [{ name: "Edit", input: { file_path, old_string: "", new_string: "" } }];
    case "update": {
      const side = (without: "add" | "drop") =>
        file.chunks
          .flatMap(({ lines }) => lines.filter(({ type }) => type !== without).map(({ text }) => text))
          .join("\n");
      const edit = { name: "Edit", input: { file_path, old_string: side("add"), new_string: side("drop") } };
      if (file.moveTo === undefined) return [edit];
      return [edit, { name: "Write", input: { file_path: file.moveTo, content: side("drop") } }];
    }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Paths are absolute. */
function inputForHooks(args: unknown, cwd: string): unknown {
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
