/** Finds words in the transcript that is shown. Pure. */
import type { Item, PartView } from "./view.ts";

/** Rows that hold the words, in their order, each once. Capitals in the words make them heed case. */
export function findInItems(items: readonly Item[], words: string): readonly string[] {
  if (words === "") return [];
  const isExact = words !== words.toLowerCase();
  const holds = (text: string) => (isExact ? text : text.toLowerCase()).includes(words);
  return items.filter((item) => textsOf(item).some(holds)).map(({ id }) => id);
}

/** What of a row can be seen, folded or not. */
function textsOf(item: Item): readonly string[] {
  switch (item.type) {
    case "user":
    case "peer":
    case "notice":
      return [item.text];
    case "assistant":
      return item.parts.flatMap(partTexts);
    case "marker":
      return item.event.type === "compacted" ? [item.event.summary] : [];
  }
}

function partTexts(part: PartView): readonly string[] {
  if (part.type !== "call") return [part.text];
  const { name, label, args = {}, output, result } = part.call;
  return [name, label, ...Object.values(args).map(String), output, result];
}

/** The row to go to from one, `by` steps on; around the end to the beginning. Undefined where none holds the words. */
export function stepIn(found: readonly string[], from: string | undefined, by: 1 | -1): string | undefined {
  const at = from === undefined ? -1 : found.indexOf(from);
  if (at < 0) return by > 0 ? found[0] : found.at(-1);
  return found.at((at + by) % found.length);
}
