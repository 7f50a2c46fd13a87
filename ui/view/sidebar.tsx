/** The left column: the project, its sessions, and what is set for all of them. Where it is narrow, a drawer. */
import { createMemo, createSignal, onCleanup, Show } from "solid-js";
import { keyHint, runAction } from "../state/actions.ts";
import { useStore } from "../state/context.ts";
import { setFindText } from "../state/find.ts";
import { plain } from "../state/plain.ts";
import { prefs, setPref, type ThemeChoice } from "../state/prefs.ts";
import { isNarrow } from "../state/screen.ts";
import { sessionRows } from "../state/session-actions.ts";
import { withWords } from "../state/session-list.ts";
import { setDialog } from "../state/shell.ts";
import { Drawer } from "./drawer.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { SessionList } from "./session-list.tsx";
import { Splitter } from "./splitter.tsx";

const close = () => setPref("sidebarOpen", false);

export function Sidebar() {
  return (
    <Show when={isNarrow()} fallback={<Column onChoose={() => {}} />}>
      <Drawer label="Sessions" close={close}>
        <Column onChoose={close} />
      </Drawer>
    </Show>
  );
}

function Column(props: { readonly onChoose: () => void }) {
  const store = useStore();
  const [text, setText] = createSignal("");
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), 60_000);
  onCleanup(() => clearInterval(timer));
  let search: HTMLInputElement | undefined;
  let panel: HTMLDivElement | undefined;
  const rows = createMemo(() => withWords(sessionRows(store) ?? [], text()));
  const create = () => {
    store.openSession(undefined);
    props.onChoose();
  };
  const findInside = () => {
    if (text().trim() === "") return;
    setFindText(text().trim());
    setText("");
    setDialog("find");
    props.onChoose();
  };
  return (
    <nav class="sidebar" aria-label="Sessions">
      <div class="top">
        <strong class="grow cut" title={store.hello?.project}>
          {plain(store.hello?.project.split("/").at(-1) || "sagent")}
        </strong>
        <button
          type="button"
          class="icon-button"
          aria-label="Hide the sessions"
          title={`Hide the sessions ${keyHint("view.sidebar")}`}
          onClick={close}
        >
          <Icon name={isNarrow() ? "close" : "panel"} class="mirrored" />
        </button>
      </div>
      <div class="sidebar-tools">
        <button type="button" class="outlined new-session" title={keyHint("session.new")} onClick={create}>
          <Icon name="plus" />
          New session
        </button>
        <SearchField
          text={text()}
          setText={setText}
          ref={(field) => {
            search = field;
          }}
          onEnter={findInside}
          onDown={() => panel?.querySelector<HTMLElement>('[data-session][tabindex="0"]')?.focus()}
        />
      </div>
      <div class="panel" ref={panel}>
        <Show when={text().trim() !== ""}>
          <button type="button" class="inside-search" onClick={findInside}>
            <Icon name="search" />
            <span class="grow">Search inside the conversations</span>
            <kbd>Enter</kbd>
          </button>
        </Show>
        <Show when={store.sessions} fallback={<p class="session-none dim">Loading…</p>}>
          <Show when={rows().length > 0} fallback={<Nothing isSearch={text().trim() !== ""} />}>
            <SessionList rows={rows()} now={now()} onChoose={props.onChoose} onLeave={() => search?.focus()} />
          </Show>
        </Show>
      </div>
      <Bottom />
      <Splitter name="sidebar" label="Width of the sessions" min={200} max={520} />
    </nav>
  );
}

function SearchField(props: {
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly ref: (field: HTMLInputElement) => void;
  readonly onEnter: () => void;
  readonly onDown: () => void;
}) {
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") {
      event.preventDefault();
      props.onDown();
    }
    if (event.key === "Enter") props.onEnter();
    // The first Escape empties the field; what is around it may hear the next.
    if (event.key !== "Escape" || props.text === "") return;
    event.preventDefault();
    event.stopPropagation();
    props.setText("");
  };
  return (
    <div class="search-field">
      <Icon name="search" />
      <input
        ref={props.ref}
        type="search"
        aria-label="Search the sessions"
        placeholder="Search sessions"
        value={props.text}
        onInput={({ currentTarget }) => props.setText(currentTarget.value)}
        onKeyDown={onKey}
      />
    </div>
  );
}

function Nothing(props: { readonly isSearch: boolean }) {
  return (
    <p class="session-none dim">
      {props.isSearch ? "No title has these words." : "No sessions yet. What you ask for begins one."}
    </p>
  );
}

const themes: Readonly<Record<ThemeChoice, { readonly icon: IconName; readonly next: ThemeChoice }>> = {
  system: { icon: "monitor", next: "light" },
  light: { icon: "sun", next: "dark" },
  dark: { icon: "moon", next: "system" },
};

function Bottom() {
  const theme = () => themes[prefs().theme];
  const label = () => `Theme: ${prefs().theme}. Change to ${theme().next}`;
  return (
    <div class="sidebar-foot">
      <button
        type="button"
        class="icon-button"
        aria-label={label()}
        title={label()}
        onClick={() => setPref("theme", theme().next)}
      >
        <Icon name={theme().icon} />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Help"
        title={`Help ${keyHint("help")}`}
        onClick={() => runAction("help")}
      >
        <Icon name="question" />
      </button>
      <span class="grow" />
      <button type="button" class="quiet command-button" onClick={() => runAction("palette")}>
        Commands <kbd>{keyHint("palette")}</kbd>
      </button>
    </div>
  );
}
