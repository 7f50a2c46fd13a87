/** A plain conversation in the terminal: lines in, streamed answers out. What is typed while it works steers it at once. */
import { createInterface, type Interface } from "node:readline";
import type { Agent } from "../agent/agent.ts";
import { compose } from "./compose.ts";
import type { Config } from "./config.ts";
import { signalCodes } from "./exit.ts";
import { watchSignals } from "./signals.ts";
import { styleFor } from "./terminal-text.ts";
import { TerminalView } from "./terminal-view.ts";

type Env = Readonly<Record<string, string | undefined>>;

const help = `Type a task and press Enter. While it works, what you type reaches it at once.
/model NAME   use another model      /clear    forget the conversation
/compact      shorten it             /cost     what it has cost
/quit         leave (or Ctrl-D)      Ctrl-C    stop what is going on
`;

/** Resolves to the exit code when the person leaves, the terminal closes or a signal ends it. */
export async function runTerminal(config: Config, env: Env): Promise<number> {
  using stop = watchSignals();
  // A terminal that closes under the program is the end of its input, not a failure.
  for (const stream of [process.stdin, process.stdout]) stream.on("error", () => {});
  await using composed = await compose(config, env);
  const { agent, session, model } = composed;
  const style = styleFor(process.stdout, env);
  const view = new TerminalView((text) => process.stdout.write(text), style);
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: "> " });
  let busy = false;
  agent.subscribe((event) => {
    view.show(event);
    if (event.type === "state") busy = event.state !== "idle" && event.state !== "waiting";
    if (event.type === "idle") lines.prompt();
  });
  lines.on("SIGINT", () => {
    if (busy) {
      agent.send({ type: "halt" });
      agent.send({ type: "kill", call: "all" });
      return;
    }
    process.stdout.write(style.dim("\n(Ctrl-D or /quit leaves)\n"));
    lines.prompt();
  });
  stop.asked.then(() => lines.close());
  process.stdout.write(style.dim(`sagent · ${model.info.provider} ${model.info.id} · ${config.cwd} · /help\n`));
  lines.prompt();
  await converse(agent, lines);
  await session?.flush();
  if (session) process.stdout.write(style.dim(`\nGo on later with: sagent --resume ${session.id}\n`));
  return stop.signal ? signalCodes[stop.signal] : 0;
}

async function converse(agent: Agent, lines: Interface): Promise<void> {
  for await (const line of lines) {
    const text = line.trim();
    if (text === "/quit" || text === "/exit") break;
    if (text === "") lines.prompt();
    else if (text.startsWith("/")) command(agent, text, lines);
    else agent.send({ type: "prompt", text });
  }
  lines.close();
}

function command(agent: Agent, text: string, lines: Interface): void {
  const [name = "", ...rest] = text.split(/\s+/);
  const argument = rest.join(" ");
  switch (name) {
    case "/clear":
      agent.send({ type: "clear" });
      break;
    case "/compact":
      agent.send({ type: "compact", ...(argument ? { hint: argument } : {}) });
      break;
    case "/model":
      if (argument) agent.send({ type: "switch", model: argument });
      else process.stdout.write(`${agent.snapshot().model.provider} ${agent.snapshot().model.model}\n`);
      break;
    case "/cost":
      process.stdout.write(`$${agent.snapshot().treeCostUsd.toFixed(4)}\n`);
      break;
    case "/help":
      process.stdout.write(help);
      break;
    default:
      process.stdout.write(`There is no command ${name}.\n${help}`);
  }
  lines.prompt();
}
