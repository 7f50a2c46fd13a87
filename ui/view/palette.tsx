/** Everything that can be done or gone to, found by a few letters and chosen without a mouse. */
import { createEffect, createMemo, createResource, createSignal, createUniqueId, For, Show } from "solid-js";
import type { FoundFile } from "../../server/file-types.ts";
import { getJson } from "../state/api.ts";
import { useStore } from "../state/context.ts";
import { type ChoiceKind, type FoundChoice, findChoices, keyOf, prefixes, readQuery } from "../state/palette.ts";
import { allChoices } from "../state/palette-choices.ts";
import { noteChoice, recent } from "../state/recent.ts";
import { setDialog } from "../state/shell.ts";
import { Dialog } from "./dialog.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { Keys } from "./keys.tsx";
import { Marked } from "./marked.tsx";

const pageRows = 8;

export function Palette() {
  const store = useStore();
  const listId = createUniqueId();
  const [text, setText] = createSignal("");
  const [at, setAt] = createSignal(0);
  const query = createMemo(() => readQuery(text()));
  const wantedFile = createMemo(() =>
    query().kind === undefined && query().words.length > 1 ? query().words : undefined,
  );
  const [files] = createResource<readonly FoundFile[], string>(
    wantedFile,
    (q) => getJson<readonly FoundFile[]>("/api/files/find", { q }).catch(() => []),
    { initialValue: [] },
  );
  const now = Date.now();
  const found = createMemo(() => {
    const known = wantedFile() === undefined ? [] : files.latest;
    return findChoices(allChoices(store, known, now), query(), recent());
  });
  const chosen = () => Math.min(at(), found().length - 1);
  const optionId = (index: number) => `${listId}-${index}`;
  createEffect(() => document.getElementById(optionId(chosen()))?.scrollIntoView({ block: "nearest" }));
  const choose = (index: number) => {
    const choice = found()[index]?.choice;
    if (!choice) return;
    noteChoice(keyOf(choice));
    setDialog(undefined);
    choice.run();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      // What gets the focus back is not to hear of it.
      event.preventDefault();
      return choose(chosen());
    }
    const last = found().length - 1;
    const to = {
      ArrowDown: chosen() === last ? 0 : chosen() + 1,
      ArrowUp: chosen() <= 0 ? last : chosen() - 1,
      PageDown: Math.min(last, chosen() + pageRows),
      PageUp: Math.max(0, chosen() - pageRows),
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    setAt(to);
  };
  return (
    <Dialog title="Command palette" class="palette" isBare>
      <PaletteField
        listId={listId}
        activeId={found().length > 0 ? optionId(chosen()) : undefined}
        onText={(words) => {
          setText(words);
          setAt(0);
        }}
        onKey={onKey}
      />
      <div class="palette-list" id={listId} role="listbox" aria-label="Choices">
        <For each={found()}>
          {(each, index) => (
            <Option
              id={optionId(index())}
              found={each}
              isChosen={index() === chosen()}
              choose={() => choose(index())}
            />
          )}
        </For>
      </div>
      <Show when={found().length === 0}>
        <p class="palette-none dim">Nothing has these letters.</p>
      </Show>
      <Prefixes />
    </Dialog>
  );
}

function PaletteField(props: {
  readonly listId: string;
  readonly activeId: string | undefined;
  readonly onText: (text: string) => void;
  readonly onKey: (event: KeyboardEvent) => void;
}) {
  return (
    <div class="palette-field">
      <Icon name="search" />
      <input
        type="text"
        role="combobox"
        aria-label="Search actions, sessions, agents and files"
        aria-expanded="true"
        aria-controls={props.listId}
        aria-activedescendant={props.activeId}
        aria-autocomplete="list"
        autocomplete="off"
        spellcheck={false}
        placeholder="What do you want to do, or where to go?"
        autofocus
        onInput={({ currentTarget }) => props.onText(currentTarget.value)}
        onKeyDown={(event) => props.onKey(event)}
      />
    </div>
  );
}

const icons: Readonly<Record<ChoiceKind, IconName>> = {
  action: "chevron",
  agent: "agent",
  session: "list",
  file: "file",
  command: "terminal",
};

function Option(props: {
  readonly id: string;
  readonly found: FoundChoice;
  readonly isChosen: boolean;
  readonly choose: () => void;
}) {
  const { choice, ranges } = props.found;
  return (
    <button
      type="button"
      id={props.id}
      class="palette-option"
      role="option"
      tabindex={-1}
      aria-selected={props.isChosen}
      onClick={() => props.choose()}
    >
      <Icon name={icons[choice.kind]} />
      <span class="palette-title cut" classList={{ mono: choice.kind === "command" || choice.kind === "file" }}>
        <Marked text={choice.title} ranges={ranges} />
      </span>
      <span class="grow" />
      <span class="palette-detail dim small cut">{choice.detail}</span>
      <Show when={choice.keys}>{(keys) => <Keys keys={keys()} />}</Show>
    </button>
  );
}

const kindNames: Readonly<Record<ChoiceKind, string>> = {
  action: "actions",
  agent: "agents",
  session: "sessions",
  file: "files",
  command: "commands",
};

function Prefixes() {
  return (
    <footer class="palette-foot dim small">
      <For each={Object.entries(prefixes)}>
        {([prefix, kind]) => (
          <span>
            <kbd>{prefix}</kbd> {kindNames[kind]}
          </span>
        )}
      </For>
    </footer>
  );
}
