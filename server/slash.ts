/**
 * What a person may say besides a task, in the terminal and on the page: one table for the help, for completion and for
 * doing it. A line is read into an action, which is data; each surface performs it. Browser-safe.
 */
import { type Command, efforts, type SettingsPatch } from "../agent/command.ts";
import type { CallId } from "../agent/message.ts";

/** What an argument names, and so what completes it. `text` is all the rest of the line. */
export type ArgumentKind = "agent" | "call" | "model" | "session" | "text" | Choice;

type Choice = keyof typeof choices;

/** The arguments whose values are known beforehand. */
export const choices = {
  effort: efforts,
  thinking: ["adaptive", "on", "off", "redact"],
  format: ["markdown", "json", "html"],
  theme: ["system", "light", "dark"],
} as const;

export type ThinkingMode = (typeof choices.thinking)[number];
export type ExportFormat = (typeof choices.format)[number];
export type Theme = (typeof choices.theme)[number];

/** What a thinking mode asks of a model; the two knobs are offered together or not at all. */
export const thinkingSettings = {
  adaptive: { thinkingBudget: "auto", thinkingOutput: "text" },
  on: { thinkingBudget: "fixed", thinkingOutput: "text" },
  off: { thinkingBudget: "none", thinkingOutput: "none" },
  redact: { thinkingBudget: "auto", thinkingOutput: "redacted" },
} as const satisfies Record<ThinkingMode, SettingsPatch>;

interface Local<Name extends string> {
  readonly type: "local";
  readonly name: Name;
}

/** What every surface does by itself. */
type Shared =
  | Local<"help" | "model" | "agents" | "cost">
  /** `agent` absent: the one that the person talks to. */
  | (Local<"status"> & { readonly agent?: string })
  /** A child of the agent that the person talks to, which stays. */
  | (Local<"spawn"> & { readonly label: string; readonly text: string });

/** What each surface does by itself, with no command to an agent. */
export interface LocalOf {
  readonly terminal: Shared | Local<"quit">;
  readonly page:
    | Shared
    | Local<"new" | "fork">
    | (Local<"resume"> & { readonly session?: string })
    | (Local<"rename"> & { readonly title: string })
    | (Local<"export"> & { readonly format: ExportFormat })
    | (Local<"theme"> & { readonly theme: Theme });
}

export type Surface = keyof LocalOf;

type ActionWith<Own> =
  /** `target` absent: the agent that the person talks to. */
  | { readonly type: "command"; readonly target?: string; readonly command: Command }
  | { readonly type: "error"; readonly text: string }
  | Own;

/** What a line asks for. */
export type Action<On extends Surface = Surface> = ActionWith<LocalOf[On]>;

export interface SlashCommand<Own = LocalOf[Surface]> {
  readonly name: `/${string}`;
  readonly alias?: `/${string}`;
  /** The arguments as the help shows them; empty for none. */
  readonly usage: string;
  readonly help: string;
  /** What the arguments name, in their order. */
  readonly args: readonly ArgumentKind[];
  /** `text` is what stands behind the name, as it was typed, without the white space around it. */
  parse(text: string): ActionWith<Own>;
}

const shared: readonly SlashCommand<Shared>[] = [
  {
    name: "/model",
    usage: "[NAME] [EFFORT]",
    help: "use another model, or say which it is",
    args: ["model", "effort"],
    parse(text) {
      const [model, effort] = cut(text);
      if (model === "") return { type: "local", name: "model" };
      if (effort === "") return say({ type: "switch", model });
      return chosen("effort", effort, (effort) => say({ type: "switch", model, settings: { effort } }));
    },
  },
  {
    name: "/effort",
    usage: "LEVEL",
    help: `how hard the model tries: ${efforts.join(", ")}`,
    args: ["effort"],
    parse: (text) => chosen("effort", text, (effort) => say({ type: "switch", settings: { effort } })),
  },
  {
    name: "/thinking",
    usage: "MODE",
    help: `how the model thinks: ${choices.thinking.join(", ")}`,
    args: ["thinking"],
    parse: (text) => chosen("thinking", text, (mode) => say({ type: "switch", settings: thinkingSettings[mode] })),
  },
  {
    name: "/queue",
    usage: "TEXT",
    help: "say this when all of the present work is done",
    args: ["text"],
    parse: (text) => (text === "" ? wrong("/queue needs the text.") : say(queued(text))),
  },
  bare("/clear", "forget the conversation", say({ type: "clear" })),
  {
    name: "/compact",
    usage: "[WHAT TO KEEP]",
    help: "shorten the conversation",
    args: ["text"],
    parse: (hint) => say({ type: "compact", ...(hint === "" ? {} : { hint }) }),
  },
  bare("/agents", "who is at work, on what, at what cost", { type: "local", name: "agents" }),
  {
    name: "/status",
    usage: "[WHO]",
    help: "what an agent does, with which model, how full its context is",
    args: ["agent"],
    parse: (agent) => ({ type: "local", name: "status", ...(agent === "" ? {} : { agent }) }),
  },
  {
    name: "/spawn",
    usage: "LABEL TEXT",
    help: "begin another agent, which stays, with this task",
    args: ["text", "text"],
    parse(line) {
      const [label, text] = cut(line);
      return text === "" ? wrong("/spawn needs a label and a task.") : { type: "local", name: "spawn", label, text };
    },
  },
  {
    name: "/send",
    usage: "WHO TEXT",
    help: "say something to another agent: a label, worker-*, {a,b} or /expression/",
    args: ["agent", "text"],
    parse(line) {
      const [who, text] = cut(line);
      return text === "" ? wrong("/send needs an agent and the text.") : say({ type: "prompt", text }, who);
    },
  },
  {
    name: "/halt",
    usage: "[WHO]",
    help: "stop what the model is saying; tools go on",
    args: ["agent"],
    parse: (who) => say({ type: "halt" }, who),
  },
  onCalls("kill", "end running tools"),
  onCalls("detach", "let running tools go on in the background"),
  onCalls("undetach", "wait for them again"),
  bare("/cost", "what it has cost", { type: "local", name: "cost" }),
  bare("/help", "this list", { type: "local", name: "help" }),
];

