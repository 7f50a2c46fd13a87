/** Whom a message is for. Pure: what there is comes in, and a decision goes out. */
import type { Thread } from "./incoming.ts";

export type SlackCommand =
  | { readonly type: "help" }
  | { readonly type: "list" }
  | { readonly type: "create"; readonly persona: string; readonly label: string }
  | { readonly type: "stop"; readonly label: string };

export type Route =
  | { readonly type: "agent"; readonly agent: string; readonly text: string; readonly by: Reason }
  | { readonly type: "command"; readonly command: SlackCommand }
  /** It is for us, and nobody knows for whom of us. */
  | { readonly type: "guidance" }
  /** People talk to each other. */
  | { readonly type: "ignore" };

export type Reason = "reaction" | "log channel" | "name" | "thread" | "sole agent";

/** What is to be routed. A message's text is without the mention of the bot. */
export type Routed =
  | { readonly type: "reaction"; readonly channel: string; readonly ts: string; readonly text: string }
  | {
      readonly type: "message";
      readonly thread: Thread;
      readonly text: string;
      /** It mentions the bot, or only the bot reads it. */
      readonly isAddressed: boolean;
    };

export interface SlackWorld {
  readonly agents: readonly { readonly label: string; readonly logChannel?: string | undefined }[];
  /** The agent that a thread belongs to, or that wrote a message; undefined for nobody who is still there. */
  ownerOf(thread: Thread): string | undefined;
}

/** The first that fits: owner of what was reacted to, log channel, name, owner of the thread, command, the only agent. */
export function route(routed: Routed, world: SlackWorld): Route {
  if (routed.type === "reaction") {
    const owner = world.ownerOf(routed);
    return owner === undefined ? { type: "ignore" } : toAgent(owner, routed.text, "reaction");
  }
  const { thread, text, isAddressed } = routed;
  const home = world.agents.find(({ logChannel }) => logChannel === thread.channel);
  if (home) return toAgent(home.label, text, "log channel");
  const named = findNamed(text, isAddressed, world);
  if (named) return toAgent(named.label, named.rest, "name");
  const owner = world.ownerOf(thread);
  if (owner !== undefined) return toAgent(owner, text, "thread");
  if (!isAddressed) return { type: "ignore" };
  const command = readCommand(text);
  if (command) return { type: "command", command };
  const [sole, ...others] = world.agents;
  if (sole && others.length === 0 && text !== "") return toAgent(sole.label, text, "sole agent");
  return { type: "guidance" };
}

const toAgent = (agent: string, text: string, by: Reason): Route => ({ type: "agent", agent, text, by });

/** `reviewer: look`, `reviewer, look`; said to the bot also `reviewer look`. The longest name wins. */
function findNamed(text: string, isAddressed: boolean, { agents }: SlackWorld) {
  const labels = agents.map(({ label }) => label).sort((a, b) => b.length - a.length);
  for (const label of labels) {
    const isThere = text.slice(0, label.length).toLowerCase() === label.toLowerCase();
    const after = /^\s*([:,])?(\s+|$)/.exec(text.slice(label.length));
    if (!isThere || !after || (after[1] === undefined && !isAddressed)) continue;
    return { label, rest: text.slice(label.length + after[0].length) };
  }
  return undefined;
}

/** Undefined for what is no command. */
export function readCommand(text: string): SlackCommand | undefined {
  const [word = "", ...rest] = text.trim().split(/\s+/);
  const [name, as, label, ...more] = rest;
  switch (word.toLowerCase()) {
    case "help":
      return rest.length === 0 ? { type: "help" } : undefined;
    case "list":
      return rest.length === 0 ? { type: "list" } : undefined;
    case "stop":
      return name !== undefined && as === undefined ? { type: "stop", label: name } : undefined;
    case "create":
      if (name === undefined || more.length > 0) return undefined;
      if (as === undefined) return { type: "create", persona: name, label: name };
      return as.toLowerCase() === "as" && label !== undefined ? { type: "create", persona: name, label } : undefined;
    default:
      return undefined;
  }
}
