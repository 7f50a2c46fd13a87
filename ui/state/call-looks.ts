/** How the calls of each tool look: what is done, an icon, and the arguments that say most. */
import type { IconName } from "../view/icon.tsx";

/** How the opened call is shown. */
export type CallKind = "shell" | "change" | "read" | "search" | "agent" | "ask" | "plan" | "other";

/** Reads an argument of the call as text; empty where it is not there. */
type Arg = (name: string) => string;

export interface ToolLook {
  readonly kind: CallKind;
  readonly icon: IconName;
  /** What is done, such as `Search the web for`. */
  readonly does: string | ((arg: Arg) => string);
  /** The arguments that say most: the first that is given. */
  readonly subject?: readonly string[];
  /** Where it is done: the first that is given and is not the subject. */
  readonly beside?: readonly string[];
}

const edit = { kind: "change", icon: "pencil", does: "Edit", subject: ["file_path"] } as const;

/** The entry for an argument's value; the first one where it has another, or none. */
const by =
  (name: string, words: Readonly<Record<string, string>>) =>
  (arg: Arg): string =>
    (Object.hasOwn(words, arg(name)) ? words[arg(name)] : Object.values(words)[0]) ?? "";

const lspWords = {
  definition: "Find the definition of",
  references: "Find uses of",
  implementation: "Find implementations of",
  hover: "Describe",
  callers: "Find callers of",
  callees: "Find what is called by",
  rename: "Rename",
  diagnostics: "Check for errors",
  symbols: "List symbols of",
  status: "Look at the language servers",
  restart: "Restart the language server of",
};

export const looks: Readonly<Record<string, ToolLook>> = {
  Bash: { kind: "shell", icon: "terminal", does: "Run", subject: ["command"] },
  Read: { kind: "read", icon: "file", does: "Read", subject: ["file_path"] },
  Write: { kind: "change", icon: "plus", does: "Write", subject: ["file_path"] },
  Edit: edit,
  replace: edit,
  apply_patch: { ...edit, subject: [] },
  MultiEdit: { ...edit, subject: [] },
  Git: {
    kind: "other",
    icon: "fork",
    does: (arg) => `Git ${arg("operation")}`.trim(),
    subject: ["ref", "message", "worktree"],
    beside: ["worktree"],
  },
  Grep: { kind: "search", icon: "search", does: "Search for", subject: ["pattern"], beside: ["path"] },
  Glob: { kind: "search", icon: "search", does: "Find files", subject: ["pattern"], beside: ["path"] },
  List: { kind: "search", icon: "folder", does: "List", subject: ["path"] },
  AgentSpawn: {
    kind: "agent",
    icon: "agent",
    does: (arg) => `Start agent ${arg("label")}`.trim(),
    subject: ["prompt"],
  },
  AgentSend: { kind: "agent", icon: "send", does: (arg) => `Tell ${arg("to")}`.trim(), subject: ["content"] },
  AgentSelf: { kind: "other", icon: "settings", does: "Tune", subject: ["target", "status"] },
  Job: { kind: "other", icon: "list", does: (arg) => `Job ${arg("operation")}`.trim(), subject: ["id"] },
  Todo: { kind: "plan", icon: "list", does: "Plan", subject: [] },
  Advisor: { kind: "ask", icon: "sparkle", does: "Ask the advisor", subject: ["prompt"] },
  Ask: { kind: "ask", icon: "question", does: "Ask", subject: ["question"] },
  WebSearch: { kind: "other", icon: "globe", does: "Search the web for", subject: ["query"] },
  WebFetch: { kind: "other", icon: "globe", does: by("method", { GET: "Fetch", POST: "Post to" }), subject: ["url"] },
  PaperSearch: { kind: "other", icon: "book", does: "Search papers for", subject: ["query"] },
  PaperDetails: {
    kind: "other",
    icon: "book",
    does: by("operation", {
      details: "Look up papers",
      references: "List references of",
      citations: "List citations of",
      bibtex: "Cite",
    }),
    subject: ["ids"],
  },
  PaperAuthor: { kind: "other", icon: "agent", does: "Look up the author", subject: ["query", "ids"] },
  PaperFetch: { kind: "other", icon: "book", does: "Read papers", subject: ["ids"] },
  PaperGraph: { kind: "other", icon: "fork", does: "Follow the citations of", subject: ["ids"] },
  LSP: {
    kind: "other",
    icon: "search",
    does: by("op", lspWords),
    subject: ["name", "query", "file_path"],
    beside: ["file_path"],
  },
  RepoMap: { kind: "other", icon: "folder", does: "Map the code", subject: ["query", "path"], beside: ["path"] },
  CodeSearch: {
    kind: "other",
    icon: "search",
    does: by("find", { definitions: "Find definitions of", uses: "Find uses of", outline: "Outline" }),
    subject: ["query", "path"],
    beside: ["path"],
  },
  Sql: {
    kind: "other",
    icon: "columns",
    does: (arg) => (arg("query") === "" ? "Look at the tables of" : "Query"),
    subject: ["query", "file"],
    beside: ["file"],
  },
  Skill: { kind: "other", icon: "sparkle", does: "Use the skill", subject: ["skill"] },
  Reload: { kind: "other", icon: "retry", does: "Reload plug-ins, skills, commands and hooks", subject: [] },
  ToolSearch: { kind: "other", icon: "wrench", does: "Look for tools", subject: ["query"] },
};
