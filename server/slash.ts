/**
 * What a person may say besides a task, in the terminal and on the page: one table for the help, for completion and for
 * doing it. A line is read into an action, which is data; each surface performs it. Browser-safe.
 */
import { type Command, efforts } from "../agent/command.ts";
import type { CallId } from "../agent/message.ts";
import {
  type Action,
  type ActionWith,
  type ArgumentKind,
  type Choice,
  choices,
  type LocalOf,
  type Shared,
  type SlashCommand,
  type Surface,
  thinkingSettings,
} from "./slash-command.ts";

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
      return chosen("/model", "effort", effort, (effort) => say({ type: "switch", model, settings: { effort } }));
    },
  },
  {
    name: "/effort",
    usage: "LEVEL",
    help: `how hard the model tries: ${efforts.join(", ")}`,
    args: ["effort"],
    parse: (text) => chosen("/effort", "effort", text, (effort) => say({ type: "switch", settings: { effort } })),
  },
  {
    name: "/thinking",
    usage: "MODE",
    help: `how the model thinks: ${choices.thinking.join(", ")}`,
    args: ["thinking"],
    parse: (text) =>
      chosen("/thinking", "thinking", text, (mode) => say({ type: "switch", settings: thinkingSettings[mode] })),
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
  {
    ...bare("/cost", "what it has cost, and how far the provider lets one go", { type: "local", name: "cost" }),
    alias: "/usage",
  },
  bare("/reload", "read again what the project and you wrote: plug-ins, skills, commands, hooks, instructions", {
    type: "local",
    name: "reload",
  }),
  bare("/help", "this list", { type: "local", name: "help" }),
];

const tables: { readonly [On in Surface]: readonly SlashCommand<LocalOf[On]>[] } = {
  terminal: [
    ...shared,
    {
      name: "/answer",
      usage: "[ASK] TEXT|N",
      help: "answer a question, the oldest or the one named; so does a plain line while one is open",
      args: ["text"],
      parse: (text) =>
        text === "" ? wrong("/answer needs a text or a number.") : { type: "local", name: "answer", text },
    },
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
      parse: (text) => chosen("/export", "format", text, (format) => ({ type: "local", name: "export", format })),
    },
    {
      name: "/theme",
      usage: "NAME",
      help: `change the colours: ${choices.theme.join(", ")}`,
      args: ["theme"],
      parse: (text) => chosen("/theme", "theme", text, (theme) => ({ type: "local", name: "theme", theme })),
    },
  ],
};

/** A line that is a command, or is meant as one; a path is not. */
export function isSlash(line: string): boolean {
  return /^\/(?:[a-z][\w:-]*)?(?:\s|$)/.test(line);
}

/** The commands of a surface, in the order of its help. */
export function slashCommands<On extends Surface>(on: On): readonly SlashCommand<LocalOf[On]>[] {
  return tables[on];
}

/** Reads a line that begins with `/`. `own` are names of commands that somebody wrote; those that are built in come first. */
export function parseSlash<On extends Surface>(line: string, on: On, own: readonly string[] = []): Action<On> {
  const [name, text] = cut(line.trim());
  const command = slashCommands(on).find((each) => each.name === name || each.alias === name);
  if (command) return command.parse(text);
  if (own.includes(name)) return { type: "own", line: line.trim() };
  return wrong(`There is no command ${name}. /help lists those there are.`);
}

/** The end of a line that is being typed, and what could stand there. */
export interface Unfinished {
  readonly kind: "command" | Exclude<ArgumentKind, "text">;
  readonly word: string;
  /** Where the word begins in the line. */
  readonly from: number;
}

/** Undefined where there is nothing to complete: in free text, behind the last argument, for an unknown command. */
export function unfinished(line: string, on: Surface): Unfinished | undefined {
  const words = line.split(/\s+/);
  const [name = ""] = words;
  const word = words.at(-1) ?? "";
  const from = line.length - word.length;
  if (words.length === 1) return isSlash(line) ? { kind: "command", word, from } : undefined;
  const kind = tables[on].find((each) => each.name === name)?.args[words.length - 2];
  return kind === undefined || kind === "text" ? undefined : { kind, word, from };
}

/** A line a command. */
export function slashHelp(on: Surface): string {
  return tables[on].map(({ name, usage, help }) => `${`${name} ${usage}`.padEnd(26)} ${help}`).join("\n");
}

function bare<Own>(name: `/${string}`, help: string, action: ActionWith<Own>): SlashCommand<Own> {
  return {
    name,
    usage: "",
    help,
    args: [],
    parse: (text) => (text === "" ? action : wrong(`${name} takes nothing behind it.`)),
  };
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
  name: string,
  kind: Kind,
  word: string,
  then: (value: Value<Kind>) => ActionWith<Own>,
): ActionWith<Own> {
  const known: readonly Value<Kind>[] = choices[kind];
  const value = known.find((each) => each === word);
  if (value) return then(value);
  return wrong(`${word === "" ? `${name} needs` : `"${word}" is not`} one of: ${known.join(", ")}.`);
}

/** The first word, and the rest as it was typed. */
function cut(text: string): readonly [word: string, rest: string] {
  const end = text.search(/\s/);
  return end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end).trim()];
}
