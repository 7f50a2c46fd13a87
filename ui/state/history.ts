/** What the person said before, to be said again: a project each, in the browser's own storage. */

const prefix = "sagent.history.";
const keptTexts = 200;
const keptChars = 20_000;

/** Oldest first. */
export function historyOf(project: string): readonly string[] {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(prefix + project) ?? "[]");
    return Array.isArray(saved) ? saved.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

export function remember(project: string, text: string): void {
  if (text.trim() === "" || text.length > keptChars) return;
  const texts = [...historyOf(project).filter((each) => each !== text), text].slice(-keptTexts);
  try {
    localStorage.setItem(prefix + project, JSON.stringify(texts));
  } catch {
    // Without storage there is no memory.
  }
}

/** A walk through the history. `back` counts from its end; 0 is what the person was writing. */
export interface Walk {
  readonly back: number;
  readonly own: string;
}

/** One step, 1 to older texts and -1 to newer ones; undefined where there is nothing further. */
export function stepBack(texts: readonly string[], walk: Walk, by: 1 | -1): { walk: Walk; text: string } | undefined {
  const back = walk.back + by;
  const text = back === 0 ? walk.own : texts.at(-back);
  return back < 0 || text === undefined ? undefined : { walk: { ...walk, back }, text };
}
