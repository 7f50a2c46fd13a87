/** What a tool call's line says: a verb, what it is about, and how it stands. */

import { looks, type ToolLook } from "./call-looks.ts";
import { plain } from "./plain.ts";
import type { CallStatus, CallView } from "./view.ts";

const unknownTool = { kind: "other", icon: "wrench" } as const;

/** What is known of a tool by its name; of a plug-in's or a server's no more than that it is one. */
export function lookOf(name: string): Pick<ToolLook, "kind" | "icon"> {
  return knownLook(name) ?? (serverTool(name) ? { ...unknownTool, icon: "link" } : unknownTool);
}

const knownLook = (name: string): ToolLook | undefined => (Object.hasOwn(looks, name) ? looks[name] : undefined);

/** `mcp__github__list_issues` as `github: list_issues`. */
function serverTool(name: string): string | undefined {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
  return server === undefined || tool === undefined ? undefined : `${server}: ${tool}`;
}

/** An argument of a call as text: of one that is still written, as far as it got. */
export function argOf({ args, raw }: Pick<CallView, "args" | "raw">, name: string): string {
  const value = args?.[name];
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value.join(", ");
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
  /** What is done. */
  readonly does: string;
  /** What it is done with. One line. */
  readonly subject: string;
  readonly beside: string;
}

const subjectChars = 240;

export function titleOf(call: CallView, cwd: string): CallTitle {
  const look = knownLook(call.name);
  const line = (text: string) => oneLine(shortPath(text, cwd));
  if (!look) return otherTitle(call, line);
  const arg = (name: string) => argOf(call, name);
  const does = typeof look.does === "string" ? look.does : look.does(arg);
  const name = look.subject?.find((each) => arg(each) !== "");
  const near = look.beside?.find((each) => each !== name && arg(each) !== "");
  const files = filesOf(call);
  const about = look.kind === "plan" ? planWords(call) : files.length > 0 ? files.join(", ") : name ? arg(name) : "";
  return { does: oneLine(does), subject: line(about), beside: near === undefined ? "" : line(arg(near)) };
}

/** Of tools from elsewhere: what the tool itself says of the call, once it runs. */
function otherTitle(call: CallView, line: (text: string) => string): CallTitle {
  const { name, label } = call;
  const own = label === name ? "" : label;
  const [, said, rest = ""] = /^([^:]{1,60}): (.*)$/s.exec(own) ?? [];
  const server = serverTool(name);
  if (server !== undefined || own === "") {
    return { does: oneLine(server ?? name), subject: line(firstText(call)), beside: "" };
  }
  return { does: oneLine(said ?? own), subject: line(rest), beside: "" };
}

/** Arguments that choose the words of a title. */
const choosing: readonly string[] = ["op", "operation", "find", "method"];
const mostSaid = 120;

/** What the title leaves out of the arguments, in a line; undefined where they are too much for one. */
export function argsLine(call: CallView): string | undefined {
  const { args, raw, name } = call;
  if (args === undefined || raw !== "") return undefined;
  const look = knownLook(name);
  const first = Object.keys(args).find((each) => typeof args[each] === "string");
  const told = look ? [...choosing, ...(look.subject ?? []), ...(look.beside ?? [])] : [first];
  const isShort = (value: unknown) =>
    typeof value !== "object" && !/\n/.test(`${value}`) && `${value}`.length <= mostSaid;
  const left = Object.entries(args).filter(([each, value]) => !told.includes(each) || !isShort(value));
  if (!left.every(([, value]) => isShort(value))) return undefined;
  return left.map(([each, value]) => `${plain(each)} ${plain(`${value}`)}`).join(" · ");
}

/** `2 of 5 done, now: Write the tests`. */
function planWords({ args }: CallView): string {
  const steps: readonly unknown[] = Array.isArray(args?.todos) ? args.todos : [];
  const of = (wanted: string) =>
    steps.flatMap((step) => {
      const { status, content } = (step ?? {}) as { readonly status?: unknown; readonly content?: unknown };
      return status === wanted ? [String(content)] : [];
    });
  const [now] = of("in_progress");
  return `${of("completed").length} of ${steps.length} done${now === undefined ? "" : `, now: ${now}`}`;
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

function firstText({ args = {} }: CallView): string {
  const text = Object.values(args).find((value) => typeof value === "string");
  return typeof text === "string" ? text : "";
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
