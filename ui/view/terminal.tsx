/** The session's terminals, one shown at a time. */
import { createMemo, For, lazy, Show, Suspense } from "solid-js";
import { useActions } from "../state/actions.ts";
import { useStore } from "../state/context.ts";
import { prefs, setPref } from "../state/prefs.ts";
import {
  chooseTerminal,
  closeTerminal,
  type NamedTerminal,
  namedTerminals,
  newTerminal,
  shownTerminal,
  titles,
} from "../state/terminals.ts";
import { Icon } from "./icon.tsx";

const TerminalScreen = lazy(async () => ({ default: (await import("./terminal-screen.tsx")).TerminalScreen }));

export function Terminal() {
  const store = useStore();
  const named = createMemo(() => namedTerminals(store.fleet?.terminals ?? [], titles()));
  const shown = createMemo(() => shownTerminal(store), undefined, { equals: (a, b) => a?.id === b?.id });
  const find = (id: string) => named().find((each) => each.id === id);
  const open = () => void newTerminal(store);
  useActions([
    {
      id: "terminal.new",
      title: "New terminal",
      group: "View",
      keys: "alt+shift+t",
      enabled: () => store.session !== undefined,
      run: open,
    },
    {
      id: "terminal.close",
      keys: "alt+shift+w",
      title: "Close the terminal",
      group: "View",
      enabled: () => shown() !== undefined,
      run: () => {
        const row = shown();
        if (row) closeTerminal(store, row.id);
      },
    },
    {
      id: "terminal.read",
      title: "Have terminals read out by a screen reader, or not",
      group: "View",
      keys: "alt+shift+r",
      run: () => setPref("readTerminals", !prefs().readTerminals),
    },
  ]);
  return (
    <Show when={named().length > 0} fallback={<Nothing open={open} />}>
      <div class="terminals">
        <Tabs named={named()} shown={shown()?.id} find={find} open={open} />
        <Suspense fallback={<p class="empty">Loading…</p>}>
          <Show when={shown()} keyed>
            {(row) => <TerminalScreen row={row} name={find(row.id)?.name ?? ""} />}
          </Show>
        </Suspense>
      </div>
    </Show>
  );
}

function Tabs(props: {
  readonly named: readonly NamedTerminal[];
  readonly shown: string | undefined;
  readonly find: (id: string) => NamedTerminal | undefined;
  readonly open: () => void;
}) {
  return (
    <div class="terminal-tabs">
      <ul aria-label="Terminals">
        <For each={props.named.map(({ id }) => id)}>
          {(id) => <Tab id={id} named={props.find(id)} isShown={id === props.shown} />}
        </For>
      </ul>
      <button
        type="button"
        class="icon-button"
        aria-label="New terminal"
        title="New terminal"
        onClick={() => props.open()}
      >
        <Icon name="plus" />
      </button>
    </div>
  );
}

function Tab(props: { readonly id: string; readonly named: NamedTerminal | undefined; readonly isShown: boolean }) {
  const store = useStore();
  const name = () => props.named?.name ?? "";
  return (
    <li classList={{ current: props.isShown, ended: props.named?.hasEnded ?? false }}>
      <button
        type="button"
        class="terminal-tab"
        aria-current={props.isShown ? "true" : undefined}
        title={name()}
        onClick={() => chooseTerminal(props.id)}
      >
        <Icon name="terminal" />
        <span class="cut">{name()}</span>
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={`Close ${name()}`}
        title="Close"
        onClick={() => closeTerminal(store, props.id)}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

function Nothing(props: { readonly open: () => void }) {
  const store = useStore();
  return (
    <div class="terminal-none">
      <Show
        when={store.session !== undefined}
        fallback={<p class="dim">A terminal belongs to a session. Say something first, or open one.</p>}
      >
        <p class="dim">A shell in the project's directory. It ends with the session.</p>
        <button type="button" class="outlined" onClick={() => props.open()}>
          Open a terminal
        </button>
      </Show>
    </div>
  );
}
