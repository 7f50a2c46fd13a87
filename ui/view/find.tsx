/** Finds words in all conversations of the project, and goes to where they were said. */
import { createEffect, createMemo, createResource, createSignal, createUniqueId, For, onCleanup, Show } from "solid-js";
import type { Match } from "../../server/find.ts";
import { type ApiError, getJson } from "../state/api.ts";
import { useStore } from "../state/context.ts";
import { findText, setFindText } from "../state/find.ts";
import { bySession } from "../state/find-words.ts";
import { plural } from "../state/format.ts";
import { goTo } from "../state/go.ts";
import { plain } from "../state/plain.ts";
import { setDialog } from "../state/shell.ts";
import { Dialog } from "./dialog.tsx";
import { FoundPassage } from "./found-passage.tsx";
import { Icon } from "./icon.tsx";

const pauseMs = 150;

interface Answer {
  readonly words: string;
  readonly matches: readonly Match[];
  readonly error?: ApiError;
}

const nothing: Answer = { words: "", matches: [] };

export function Find() {
  const store = useStore();
  const listId = createUniqueId();
  const [answer, isBusy] = createFinding();
  const [at, setAt] = createSignal(0);
  const groups = createMemo(() => bySession(answer().matches));
  const all = createMemo(() => groups().flatMap(({ matches }) => matches));
  const chosen = () => Math.min(at(), all().length - 1);
  const optionId = (index: number) => `${listId}-${index}`;
  createEffect(() => document.getElementById(optionId(chosen()))?.scrollIntoView({ block: "nearest" }));
  const choose = (match: Match | undefined) => {
    if (!match) return;
    setDialog(undefined);
    goTo(store, match);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      // What gets the focus back is not to hear of it.
      event.preventDefault();
      return choose(all()[chosen()]);
    }
    const to = { ArrowDown: chosen() + 1, ArrowUp: chosen() - 1 }[event.key];
    if (to === undefined || all().length === 0) return;
    event.preventDefault();
    setAt((to + all().length) % all().length);
  };
  return (
    <Dialog title="Find in all sessions" class="palette find" isBare>
      <div class="palette-field">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-label="Words to find in all sessions"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={all().length > 0 ? optionId(chosen()) : undefined}
          autocomplete="off"
          placeholder="Find in all sessions"
          autofocus
          value={findText()}
          ref={(field) => queueMicrotask(() => field.select())}
          onInput={({ currentTarget }) => {
            setFindText(currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
        <span class="dim small" role="status">
          {statusOf(answer(), groups().length, isBusy())}
        </span>
      </div>
      <div class="palette-list" id={listId} role="listbox" aria-label="Passages">
        <For each={groups()}>
          {(group) => (
            <div class="find-group">
              <p class="find-session cut" aria-hidden="true">
                {plain(group.title)}
              </p>
              <For each={group.matches}>
                {(match) => (
                  <FoundPassage
                    match={match}
                    id={optionId(all().indexOf(match))}
                    isChosen={all()[chosen()] === match}
                    choose={() => choose(match)}
                  />
                )}
              </For>
            </div>
          )}
        </For>
      </div>
      <Show when={answer().error}>{(error) => <p class="palette-none bad">{error().message}</p>}</Show>
    </Dialog>
  );
}

/** Asks a moment after the last letter; what is no longer wanted is given up. */
function createFinding(): [() => Answer, () => boolean] {
  const [wanted, setWanted] = createSignal(findText().trim());
  createEffect(() => {
    const words = findText().trim();
    const timer = setTimeout(() => setWanted(words), pauseMs);
    onCleanup(() => clearTimeout(timer));
  });
  let before: AbortController | undefined;
  onCleanup(() => before?.abort());
  const [answer] = createResource<Answer, string>(
    wanted,
    async (words) => {
      before?.abort();
      before = new AbortController();
      if (words === "") return nothing;
      try {
        return { words, matches: await getJson<readonly Match[]>("/api/find", { q: words }, before.signal) };
      } catch (error) {
        return { words, matches: [], error: error as ApiError };
      }
    },
    { initialValue: nothing },
  );
  return [() => answer.latest, () => answer.loading || wanted() !== findText().trim()];
}

function statusOf({ words, matches, error }: Answer, sessions: number, isBusy: boolean): string {
  if (isBusy) return "…";
  if (words === "" || error) return "";
  if (matches.length === 0) return "Nothing found";
  return `${matches.length} in ${plural(sessions, "session")}`;
}
