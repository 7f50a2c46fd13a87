/** What the palette finds, of all that the page knows: best first, and what was chosen of late before the rest. */
import { match, type Ranges } from "./match.ts";

export type ChoiceKind = "action" | "agent" | "session" | "file" | "command";

export interface Choice {
  readonly kind: ChoiceKind;
  /** Within its kind. */
  readonly id: string;
  readonly title: string;
  /** Beside the title; not searched. */
  readonly detail: string;
  readonly keys?: string | undefined;
  run(): void;
}

export interface FoundChoice {
  readonly choice: Choice;
  /** What of the title matched. */
  readonly ranges: Ranges;
}

/** Typed first, they narrow to one kind. */
export const prefixes = { ">": "action", "@": "agent", "#": "session", "/": "command" } as const;

export interface PaletteQuery {
  readonly kind: ChoiceKind | undefined;
  readonly words: string;
}

export function readQuery(text: string): PaletteQuery {
  const kind = Object.entries(prefixes).find(([prefix]) => text.startsWith(prefix))?.[1];
  return { kind, words: (kind ? text.slice(1) : text).trim() };
}

const mostFound = 60;
/** A recent choice is worth this much more: it wins among equals, not over a better match. */
const recentBonus = 400;
/** Of what is not narrowed to its kind, so many each at most before anything is typed. */
const mostUnasked: Readonly<Record<ChoiceKind, number>> = { action: 40, agent: 5, session: 5, file: 0, command: 0 };

export const keyOf = ({ kind, id }: Pick<Choice, "kind" | "id">) => `${kind}:${id}`;

/** `recent` holds keys, the latest first. */
export function findChoices(
  choices: readonly Choice[],
  { kind, words }: PaletteQuery,
  recent: readonly string[],
): readonly FoundChoice[] {
  const wanted = kind === undefined ? choices : choices.filter((choice) => choice.kind === kind);
  if (words === "") return unasked(wanted, kind, recent).map((choice) => ({ choice, ranges: [] }));
  const fitting = wanted.flatMap((choice) => {
    const fit = match(words, choice.title);
    return fit ? [{ choice, ...fit }] : [];
  });
  // Scattered letters count only where nothing has them together.
  const whole = fitting.filter(({ score }) => score >= 0);
  const worth = ({ choice, score }: (typeof fitting)[number]) =>
    score + (recent.includes(keyOf(choice)) ? recentBonus : 0);
  return (whole.length > 0 ? whole : fitting).sort((a, b) => worth(b) - worth(a)).slice(0, mostFound);
}

function unasked(choices: readonly Choice[], kind: ChoiceKind | undefined, recent: readonly string[]): Choice[] {
  const age = (choice: Choice) => {
    const at = recent.indexOf(keyOf(choice));
    return at < 0 ? recent.length : at;
  };
  const left = { ...mostUnasked };
  const others = choices.filter((choice) => {
    left[choice.kind] -= 1;
    return kind !== undefined || left[choice.kind] >= 0 || recent.includes(keyOf(choice));
  });
  return others.sort((a, b) => age(a) - age(b)).slice(0, mostFound);
}

/** The recent keys after another choice. */
export function afterChoice(recent: readonly string[], chosen: string): readonly string[] {
  return [chosen, ...recent.filter((key) => key !== chosen)].slice(0, 8);
}
