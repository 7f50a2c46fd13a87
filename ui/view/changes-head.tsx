/** What has changed in sum, and how it is shown. */
import { For, Show } from "solid-js";
import type { ChangeBase, FileChange } from "../../server/file-types.ts";
import { changesWords, sumLines } from "../state/changes.ts";
import { prefs, setPref } from "../state/prefs.ts";
import { Lines } from "./changes-lines.tsx";
import { Icon } from "./icon.tsx";

export function ChangesHead(props: {
  readonly changes: readonly FileChange[] | undefined;
  readonly again: () => void;
}) {
  const isSplit = () => prefs().diffStyle === "split";
  return (
    <div class="side-head">
      <span class="grow small cut" role="status">
        <Show when={props.changes} fallback="Looking…">
          {(changes) => (
            <>
              <Lines of={sumLines(changes())} /> {changesWords(changes().length)}
            </>
          )}
        </Show>
      </span>
      <Base />
      <button
        type="button"
        class="icon-button"
        aria-pressed={isSplit()}
        aria-label="Two columns"
        title={isSplit() ? "Show changes in one column" : "Show changes in two columns"}
        onClick={() => setPref("diffStyle", isSplit() ? "unified" : "split")}
      >
        <Icon name="columns" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Look again"
        title="Look again"
        onClick={() => props.again()}
      >
        <Icon name="retry" />
      </button>
    </div>
  );
}

const bases: readonly { readonly id: ChangeBase; readonly title: string; readonly words: string }[] = [
  { id: "session", title: "Session", words: "Against the files as the session found them" },
  { id: "git", title: "Git", words: "Against the last commit" },
];

function Base() {
  return (
    <fieldset class="segments" aria-label="Compare with">
      <For each={bases}>
        {({ id, title, words }) => (
          <button
            type="button"
            title={words}
            aria-pressed={prefs().changesAgainst === id}
            onClick={() => setPref("changesAgainst", id)}
          >
            {title}
          </button>
        )}
      </For>
    </fieldset>
  );
}
