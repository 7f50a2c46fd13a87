/** What a key means in the composer's field. Pure: the field does it. */
import type { Mode } from "./compose-mode.ts";

export type Meaning =
  | "send"
  | "queue"
  | "newLine"
  /** A backslash at the end of the line becomes a line's end. */
  | "continueLine"
  | "halt"
  | "older"
  | "newer"
  | "choose"
  | "nextChoice"
  | "lastChoice"
  | "closeChoices";

export interface Press {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  /** An input method still writes the word. */
  readonly isComposing: boolean;
}

export interface FieldState {
  /** What is before the caret; undefined where something is selected. */
  readonly before: string | undefined;
  /** The caret is on the first line, or the last one, as they are shown. */
  readonly isFirstLine: boolean;
  readonly isLastLine: boolean;
  readonly mode: Mode;
  readonly hasContent: boolean;
  /** A list of completions is open. */
  readonly isChoosing: boolean;
  /** The person walks through the history. */
  readonly isWalking: boolean;
}

/** Undefined where the key does what it always does. */
export function meaningOf(press: Press, field: FieldState): Meaning | undefined {
  const { key, shiftKey, altKey, ctrlKey, metaKey, isComposing } = press;
  if (isComposing || key === "Process" || altKey) return undefined;
  if (key === "Enter" && (ctrlKey || metaKey)) return "send";
  if (ctrlKey || metaKey) return undefined;
  if (field.isChoosing) {
    const choice = choosing(key, shiftKey);
    if (choice) return choice;
  }
  switch (key) {
    case "Enter":
      if (shiftKey) return "newLine";
      return field.before?.endsWith("\\") ? "continueLine" : "send";
    case "Tab":
      return !shiftKey && field.mode === "working" && field.hasContent ? "queue" : undefined;
    case "Escape":
      return field.mode === "working" ? "halt" : undefined;
    case "ArrowUp":
      return !shiftKey && field.before !== undefined && field.isFirstLine ? "older" : undefined;
    case "ArrowDown":
      return !shiftKey && field.isWalking && field.before !== undefined && field.isLastLine ? "newer" : undefined;
    default:
      return undefined;
  }
}

function choosing(key: string, shiftKey: boolean): Meaning | undefined {
  if (shiftKey) return undefined;
  switch (key) {
    case "ArrowDown":
      return "nextChoice";
    case "ArrowUp":
      return "lastChoice";
    case "Enter":
    case "Tab":
      return "choose";
    case "Escape":
      return "closeChoices";
    default:
      return undefined;
  }
}
