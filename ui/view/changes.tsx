/** What has changed: the files that the fleet touched, and what else git shows. */
import { createMemo, For, Show } from "solid-js";
import type { ChangeBase } from "../../server/file-types.ts";
import {
  base,
  type ChangeGroup,
  changesWords,
  createChanges,
  groupChanges,
  setBase,
  sumLines,
} from "../state/changes.ts";
import { useStore } from "../state/context.ts";
import { useNow } from "../state/now.ts";
import { prefs, setPref } from "../state/prefs.ts";
import { Lines } from "./changes-lines.tsx";
import { ChangeRow } from "./changes-row.tsx";
import { Icon } from "./icon.tsx";

export function Changes() {
  const store = useStore();
  const asked = createChanges(store);
  const groups = createMemo(() => groupChanges(asked.value() ?? []));
  return (
    <Show
      when={store.session !== undefined}
      fallback={<p class="empty">What a session changes in the project is shown here.</p>}
    >
      <div class="changes">
        <Head changes={asked.value()} again={asked.again} />
        <Show when={asked.error()}>
          {(error) => (
            <p class="side-problem" role="alert">
              {error().message} <span class="dim">{error().hint}</span>
            </p>
          )}
        </Show>
        <For each={groups().map(({ title }) => title)}>
          {(title) => <Group group={groups().find((group) => group.title === title)} />}
        </For>
        <Show when={asked.value()?.length === 0}>
          <p class="empty">Nothing has changed yet. Files that agents edit, and what git shows, appear here.</p>
        </Show>
      </div>
    </Show>
  );
}

function Head(props: {
  readonly changes: ReturnType<ReturnType<typeof createChanges>["value"]>;
  readonly again: () => void;
}) {
  const isSplit = () => prefs().diffStyle === "split";
  return (
    <div class="side-head">
      <span class="grow small cut" role="status">
        <Show when={props.changes} fallback="Looking…">
          {(changes) => (
            <>
              <Show when={changes().length > 0}>
                <Lines of={sumLines(changes())} />{" "}
              </Show>
              {changesWords(changes().length)}
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
          <button type="button" title={words} aria-pressed={base() === id} onClick={() => setBase(id)}>
            {title}
          </button>
        )}
      </For>
    </fieldset>
  );
}

function Group(props: { readonly group: ChangeGroup | undefined }) {
  const now = useNow();
  const byPath = createMemo(() => new Map(props.group?.changes.map((change) => [change.path, change])));
  return (
    <section class="change-group">
      <h2>{props.group?.title}</h2>
      <ul>
        <For each={[...byPath().keys()]}>
          {(path) => <Show when={byPath().get(path)}>{(change) => <ChangeRow change={change()} now={now()} />}</Show>}
        </For>
      </ul>
    </section>
  );
}
