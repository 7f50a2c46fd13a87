/** What the person is in the middle of naming, and what it could be. Pure. */
import type { CommandRow } from "../../server/api.ts";
import { isSlash, slashCommands, type Unfinished, unfinished } from "../../server/slash.ts";
import { choices } from "../../server/slash-command.ts";
import { matching, type Ranges } from "./match.ts";

/** A word to be completed, between two positions of the text. `mention` is a file or an agent behind an `@`. */
export interface Wanted {
  readonly kind: Unfinished["kind"] | "mention";
  /** Without the `@`. */
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

export interface Candidate {
  /** What is shown first; `ranges` are of it. */
  readonly name: string;
  readonly ranges: Ranges;
  readonly detail: string;
  /** What stands in the text afterwards, from `Wanted.from` on. */
  readonly insert: string;
  readonly icon: "agent" | "file" | "folder" | "terminal" | "list";
  /** The list stays open: more can be named behind it. */
  readonly goesOn: boolean;
}

/** Undefined where nothing is to be completed at the caret. */
export function wantedAt(text: string, caret: number): Wanted | undefined {
  const before = text.slice(0, caret);
  if (!before.includes("\n") && isSlash(before)) {
    const open = unfinished(before, "page");
    return open && { ...open, to: caret };
  }
  const mention = /(?:^|[\s([{"'`,;:])@([^\s@]*)$/.exec(before)?.[1];
  return mention === undefined
    ? undefined
    : { kind: "mention", word: mention, from: caret - mention.length - 1, to: caret };
}

/** The text with a candidate in place of the word, and where the caret goes. */
export function completed(text: string, wanted: Wanted, candidate: Candidate): { text: string; caret: number } {
  const behind = text.slice(wanted.to);
  const gap = candidate.goesOn || /^\s/.test(behind) ? "" : " ";
  const head = text.slice(0, wanted.from) + candidate.insert + gap;
  return { text: head + behind, caret: head.length };
}

/** Something that has a name and a line on what it is. */
export interface Named {
  readonly name: string;
  readonly detail: string;
  /** Other words that it is found by. */
  readonly words?: string;
}

export function commandCandidates(word: string, own: readonly CommandRow[] = []): readonly Candidate[] {
  const rows = [
    ...slashCommands("page").map(({ name, usage, help, args }) => ({
      name,
      detail: help,
      usage,
      more: args.length > 0,
    })),
    ...own.map(({ name, usage, description }) => ({ name, detail: description, usage, more: usage !== "" })),
  ];
  return matching(word, rows, ({ name }) => name).map(({ item, ranges }) => ({
    name: item.name,
    ranges,
    detail: item.usage === "" ? item.detail : `${item.usage} · ${item.detail}`,
    insert: item.more ? `${item.name} ` : item.name,
    icon: "terminal",
    goesOn: true,
  }));
}

/** The values of an argument that are known beforehand; undefined for other kinds. */
export function choiceCandidates(kind: Wanted["kind"], word: string): readonly Candidate[] | undefined {
  if (!(kind in choices)) return undefined;
  const values: readonly string[] = choices[kind as keyof typeof choices];
  return namedCandidates(
    word,
    values.map((name) => ({ name, detail: "" })),
    "list",
  );
}

export function namedCandidates(word: string, named: readonly Named[], icon: Candidate["icon"]): readonly Candidate[] {
  return matching(word, named, ({ name, words }) => (words === undefined ? name : `${name} ${words}`)).map(
    ({ item, ranges }) => ({
      name: item.name,
      ranges: ranges.filter(([, to]) => to <= item.name.length),
      detail: item.detail,
      insert: item.name,
      icon,
      goesOn: false,
    }),
  );
}

/** A file as it stands in the text; a name with spaces is quoted, so that its end can be seen. */
export function fileCandidate({ path, ranges }: { readonly path: string; readonly ranges: Ranges }): Candidate {
  const isFolder = path.endsWith("/");
  return {
    name: path,
    ranges,
    detail: "",
    insert: /\s/.test(path) ? `@"${path}"` : `@${path}`,
    icon: isFolder ? "folder" : "file",
    goesOn: isFolder && !/\s/.test(path),
  };
}

export function agentMention(candidate: Candidate): Candidate {
  return { ...candidate, insert: `@${candidate.insert}` };
}
