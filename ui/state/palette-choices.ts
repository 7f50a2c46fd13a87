/** All that the palette can go to or do, told from what the page knows. */
import type { FoundFile } from "../../server/file-types.ts";
import { parseSlash, slashCommands } from "../../server/slash.ts";
import { actions } from "./actions.ts";
import { fillComposer } from "./fill.ts";
import { shownWhen } from "./format.ts";
import { ownCommands } from "./own-commands.ts";
import type { Choice } from "./palette.ts";
import { openSession, sessionRows } from "./session-actions.ts";
import { titleOf } from "./session-list.ts";
import { openFile, toastError } from "./shell.ts";
import { perform } from "./slash-actions.ts";
import { stateWords } from "./state-words.ts";
import type { Store } from "./store.ts";

export function allChoices(store: Store, files: readonly FoundFile[], now: number): readonly Choice[] {
  return [
    ...actionChoices(),
    ...agentChoices(store),
    ...sessionChoices(store, now),
    ...fileChoices(files),
    ...slashChoices(store),
  ];
}

function actionChoices(): Choice[] {
  return actions()
    .filter(({ id, enabled }) => id !== "palette" && (enabled?.() ?? true))
    .map(({ id, title, group, keys, run }) => ({ kind: "action", id, title, detail: group, keys, run }));
}

function agentChoices(store: Store): Choice[] {
  const { agent, session } = store;
  return [...(store.fleet?.cards.values() ?? [])]
    .filter(({ label }) => label !== agent)
    .map((card) => ({
      kind: "agent",
      id: `${session}/${card.label}`,
      title: card.label,
      detail: stateWords(card).text,
      run: () => store.openAgent(card.label),
    }));
}

function sessionChoices(store: Store, now: number): Choice[] {
  return (sessionRows(store) ?? [])
    .filter(({ id }) => id !== store.session)
    .map((row) => ({
      kind: "session",
      id: row.id,
      title: titleOf(row),
      detail: shownWhen(Math.min(row.updatedAt, now), now),
      run: () => openSession(store, row.id),
    }));
}

function fileChoices(files: readonly FoundFile[]): Choice[] {
  return files
    .filter(({ path }) => !path.endsWith("/"))
    .map(({ path }) => ({ kind: "file", id: path, title: path, detail: "File", run: () => openFile(path) }));
}

/** A command that needs words goes into the composer, to be finished there. */
function slashChoices(store: Store): Choice[] {
  const own = ownCommands().map(({ name, usage, description }) => ({
    kind: "command" as const,
    id: name,
    title: `${name} ${usage}`.trim(),
    detail: description,
    run: () => fillComposer(store, `${name} `),
  }));
  const builtin = slashCommands("page").map(({ name, usage, help, args }) => ({
    kind: "command" as const,
    id: name,
    title: `${name} ${usage}`.trim(),
    detail: help,
    run: () => {
      if (args.length > 0) fillComposer(store, `${name} `);
      else perform(store, parseSlash(name, "page")).catch(toastError);
    },
  }));
  return [...builtin, ...own];
}
