/** What a press of a key would do now, in words: the line beside the field says it before it is done. */
import type { AgentCard } from "../../server/protocol.ts";

/**
 * `joining`: the session is being loaded. `working`: the agent is at work, a question to the person included. `halted`:
 * it rests, and messages wait for the person to go on. `ended`: it is no more.
 */
export type Mode = "new" | "joining" | "idle" | "working" | "halted" | "ended";

export interface Standing {
  readonly session: string | undefined;
  readonly card: Pick<AgentCard, "state" | "asks" | "ended"> | undefined;
  readonly waiting: number;
}

export function modeOf({ session, card, waiting }: Standing): Mode {
  if (session === undefined) return "new";
  if (!card) return "joining";
  if (card.ended) return "ended";
  if (card.state === "idle") return waiting > 0 ? "halted" : "idle";
  if (card.state !== "waiting" || card.asks > 0) return "working";
  return waiting > 0 ? "halted" : "idle";
}

export interface Writing {
  readonly mode: Mode;
  /** Words or pictures are in the field. */
  readonly hasContent: boolean;
  readonly isSlash: boolean;
  /** A list of completions is open. */
  readonly isChoosing: boolean;
  /** Esc was pressed a moment ago, and tools still run. */
  readonly canKill: boolean;
  readonly isAsked: boolean;
}

/** A key and what it does. */
export interface Hint {
  readonly keys?: string;
  readonly text: string;
}

export function hintsOf({ mode, hasContent, isSlash, isChoosing, canKill, isAsked }: Writing): readonly Hint[] {
  const halt: Hint = canKill
    ? { keys: "escape", text: "again ends the running tools" }
    : { keys: "escape", text: "halts" };
  const newLine: Hint = { keys: "shift+enter", text: "new line" };
  if (isChoosing) {
    return [
      { keys: "enter", text: "chooses" },
      { keys: "escape", text: "closes the list" },
    ];
  }
  if (isSlash) return [{ keys: "enter", text: "runs the command" }, ...(mode === "working" ? [halt] : [])];
  switch (mode) {
    case "joining":
      return [{ text: "Loading the session…" }];
    case "ended":
      return [{ text: "This agent has ended: it hears nothing any more." }];
    case "halted":
      return hasContent
        ? [{ keys: "enter", text: "sends this, then the queue" }, newLine]
        : [{ text: "Halted, the queue is kept." }, { keys: "enter", text: "goes on" }];
    case "working":
      if (hasContent) return [{ keys: "enter", text: "steers at once" }, { keys: "tab", text: "queues" }, halt];
      return [{ text: isAsked ? "It waits for your answer; what you write steers it." : "Write to steer." }, halt];
    default:
      return [{ keys: "enter", text: mode === "new" ? "begins a session" : "sends" }, newLine];
  }
}
