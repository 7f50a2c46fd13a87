/** A plain conversation in the terminal: lines in, streamed answers out. What is typed while it works steers it at once. */
import { createInterface, type Interface } from "node:readline";
import { compose } from "./compose.ts";
import type { Config } from "./config.ts";
import { signalCodes } from "./exit.ts";
import { watchSignals } from "./signals.ts";
import { isSlash } from "./slash.ts";
import { TerminalAsks } from "./terminal-asks.ts";
import { completions, runCommand, runLine, type Scene } from "./terminal-commands.ts";
import { printable, styleFor } from "./terminal-text.ts";
import { TerminalView } from "./terminal-view.ts";
import { terminalCall, toldOf } from "./told.ts";
import { Windows } from "./windows.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Resolves to the exit code when the person leaves, the terminal closes or a signal ends it. */
export async function runTerminal(config: Config, env: Env): Promise<number> {
  using stop = watchSignals();
  // A terminal that closes under the program is the end of its input, not a failure.
  for (const stream of [process.stdin, process.stdout]) stream.on("error", () => {});
  await using composed = await compose(config, env, { canAsk: true });
  const { agent, fleet, session, model, extensions } = composed;
  const style = styleFor(process.stdout, env);
  const view = new TerminalView((text) => process.stdout.write(text), style);
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: "> ",
    completer: (line: string) => completions(line, fleet, extensions.commands.listed),
  });
  const asks = new TerminalAsks(fleet, agent.label);
  const windows = new Windows();
  const invite = () => {
    lines.setPrompt(asks.prompt());
    lines.prompt();
  };
  fleet.subscribe((event) => {
    view.show(event, agent.label);
    windows.note(event);
    const told = process.stdout.isTTY ? toldOf(event) : undefined;
    if (told) process.stdout.write(terminalCall(told, env));
    const isAbout = event.type === "asked" || event.type === "answered";
    if (isAbout ? asks.open.length > 0 : event.type === "idle" && event.agent === agent.label) invite();
  });
  lines.on("SIGINT", () => {
    if (agent.isBusy) {
      fleet.command("*", { type: "halt" });
      fleet.command("*", { type: "kill", call: "all" });
      return;
    }
    process.stdout.write(style.dim("\n(Ctrl-D or /quit leaves)\n"));
    invite();
  });
  stop.asked.then(() => lines.close());
  process.stdout.write(style.dim(`sagent · ${model.info.provider} ${model.info.id} · ${config.cwd} · /help\n`));
  invite();
  const print = (text: string) => process.stdout.write(`${printable(text)}\n`);
  await converse({ fleet, root: agent, asks, windows, extensions, print }, lines, invite);
  await session?.flush();
  if (session) process.stdout.write(style.dim(`\nGo on later with: sagent --resume ${session.id}\n`));
  return stop.signal ? signalCodes[stop.signal] : 0;
}

async function converse(scene: Scene, lines: Interface, invite: () => void): Promise<void> {
  for await (const line of lines) {
    const text = line.trim();
    if (isSlash(text) && runCommand(text, scene) === "leave") break;
    const isTaken = text !== "" && !isSlash(text) && runLine(text, scene);
    if (!isTaken) invite();
  }
  lines.close();
}
