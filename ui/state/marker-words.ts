/** What happened between messages, in words. */
import type { IconName } from "../view/icon.tsx";
import { plural, shownCount, shownUsd } from "./format.ts";
import type { MarkerItem } from "./view.ts";

export interface MarkerWords {
  readonly icon: IconName;
  readonly tone: "plain" | "warn" | "bad";
  readonly text: string;
  readonly hint?: string | undefined;
  /** An agent to go to. */
  readonly agent?: string;
  /** Markdown that can be opened. */
  readonly more?: string;
  /** It makes sense to try again. */
  readonly canRetry?: boolean;
}

/** Trying again changes nothing about these. */
const lasting: ReadonlySet<string> = new Set(["budget", "usage", "config", "model_not_found", "setting", "auth"]);

export function markerWords(event: MarkerItem["event"]): MarkerWords {
  switch (event.type) {
    case "cleared":
      return { icon: "broom", tone: "plain", text: "Cleared: the model starts from nothing" };
    case "compacted": {
      const text = `Compacted: ${shrunk(event)}`;
      return { icon: "compact", tone: "plain", text, more: event.summary };
    }
    case "dropped":
      return {
        icon: "compact",
        tone: "plain",
        text: `${plural(event.calls.length, "result")} hidden from the model: ${shrunk(event)}`,
      };
    case "switched":
      return switchWords(event);
    case "loopNoticed":
      return { icon: "retry", tone: "warn", text: "It makes the same calls again and again; the model was told" };
    case "spawned":
      return { icon: "agent", tone: "plain", text: "Began the agent", agent: event.child };
    case "childEnded":
      return { icon: "agent", tone: "plain", text: `${endOf(event)}:`, agent: event.child };
    case "idle":
      return { icon: "stop", tone: "plain", text: "Stopped. What came is kept; send a message to go on." };
    default:
      return problemOf(event);
  }
}

function switchWords({
  model,
  settings,
  from,
  error,
  skipped = [],
}: Extract<MarkerItem["event"], { type: "switched" }>): MarkerWords {
  const now = `${model.model} of ${model.provider}`;
  if (error) {
    const passed = skipped.map((each) => `Not ${each.model}: ${each.message}`);
    const hint = [error.message, ...passed].join(" ");
    return { icon: "settings", tone: "warn", text: `${from?.model ?? "The model"} cannot go on; ${now} does`, hint };
  }
  if (from) return { icon: "settings", tone: "plain", text: `Back on ${now}` };
  return { icon: "settings", tone: "plain", text: `Now ${now}, effort ${settings.effort}` };
}

type Problem = Extract<MarkerItem["event"], { type: "error" | "compactFailed" | "switchFailed" }>;

function problemOf({ type, error }: Problem): MarkerWords {
  const { message, hint, code } = error;
  const shared = { icon: "alert", tone: "bad", hint } as const;
  switch (type) {
    case "compactFailed":
      return { ...shared, text: `The conversation could not be compacted, and is as it was. ${message}` };
    case "switchFailed":
      return { ...shared, text: `The model was not changed. ${message}` };
    case "error":
      return { ...shared, text: message, canRetry: !lasting.has(code) };
  }
}

const shrunk = ({ tokensBefore, tokensAfter }: { tokensBefore: number; tokensAfter: number }) =>
  `${shownCount(tokensBefore)} → ${shownCount(tokensAfter)} tokens`;

const ends = {
  done: "Done",
  halted: "Stopped",
  error: "Failed",
  max_rounds: "Out of rounds",
  budget: "Out of money",
  truncated: "Cut off",
  refused: "Refused",
  loop: "Ended in a loop",
} as const;

function endOf({ reason, costUsd }: Extract<MarkerItem["event"], { type: "childEnded" }>): string {
  return costUsd > 0 ? `${ends[reason]} for ${shownUsd(costUsd)}` : ends[reason];
}
