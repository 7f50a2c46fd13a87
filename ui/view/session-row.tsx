/** A session in the list: what it is about, how it stands, and what can be done with it. */
import { onMount, Show } from "solid-js";
import type { SessionRow as Row } from "../../server/protocol.ts";
import { useStore } from "../state/context.ts";
import { shownUsd, shownWhen } from "../state/format.ts";
import { plain } from "../state/plain.ts";
import {
  copyLink,
  exportSession,
  forkSession,
  openSession,
  removeSession,
  renameSession,
  renaming,
  setRenaming,
} from "../state/session-actions.ts";
import { sessionStates, titleOf } from "../state/session-list.ts";
import type { Store } from "../state/store.ts";
import { Icon } from "./icon.tsx";
import { MenuButton, type MenuItem } from "./menu.tsx";

export function SessionRow(props: {
  readonly row: Row;
  readonly now: number;
  /** Tab reaches this one of the rows. */
  readonly isTabStop: boolean;
  /** One was chosen: a drawer closes. */
  readonly onChoose: () => void;
}) {
  const store = useStore();
  const choose = () => {
    openSession(store, props.row.id);
    props.onChoose();
  };
  return (
    <div class="session" classList={{ current: store.session === props.row.id }}>
      <Show when={renaming() !== props.row.id} fallback={<TitleField row={props.row} />}>
        <button
          type="button"
          class="session-open"
          data-session={props.row.id}
          tabindex={props.isTabStop ? 0 : -1}
          aria-current={store.session === props.row.id ? "page" : undefined}
          onClick={choose}
          onDblClick={() => setRenaming(props.row.id)}
        >
          <Badge state={props.row.state} />
          <span class="session-words">
            <span class="session-title cut">{plain(titleOf(props.row))}</span>
            <Facts row={props.row} now={props.now} />
          </span>
        </button>
        <MenuButton
          class="session-menu"
          label={`More for ${plain(titleOf(props.row))}`}
          items={() => itemsFor(store, props.row)}
        />
      </Show>
    </div>
  );
}

export function Badge(props: { readonly state: Row["state"] }) {
  return (
    <span class={`badge ${props.state}`} title={sessionStates[props.state]}>
      <Show when={props.state === "held"}>
        <Icon name="lock" />
      </Show>
      <span class="hidden-label">{sessionStates[props.state]}: </span>
    </span>
  );
}

function Facts(props: { readonly row: Row; readonly now: number }) {
  const model = () => props.row.model?.model ?? "";
  const isSpecial = () => ["working", "waiting", "failed", "held"].includes(props.row.state);
  return (
    <span class="session-facts dim">
      <Show when={isSpecial()} fallback={<span class="cut">{model()}</span>}>
        <span class={`cut session-state ${props.row.state}`}>{sessionStates[props.row.state]}</span>
      </Show>
      <span class="grow" />
      <Show when={props.row.costUsd}>{(usd) => <span>{shownUsd(usd())}</span>}</Show>
      <time
        datetime={new Date(props.row.updatedAt).toISOString()}
        title={new Date(props.row.updatedAt).toLocaleString()}
      >
        {shownAge(props.row.updatedAt, props.now)}
      </time>
    </span>
  );
}

const shownAge = (at: number, now: number) =>
  shownWhen(Math.min(at, now), now)
    .replace(/^just /, "")
    .replace(/ ago$/, "");

function TitleField(props: { readonly row: Row }) {
  let field: HTMLInputElement | undefined;
  let isOver = false;
  onMount(() => {
    field?.focus();
    field?.select();
  });
  const end = (keep: boolean) => {
    if (isOver) return;
    isOver = true;
    const title = field?.value.trim() ?? "";
    const { id } = props.row;
    const hadFocus = document.activeElement === field;
    if (keep && title !== props.row.title) void renameSession(id, title);
    setRenaming(undefined);
    if (hadFocus) document.querySelector<HTMLElement>(`[data-session="${id}"]`)?.focus();
  };
  return (
    <input
      ref={field}
      type="text"
      class="session-field"
      aria-label="Title of the session"
      value={props.row.title}
      maxLength={200}
      onBlur={() => end(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.isComposing) return;
        if (event.key !== "Enter" && event.key !== "Escape") return;
        // A drawer around it is not to close.
        event.preventDefault();
        end(event.key === "Enter");
      }}
    />
  );
}

function itemsFor(store: Store, { id }: Row): readonly MenuItem[] {
  return [
    { title: "Rename", icon: "pencil", keys: "F2", run: () => setRenaming(id) },
    { title: "Fork", icon: "fork", run: () => void forkSession(store, id) },
    { title: "Copy the link", icon: "link", run: () => void copyLink(id) },
    { title: "Export as Markdown", icon: "download", run: () => void exportSession(id, "markdown") },
    { title: "Export as JSON", icon: "download", run: () => void exportSession(id, "json") },
    { title: "Export as a page", icon: "download", run: () => void exportSession(id, "html") },
    { title: "Delete", icon: "trash", keys: "Del", isDangerous: true, run: () => void removeSession(store, id) },
  ];
}
