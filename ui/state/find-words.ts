/** Passages that were found across sessions, put together as they are shown. */
import type { FoundRole, Match } from "../../server/find.ts";

export interface FoundSession {
  readonly session: string;
  readonly title: string;
  readonly matches: readonly Match[];
}

/** Together by session, in the order in which they came. */
export function bySession(matches: readonly Match[]): readonly FoundSession[] {
  const found = new Map<string, Match[]>();
  for (const match of matches) {
    const known = found.get(match.session);
    if (known) known.push(match);
    else found.set(match.session, [match]);
  }
  return [...found].map(([session, own]) => ({ session, title: own[0]?.title || "Untitled", matches: own }));
}

/** Who said it, or what it is. */
export const roleWords: Readonly<Record<FoundRole, string>> = {
  user: "You",
  peer: "Agent",
  assistant: "Answer",
  toolCall: "Call",
  toolResult: "Result",
  notice: "Notice",
};
