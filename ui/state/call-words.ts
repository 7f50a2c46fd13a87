/** What a tool call's line says: a verb, what it is about, and how it stands. */

import type { IconName } from "../view/icon.tsx";
import { plain } from "./plain.ts";
import type { CallStatus, CallView } from "./view.ts";

/** How the opened call is shown. */
export type CallKind = "shell" | "change" | "read" | "search" | "agent" | "ask" | "other";

interface ToolLook {
  readonly kind: CallKind;
  readonly icon: IconName;
  /** The argument that says most. */
  readonly subject?: string;
  /** What stands behind it, if it is given. */
  readonly beside?: string;
}

const looks: Readonly<Record<string, ToolLook>> = {
  Bash: { kind: "shell", icon: "terminal", subject: "command" },
  Read: { kind: "read", icon: "file", subject: "file_path" },
  Write: { kind: "change", icon: "plus", subject: "file_path" },
  Edit: { kind: "change", icon: "pencil", subject: "file_path" },
  replace: { kind: "change", icon: "pencil", subject: "file_path" },
  apply_patch: { kind: "change", icon: "pencil", subject: "input" },
  MultiEdit: { kind: "change", icon: "pencil" },
  Git: { kind: "other", icon: "fork", subject: "operation", beside: "ref" },
  Grep: { kind: "search", icon: "search", subject: "pattern", beside: "path" },
  Glob: { kind: "search", icon: "search", subject: "pattern", beside: "path" },
  List: { kind: "search", icon: "folder", subject: "path" },
  AgentSpawn: { kind: "agent", icon: "agent", subject: "prompt" },
  AgentSend: { kind: "agent", icon: "send", subject: "content" },
  AgentSelf: { kind: "other", icon: "settings", subject: "status" },
  Job: { kind: "other", icon: "list", subject: "operation", beside: "id" },
  Advisor: { kind: "ask", icon: "sparkle", subject: "prompt" },
  WebSearch: { kind: "other", icon: "search", subject: "query" },
  WebFetch: { kind: "other", icon: "file", subject: "url" },
  PaperSearch: { kind: "other", icon: "search", subject: "query" },
  PaperDetails: { kind: "other", icon: "file", subject: "ids", beside: "operation" },
  PaperAuthor: { kind: "other", icon: "agent", subject: "query", beside: "operation" },
  PaperFetch: { kind: "other", icon: "file", subject: "ids", beside: "pages" },
  PaperGraph: { kind: "other", icon: "fork", subject: "ids" },
  LSP: { kind: "other", icon: "search", subject: "op", beside: "name" },
  ToolSearch: { kind: "other", icon: "wrench", subject: "query" },
  Ask: { kind: "ask", icon: "question", subject: "question" },
};
const unknownTool: ToolLook = { kind: "other", icon: "wrench" };

export function lookOf(name: string): ToolLook {
  return Object.hasOwn(looks, name) ? (looks[name] ?? unknownTool) : unknownTool;
}

/** An argument of a call as text: of one that is still written, as far as it got. */
export function argOf({ args, raw }: Pick<CallView, "args" | "raw">, name: string): string {
  const value = args?.[name];
  if (typeof value === "string") return value;
  if (value !== undefined) return JSON.stringify(value);
  return args ? "" : writtenArg(raw, name);
}

/** Of arguments as long as a file only the beginning is looked at. */
const headChars = 4_096;

/** A text argument in JSON that has not ended yet. */
function writtenArg(raw: string, name: string): string {
  const head = raw.slice(0, headChars);
  const key = head.indexOf(`${JSON.stringify(name)}:`);
  if (key < 0) return "";
  const [, text = ""] = /^\s*"((?:[^"\\]|\\.)*)/s.exec(head.slice(key + name.length + 3)) ?? [];
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return "";
  }
}

export interface CallTitle {
  readonly name: string;
  /** One line. */
  readonly subject: string;
  readonly beside: string;
}

const subjectChars = 240;

export function titleOf(call: CallView, cwd: string): CallTitle {
  const { subject, beside } = lookOf(call.name);
  const files = filesOf(call);
  const about = files.length > 0 ? files.join(", ") : subject === undefined ? firstText(call) : argOf(call, subject);
  const near = beside === undefined ? "" : argOf(call, beside);
  return { name: call.name, subject: oneLine(shortPath(about, cwd)), beside: oneLine(shortPath(near, cwd)) };
}

/** Paths that a change of several files names, as far as its arguments are written. */
export function filesOf({ name, args, raw }: Pick<CallView, "name" | "args" | "raw">): string[] {
  if (name === "apply_patch") {
    const headers = argOf({ args, raw }, "input").matchAll(/^\*\*\* (?:Add|Delete|Update) File:[ \t]*(.*\S)/gm);
    return [...new Set(Array.from(headers, ([, path = ""]) => path))];
  }
  if (name !== "MultiEdit" || !Array.isArray(args?.edits)) return [];
  const paths = args.edits.map((edit) =>
    typeof edit === "object" && edit !== null && "file_path" in edit ? edit.file_path : "",
  );
  return [...new Set(paths.filter((path) => typeof path === "string" && path !== ""))] as string[];
}

function firstText({ args = {}, label, name }: CallView): string {
  const text = Object.values(args).find((value) => typeof value === "string");
  return typeof text === "string" ? text : label === name ? "" : label;
}

export function oneLine(text: string): string {
  return plain(text.slice(0, subjectChars)).replace(/\s+/g, " ").trim();
}

/** A path as seen from where the agent works. */
export function shortPath(path: string, cwd: string): string {
  if (cwd === "" || cwd === "/") return path;
  return path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path;
}

const words: Readonly<Record<CallStatus, string>> = {
  written: "being written",
  running: "running",
  background: "in the background",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
};

export const statusWord = (status: CallStatus): string => words[status];

/** It may still be stopped. */
export const isRunning = ({ status }: CallView): boolean => status === "running" || status === "background";

/** The line that says why a call came to nothing: for a process the status at the end, else the first. */
export function whyOf({ result, details }: Pick<CallView, "result" | "details">): string {
  const lines = result.split("\n").filter((line) => line.trim() !== "");
  const line = details?.type === "process" ? (lines.at(-1) ?? "").replace(/^\[(.*)\]$/, "$1") : lines[0];
  return oneLine(line ?? "");
}
