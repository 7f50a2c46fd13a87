/** The sessions, newest first, under the age they have. Only those in sight are mounted; keys move among all. */
import { createEffect, createMemo, createSignal, on, Show } from "solid-js";
import { Virtualizer, type VirtualizerHandle } from "virtua/solid";
import type { SessionRow as Row } from "../../server/protocol.ts";
import { useStore } from "../state/context.ts";
import { removeSession, renaming, setRenaming } from "../state/session-actions.ts";
import { type Listed, listLines } from "../state/session-list.ts";
import { SessionRow } from "./session-row.tsx";

const rowPx = 50;
const minuteMs = 60_000;

export function SessionList(props: {
  readonly rows: readonly Row[];
  /** Unix ms; told anew every minute. */
  readonly now: number;
  readonly onChoose: () => void;
  /** Up from the first one. */
  readonly onLeave: () => void;
}) {
  const store = useStore();
  const day = createMemo(() => Math.floor(props.now / (60 * minuteMs)));
  const lines = createMemo<readonly Listed[]>((before) => {
    day();
    return listLines(props.rows, props.now, before);
  }, []);
  const byId = createMemo(() => new Map(props.rows.map((row) => [row.id, row])));
  const ids = createMemo(() => lines().flatMap((line) => (line.type === "session" ? [line.id] : [])));
  const [active, setActive] = createSignal<string>();
  const tabStop = () => [active(), store.session].find((id) => id !== undefined && byId().has(id)) ?? ids()[0];
  const indexOf = (id: string | undefined) => lines().findIndex((line) => line.type === "session" && line.id === id);
  const kept = createMemo(() => [indexOf(active()), indexOf(renaming())].filter((index) => index >= 0));
  let list: VirtualizerHandle | undefined;

  const focus = (id: string | undefined) => {
    if (id === undefined) return;
    setActive(id);
    list?.scrollToIndex(indexOf(id), { align: "nearest" });
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-session="${id}"]`)?.focus());
  };
  createEffect(on(renaming, (id) => id !== undefined && list?.scrollToIndex(indexOf(id), { align: "nearest" })));

  const act = (key: string, id: string) => {
    const at = ids().indexOf(id);
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => focus(ids()[at + 1]),
      ArrowUp: () => (at === 0 ? props.onLeave() : focus(ids()[at - 1])),
      Home: () => focus(ids()[0]),
      End: () => focus(ids().at(-1)),
      F2: () => setRenaming(id),
      Delete: () => {
        focus(ids()[at + 1] ?? ids()[at - 1]);
        void removeSession(store, id);
      },
    };
    return keys[key];
  };

  return (
    <div
      class="session-list"
      on:keydown={(event) => onRowKey(event, act)}
      on:focusin={({ target }) => setActive((target as HTMLElement).dataset.session ?? active())}
    >
      <Virtualizer
        ref={(made) => {
          list = made;
        }}
        data={lines()}
        itemSize={rowPx}
        keepMounted={kept()}
      >
        {(line: Listed) =>
          line.type === "heading" ? (
            <h2 class="session-age">{line.title}</h2>
          ) : (
            <Show when={byId().get(line.id)}>
              {(row) => (
                <SessionRow row={row()} now={props.now} isTabStop={tabStop() === line.id} onChoose={props.onChoose} />
              )}
            </Show>
          )
        }
      </Virtualizer>
    </div>
  );
}

/** Keys with Ctrl, Alt or Command, and those pressed elsewhere than on a row, are others'. */
function onRowKey(event: KeyboardEvent, act: (key: string, id: string) => (() => void) | undefined): void {
  const id = event.target instanceof HTMLElement ? event.target.dataset.session : undefined;
  if (id === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const run = act(event.key, id);
  if (!run) return;
  event.preventDefault();
  event.stopPropagation();
  run();
}
