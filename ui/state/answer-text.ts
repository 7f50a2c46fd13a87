/** The words of answers, without thoughts and calls. */
import type { AssistantItem, Item } from "./view.ts";

export function wordsOf({ parts }: AssistantItem): string {
  return parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
}

/** The newest answer that has any. */
export function textOfAnswer(items: readonly Item[]): string {
  const found = items.findLast((item) => item.type === "assistant" && wordsOf(item) !== "");
  return found?.type === "assistant" ? wordsOf(found) : "";
}
