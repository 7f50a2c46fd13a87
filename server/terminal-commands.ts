/** What a person may say in the terminal besides a task: one table for the help and for doing it. */
import type { Agent } from "../agent/agent.ts";
import type { Command } from "../agent/command.ts";
import { SagentError, UsageError } from "../agent/error.ts";
import type { Fleet } from "../agent/fleet.ts";
import type { CallId } from "../agent/message.ts";

export interface Scene {
  readonly fleet: Fleet;
  /** The agent that the person talks to. */
  readonly root: Agent;
  readonly print: (text: string) => void;
}

interface Entry {
  readonly usage: string;
  readonly help: string;
  run(scene: Scene, words: readonly string[]): void;
}

const table: Readonly<Record<string, Entry>> = {
  "/model": {
    usage: "/model [NAME]",
    help: "use another model, or say which it is",
    run({ root, print }, [model]) {
      if (model !== undefined) return root.send({ type: "switch", model });
      const { provider, model: name } = root.snapshot().model;
      print(`${provider} ${name}`);
    },
  },
  "/queue": {
    usage: "/queue TEXT",
    help: "say this when all of the present work is done",
    run: ({ root }, words) => root.send({ type: "prompt", policy: "when-idle", text: words.join(" ") }),
  },
  "/clear": { usage: "/clear", help: "forget the conversation", run: ({ root }) => root.send({ type: "clear" }) },
  "/compact": {
    usage: "/compact [WHAT TO KEEP]",
    help: "shorten the conversation",
    run: ({ root }, words) => root.send({ type: "compact", ...(words.length > 0 ? { hint: words.join(" ") } : {}) }),
  },
  "/agents": {
    usage: "/agents",
    help: "who is at work, on what, at what cost",
    run({ fleet, print }) {
      for (const { path, state, model, costUsd, status } of fleet.living()) {
        print(`${path}  ${state}  ${model.model}  $${costUsd.toFixed(4)}  ${status}`.trimEnd());
      }
    },
  },
  "/send": {
    usage: "/send WHO TEXT",
    help: "say something to another agent: a label, worker-*, {a,b} or /expression/",
    run: ({ fleet }, [who = "", ...words]) => void fleet.command(who, { type: "prompt", text: words.join(" ") }),
  },
  "/halt": {
    usage: "/halt [WHO]",
    help: "stop what the model is saying; tools go on",
    run: ({ fleet, root }, [who = root.label]) => void fleet.command(who, { type: "halt" }),
  },
  "/kill": { usage: "/kill CALL|all [WHO]", help: "end running tools", run: onCalls("kill") },
  "/detach": {
    usage: "/detach CALL|all [WHO]",
    help: "let running tools go on in the background",
    run: onCalls("detach"),
  },
  "/undetach": { usage: "/undetach CALL|all [WHO]", help: "wait for them again", run: onCalls("undetach") },
  "/cost": {
    usage: "/cost",
    help: "what it has cost",
    run: ({ root, print }) => print(`$${root.snapshot().treeCostUsd.toFixed(4)}`),
  },
};

function onCalls(type: "kill" | "detach" | "undetach"): Entry["run"] {
  return ({ fleet, root }, [call = "", who = root.label]) => {
    if (!isTarget(call)) throw new UsageError(`/${type} needs the id of a call, such as c3, or all.`);
    const command: Command = { type, call };
    fleet.command(who, command);
  };
}

const isTarget = (text: string): text is CallId | "all" => text === "all" || /^c\d+$/.test(text);

export function commandHelp(): string {
  const lines = Object.values(table).map(({ usage, help }) => `${usage.padEnd(26)} ${help}`);
  const quit = `${"/quit".padEnd(26)} leave (or Ctrl-D); Ctrl-C stops everything that goes on`;
  return `Type a task and press Enter. While it works, what you type reaches it at once.\n${[...lines, quit].join("\n")}`;
}

/** Does what a line that begins with `/` says; what is wrong with it is printed. */
export function runCommand(line: string, scene: Scene): void {
  const [name = "", ...words] = line.split(/\s+/);
  const entry = table[name];
  if (!entry) return scene.print(name === "/help" ? commandHelp() : `There is no command ${name}.\n${commandHelp()}`);
  try {
    entry.run(scene, words);
  } catch (error) {
    if (!(error instanceof SagentError)) throw error;
    scene.print([error.message, error.hint].filter(Boolean).join("\n  "));
  }
}
