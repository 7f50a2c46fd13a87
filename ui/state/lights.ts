/** The agents between which a message has just passed. */
import { createSignal, onCleanup } from "solid-js";
import type { Passing } from "../../server/protocol.ts";
import { onChange } from "./on-change.ts";

/** A message lights its two agents up for this long. */
const lightMs = 1_500;

/** To be made within a component. What had passed before lights nobody up. */
export function createLights(passing: () => readonly Passing[]): () => ReadonlySet<string> {
  const [lit, setLit] = createSignal<ReadonlySet<string>>(new Set());
  let last = passing().at(-1);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onChange(passing, () => {
    const all = passing();
    const news = newSince(all, last);
    last = all.at(-1);
    if (news.length === 0) return;
    setLit((before) => new Set([...before, ...news.flatMap(({ from, to }) => [from, to])]));
    clearTimeout(timer);
    timer = setTimeout(() => setLit(new Set<string>()), lightMs);
  });
  onCleanup(() => clearTimeout(timer));
  return lit;
}

/** What stands behind the one that was last; nothing where that is not among them: another session's, or told anew. */
export function newSince(all: readonly Passing[], last: Passing | undefined): readonly Passing[] {
  if (last === undefined) return all;
  const at = all.lastIndexOf(last);
  return at < 0 ? [] : all.slice(at + 1);
}
