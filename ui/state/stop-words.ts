/** How an answer ended, in words, where it did not end by itself. */
import type { Command } from "../../agent/command.ts";
import type { StopReason } from "../../agent/message.ts";

export interface StopWords {
  readonly text: string;
  /** The person did it themselves, or nothing needs to be done. */
  readonly isQuiet: boolean;
  /** What a button offers, and does. */
  readonly action?: string;
  readonly command?: Command;
}

const goOn: Pick<StopWords, "action" | "command"> = { action: "Go on", command: { type: "prompt", text: "Go on." } };

export function stopWords(reason: StopReason | undefined): StopWords | undefined {
  switch (reason) {
    case "maxTokens":
      return {
        text: "Cut off: the answer reached the model's limit of output. What came is kept.",
        isQuiet: false,
        ...goOn,
      };
    case "contextWindow":
      return {
        text: "Cut off: the conversation fills the model's window. Compact it, or use a model with a larger one.",
        isQuiet: false,
        action: "Compact",
        command: { type: "compact" },
      };
    case "refusal":
      return {
        text: "The model refused to answer; what it refused is not sent again. Say it differently, or use another model.",
        isQuiet: false,
      };
    case "interrupted":
      return { text: "Interrupted. What came is kept.", isQuiet: true, ...goOn };
    case "malformedCall":
      return { text: "The model wrote a tool call that could not be read; it was not run.", isQuiet: true, ...goOn };
    case "unknown":
      return { text: "The answer ended for a reason that the provider does not name.", isQuiet: true, ...goOn };
    case "endTurn":
    case "toolUse":
    case "stopSequence":
    case "pause":
    case undefined:
      return undefined;
  }
}
