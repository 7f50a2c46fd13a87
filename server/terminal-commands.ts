/** Does in the terminal what a line that begins with `/` asks for. The commands are in `slash.ts`. */
import type { Agent } from "../agent/agent.ts";
import { SagentError } from "../agent/error.ts";
import type { Fleet } from "../agent/fleet.ts";
import type { CommandRow } from "./api.ts";
import { sendSaid } from "./command-send.ts";
import type { Extensions } from "./extensions.ts";
import { parseSlash, slashCommands, slashHelp, type Unfinished, unfinished } from "./slash.ts";
import { type Action, choices, type LocalOf } from "./slash-command.ts";
import type { TerminalAsks } from "./terminal-asks.ts";
import { type Windows, windowLines } from "./windows.ts";

export interface Scene {
  readonly fleet: Fleet;
  /** The agent that the person talks to. */
  readonly root: Agent;
  readonly asks: TerminalAsks;
  /** What the project, plug-ins and the person wrote beside. */
  readonly extensions?: Pick<Extensions, "commands" | "reload"> | undefined;
  /** What providers told of their limits. */
  readonly windows: Windows;
  readonly print: (text: string) => void;
}

export function commandHelp(own: readonly CommandRow[] = []): string {
  const rows = own.map(({ name, usage, description }) => `${`${name} ${usage}`.padEnd(26)} ${description}`);
  return [
    `Type a task and press Enter. While it works, what you type reaches it at once;\nwhile a question is open, it answers that, and /send says something else.\n${slashHelp("terminal")}`,
    ...rows,
  ].join("\n");
}

/** A line that is no command: it answers the oldest open question, or it is a message. False where it was not taken. */
export function runLine(text: string, scene: Scene): boolean {
  try {
    if (scene.asks.open.length > 0) scene.asks.answer(text);
    else scene.root.send({ type: "prompt", text });
    return true;
  } catch (error) {
    printError(error, scene);
    return false;
  }
}

/** What is wrong with the line is printed. Tells whether the person wants to leave. */
export function runCommand(line: string, scene: Scene): "stay" | "leave" {
  const own = scene.extensions?.commands.listed.map(({ name }) => name);
  const action = parseSlash(line, "terminal", own);
  if (action.type === "local" && action.name === "quit") return "leave";
  try {
    perform(action, scene);
  } catch (error) {
    printError(error, scene);
  }
  return "stay";
}

/** What the Tab key offers for the end of a line, and the word that it stands for. */
export function completions(
  line: string,
  fleet: Fleet,
  own: readonly CommandRow[] = [],
): [offered: string[], word: string] {
  const end = unfinished(line, "terminal");
  if (!end) return [[], line];
  return [candidates(end.kind, fleet, own).filter((each) => each.startsWith(end.word)), end.word];
}

function candidates(kind: Unfinished["kind"], fleet: Fleet, own: readonly CommandRow[]): readonly string[] {
  switch (kind) {
    case "command":
      return [
        ...slashCommands("terminal").map(({ name, args }) => (args.length > 0 ? `${name} ` : name)),
        ...own.map(({ name, usage }) => (usage === "" ? name : `${name} `)),
      ];
    case "agent":
      return fleet.living().map(({ label }) => label);
    case "call":
      return ["all"];
    case "model":
    case "session":
      return [];
    default:
      return choices[kind];
  }
}

function perform(action: Action<"terminal">, scene: Scene): void {
  const { fleet, root, print } = scene;
  switch (action.type) {
    case "error":
      return print(action.text);
    case "own":
      return void own(action.line, scene);
    case "command":
      if (action.target === undefined) root.send(action.command);
      else fleet.command(action.target, action.command);
      return;
    case "local":
      return performHere(action, scene);
  }
}

function performHere(action: LocalOf["terminal"], scene: Scene): void {
  const { asks, fleet, root, print } = scene;
  switch (action.name) {
    case "help":
      return print(commandHelp(scene.extensions?.commands.listed));
    case "model": {
      const { provider, model } = root.snapshot().model;
      return print(`${provider} ${model}`);
    }
    case "agents":
      for (const { path, state, model, costUsd, status } of fleet.living()) {
        print(`${path}  ${state}  ${model.model}  $${costUsd.toFixed(4)}  ${status}`.trimEnd());
      }
      return;
    case "status":
      return print(statusOf(fleet, action.agent ?? root.label));
    case "cost":
      print(`$${root.snapshot().treeCostUsd.toFixed(4)}`);
      for (const line of windowLines(scene.windows.all, Date.now())) print(line);
      return;
    case "spawn":
      spawn(action, scene).catch((error) => printError(error, scene));
      return;
    case "reload":
      return void reload(scene);
    case "answer":
      return asks.answerNamed(action.text);
    case "quit":
      return;
  }
}

function statusOf(fleet: Fleet, label: string): string {
  const { path, state, status, model, settings, rounds, contextTokens, windowTokens, subtreeUsd, leftUsd } =
    fleet.report(label);
  const used = Object.values(contextTokens).reduce((sum, tokens) => sum + tokens, 0);
  return [
    `${path}: ${state}${status === "" ? "" : `, ${status}`}`,
    `model    ${model.provider} ${model.model}, effort ${settings.effort}, thinking ${settings.thinkingOutput}`,
    `context  ${count(used)} of ${count(windowTokens)} tokens`,
    `rounds   ${rounds}`,
    `cost     $${subtreeUsd.toFixed(4)}${leftUsd === null ? "" : `, $${leftUsd.toFixed(4)} left`}`,
  ].join("\n");
}

const count = (tokens: number) => tokens.toLocaleString("en");

/** The child is the person's own: nobody but them is told of its answers. */
async function spawn({ label, text }: { readonly label: string; readonly text: string }, scene: Scene): Promise<void> {
  const { fleet, root, print } = scene;
  const request = { prompt: text, label, persistent: true, notify: false };
  const link = { callId: "c0", signal: new AbortController().signal, progress: () => {} } as const;
  await fleet.spawn(root.label, request, link);
  print(`"${label}" has begun. /send ${label} TEXT reaches it.`);
}

async function own(line: string, scene: Scene): Promise<void> {
  const { extensions, fleet, root } = scene;
  if (!extensions) return;
  try {
    await sendSaid(extensions.commands, fleet, root.label, { type: "prompt", text: line });
  } catch (error) {
    printError(error, scene);
  }
}

async function reload(scene: Scene): Promise<void> {
  try {
    scene.print((await scene.extensions?.reload()) ?? "There is nothing to read again.");
  } catch (error) {
    printError(error, scene);
  }
}

function printError(error: unknown, { print }: Scene): void {
  if (!(error instanceof SagentError)) throw error;
  print([error.message, error.hint].filter(Boolean).join("\n  "));
}
