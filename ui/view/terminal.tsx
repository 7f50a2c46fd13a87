/** The session's terminals, one shown at a time. */
import { createMemo, For, lazy, Show, Suspense } from "solid-js";
import { useActions } from "../state/actions.ts";
import { useStore } from "../state/context.ts";
import { plain } from "../state/plain.ts";
import { chooseTerminal, closeTerminal, namedTerminals, newTerminal, shownTerminal } from "../state/terminals.ts";
import { Icon } from "./icon.tsx";

const TerminalScreen = lazy(async () => ({ default: (await import("./terminal-screen.tsx")).TerminalScreen }));

export function Terminal() {
  const store = useStore();
  const named = createMemo(() => namedTerminals(store.fleet?.terminals ?? []));
  const shown = createMemo(() => shownTerminal(store), undefined, { equals: (a, b) => a?.id === b?.id });
  const nameOf = (id: string) => plain(named().find((each) => each.id === id)?.name ?? "");
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
  ]);
  return (
    <Show when={named().length > 0} fallback={<Nothing open={open} />}>
      <div class="terminals">
        <Tabs named={named()} shown={shown()?.id} nameOf={nameOf} open={open} />
        <Suspense fallback={<p class="empty">Loading…</p>}>
          <Show when={shown()} keyed>
            {(row) => <TerminalScreen row={row} name={nameOf(row.id)} />}
          </Show>
        </Suspense>
      </div>
    </Show>
  );
}

function Tabs(props: {
  readonly named: readonly { readonly id: string }[];
  readonly shown: string | undefined;
  readonly nameOf: (id: string) => string;
  readonly open: () => void;
}) {
  const store = useStore();
  return (
    <div class="terminal-tabs">
      <ul aria-label="Terminals">
        <For each={props.named.map(({ id }) => id)}>
          {(id) => (
            <li classList={{ current: id === props.shown }}>
              <button
                type="button"
                class="terminal-tab"
                aria-current={id === props.shown ? "true" : undefined}
                onClick={() => chooseTerminal(id)}
              >
                <Icon name="terminal" />
                {props.nameOf(id)}
              </button>
              <button
                type="button"
                class="icon-button"
                aria-label={`Close ${props.nameOf(id)}`}
                title="Close"
                onClick={() => closeTerminal(store, id)}
              >
                <Icon name="close" />
              </button>
            </li>
          )}
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
