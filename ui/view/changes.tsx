/** What has changed: the files that the fleet touched, and what else git shows. */
import { createMemo, createSignal, For, Show } from "solid-js";
import { useActions } from "../state/actions.ts";
import { type ChangeGroup, filterChanges, groupChanges } from "../state/changes.ts";
import { changes } from "../state/changes-shown.ts";
import { useStore } from "../state/context.ts";
import { useNow } from "../state/now.ts";
import { ChangesHead } from "./changes-head.tsx";
import { stepChange } from "./changes-keys.ts";
import { ChangeRow } from "./changes-row.tsx";
import { Icon } from "./icon.tsx";

/** Fewer are seen at a glance. */
const filterFrom = 8;

export function Changes() {
  const store = useStore();
  const all = () => changes()?.value();
  const [words, setWords] = createSignal("");
  const groups = createMemo(() => groupChanges(filterChanges(all() ?? [], words())));
  let list: HTMLDivElement | undefined;
  const step = (by: 1 | -1) => list && stepChange(list, by);
  useActions([
    { id: "changes.next", title: "Next change", group: "View", keys: "alt+shift+j", run: () => step(1) },
    { id: "changes.before", title: "Change before", group: "View", keys: "alt+shift+k", run: () => step(-1) },
  ]);
  return (
    <Show
      when={store.session !== undefined}
      fallback={<p class="empty">What a session changes in the project is shown here.</p>}
    >
      <div class="changes" ref={list}>
        <ChangesHead changes={all()} again={() => changes()?.again()} />
        <Show when={(all()?.length ?? 0) >= filterFrom}>
          <Filter words={words()} set={setWords} />
        </Show>
        <Show when={changes()?.error()}>
          {(error) => (
            <p class="side-problem" role="alert">
              {error().message} <span class="dim">{error().hint}</span>
            </p>
          )}
        </Show>
        <For each={groups().map(({ title }) => title)}>
          {(title) => <Group group={groups().find((group) => group.title === title)} />}
        </For>
        <Show when={all()?.length === 0}>
          <p class="empty">Nothing has changed yet. Files that agents edit, and what git shows, appear here.</p>
        </Show>
        <Show when={all()?.length !== 0 && words() !== "" && groups().length === 0}>
          <p class="empty">No changed file is called like this.</p>
        </Show>
      </div>
    </Show>
  );
}

function Filter(props: { readonly words: string; readonly set: (words: string) => void }) {
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || props.words === "") return;
    event.stopPropagation();
    props.set("");
  };
  return (
    <div class="change-filter">
      <Icon name="search" />
      <input
        type="search"
        aria-label="Filter by file or agent"
        placeholder="File or agent"
        value={props.words}
        onInput={({ currentTarget }) => props.set(currentTarget.value)}
        onKeyDown={onKey}
      />
    </div>
  );
}

const shownFirst = 200;

function Group(props: { readonly group: ChangeGroup | undefined }) {
  const now = useNow();
  const [isWhole, setWhole] = createSignal(false);
  const all = () => props.group?.changes ?? [];
  const byPath = createMemo(
    () => new Map((isWhole() ? all() : all().slice(0, shownFirst)).map((change) => [change.path, change])),
  );
  return (
    <section class="change-group">
      <h2>
        {props.group?.title} <span class="dim">{all().length}</span>
      </h2>
      <ul>
        <For each={[...byPath().keys()]}>
          {(path) => <Show when={byPath().get(path)}>{(change) => <ChangeRow change={change()} now={now()} />}</Show>}
        </For>
      </ul>
      <Show when={all().length > byPath().size}>
        <button type="button" class="link-button change-more" onClick={() => setWhole(true)}>
          Show all {all().length}
        </button>
      </Show>
    </section>
  );
}