const tables: { readonly [On in Surface]: readonly SlashCommand<LocalOf[On]>[] } = {
  terminal: [
    ...shared,
    {
      name: "/quit",
      alias: "/exit",
      usage: "",
      help: "leave (or Ctrl-D); Ctrl-C stops everything that goes on",
      args: [],
      parse: () => ({ type: "local", name: "quit" }),
    },
  ],
  page: [
    ...shared,
    bare("/new", "begin another session", { type: "local", name: "new" }),
    {
      name: "/resume",
      usage: "[SESSION]",
      help: "go on with another session",
      args: ["session"],
      parse: (session) => ({ type: "local", name: "resume", ...(session === "" ? {} : { session }) }),
    },
    bare("/fork", "begin a session with a copy of this conversation", { type: "local", name: "fork" }),
    {
      name: "/rename",
      usage: "TITLE",
      help: "give the session another title",
      args: ["text"],
      parse: (title) => (title === "" ? wrong("/rename needs a title.") : { type: "local", name: "rename", title }),
    },
    {
      name: "/export",
      usage: "FORMAT",
      help: `save the session as a file: ${choices.format.join(", ")}`,
      args: ["format"],
      parse: (text) => chosen("format", text, (format) => ({ type: "local", name: "export", format })),
    },
    {
      name: "/theme",
      usage: "NAME",
      help: `change the colours: ${choices.theme.join(", ")}`,
      args: ["theme"],
      parse: (text) => chosen("theme", text, (theme) => ({ type: "local", name: "theme", theme })),
    },
  ],
};

/** A line that is a command, or is meant as one; a path is not. */
export function isSlash(line: string): boolean {
  return /^\/[a-z]*(?:\s|$)/.test(line);
}

/** The commands of a surface, in the order of its help. */
export function slashCommands<On extends Surface>(on: On): readonly SlashCommand<LocalOf[On]>[] {
  return tables[on];
}

/** Reads a line that begins with `/`. */
export function parseSlash<On extends Surface>(line: string, on: On): Action<On> {
  const [name, text] = cut(line.trim());
  const command = slashCommands(on).find((each) => each.name === name || each.alias === name);
  return command ? command.parse(text) : wrong(`There is no command ${name}. /help lists those there are.`);
}

/** A line a command. */
export function slashHelp(on: Surface): string {
  return tables[on].map(({ name, usage, help }) => `${`${name} ${usage}`.padEnd(26)} ${help}`).join("\n");
}

function bare<Own>(name: `/${string}`, help: string, action: ActionWith<Own>): SlashCommand<Own> {
  return { name, usage: "", help, args: [], parse: () => action };
}

function onCalls(type: "kill" | "detach" | "undetach", help: string): SlashCommand<never> {
  return {
    name: `/${type}`,
    usage: "CALL|all [WHO]",
    help,
    args: ["call", "agent"],
    parse(text) {
      const [call, who] = cut(text);
      return isCalls(call) ? say({ type, call }, who) : wrong(`/${type} needs the id of a call, such as c3, or all.`);
    },
  };
}

const isCalls = (text: string): text is CallId | "all" => text === "all" || /^c\d+$/.test(text);

const wrong = (text: string) => ({ type: "error", text }) as const;

const queued = (text: string) => ({ type: "prompt", policy: "when-idle", text }) as const;

/** A command to `who`, or where that is empty to the agent that the person talks to. */
function say(command: Command, who = ""): ActionWith<never> {
  return { type: "command", command, ...(who === "" ? {} : { target: who }) };
}

type Value<Kind extends Choice> = (typeof choices)[Kind][number];

function chosen<Kind extends Choice, Own>(
  kind: Kind,
  word: string,
  then: (value: Value<Kind>) => ActionWith<Own>,
): ActionWith<Own> {
  const known: readonly Value<Kind>[] = choices[kind];
  const value = known.find((each) => each === word);
  return value ? then(value) : wrong(`"${word}" is not one of: ${known.join(", ")}.`);
}

/** The first word, and the rest as it was typed. */
function cut(text: string): readonly [word: string, rest: string] {
  const end = text.search(/\s/);
  return end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end).trim()];
}
