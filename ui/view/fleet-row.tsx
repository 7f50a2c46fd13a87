/** One agent of the tree: who, how it fares, what it costs, and what can be done with it. */
import { createMemo, Show } from "solid-js";
import type { AgentCard } from "../../server/protocol.ts";
import { useStore } from "../state/context.ts";
import { askRetune, askSpawn, detachTools, haltAgent, killTools, messageAgent, tell } from "../state/fleet-actions.ts";
import { shownCount, shownMs, shownUsd } from "../state/format.ts";
import { useNow } from "../state/now.ts";
import { plain } from "../state/plain.ts";
import { isAtWork, stateWords } from "../state/state-words.ts";
import { type TreeRow, tokensOf, workedMs } from "../state/tree.ts";
import { Icon } from "./icon.tsx";
import { MenuButton, type MenuItem } from "./menu.tsx";

export function FleetRow(props: {
  readonly row: TreeRow;
  readonly at: number;
  readonly isCurrent: boolean;
  readonly isLit: boolean;
  readonly focused: () => void;
  readonly fold: (on: boolean) => void;
}) {
  const store = useStore();
  const card = createMemo(() => store.fleet?.cards.get(props.row.label));
  return (
    <Show when={card()}>
      {(shown) => (
        <div
          class="fleet-row"
          classList={{ ended: shown().ended, lit: props.isLit }}
          role="treeitem"
          aria-level={props.row.depth + 1}
          aria-expanded={props.row.children > 0 ? !props.row.isFolded : undefined}
          aria-selected={store.agent === props.row.label}
          data-at={props.at}
          data-label={props.row.label}
          tabIndex={props.isCurrent ? 0 : -1}
          style={{ "--depth": `${props.row.depth}` }}
          onFocus={() => props.focused()}
          onClick={() => store.openAgent(props.row.label)}
          onKeyDown={({ key, target, currentTarget }) => {
            if ((key === "Enter" || key === " ") && target === currentTarget) store.openAgent(props.row.label);
          }}
        >
          <Fold row={props.row} fold={props.fold} />
          <span class={`state-dot ${stateWords(shown()).tone}`} />
          <div class="grow">
            <div class="row">
              <span class="grow cut fleet-name">{props.row.label}</span>
              <Show when={shown().queued > 0}>
                <span class="count" title="Messages that wait">
                  {shown().queued}
                </span>
              </Show>
              <span class="small" title="Its own cost">
                {shownUsd(shown().costUsd)}
              </span>
            </div>
            <div class="row small dim">
              <span class={`grow cut ${stateWords(shown()).tone === "failed" ? "bad" : ""}`}>
                {plain(doing(shown()))}
              </span>
              <span class="cut fleet-model">{shown().model?.model}</span>
              <span title="Tokens">{shownCount(tokensOf(shown()))}</span>
              <Worked card={shown()} />
            </div>
          </div>
          <MenuButton label={`What to do with ${props.row.label}`} items={() => itemsFor(store, shown())} />
        </div>
      )}
    </Show>
  );
}

function Fold(props: { readonly row: TreeRow; readonly fold: (on: boolean) => void }) {
  return (
    <Show when={props.row.children > 0} fallback={<span class="fleet-fold" />}>
      <button
        type="button"
        class="fleet-fold"
        classList={{ open: !props.row.isFolded }}
        tabindex={-1}
        aria-label={props.row.isFolded ? `Show the ${props.row.children} below` : "Fold"}
        onClick={(event) => {
          event.stopPropagation();
          props.fold(!props.row.isFolded);
        }}
      >
        <Icon name="chevron" />
      </button>
    </Show>
  );
}

function Worked(props: { readonly card: AgentCard }) {
  return (
    <Show when={props.card.busySince !== null} fallback={<span>{shownMs(props.card.workedMs)}</span>}>
      <Ticking card={props.card} />
    </Show>
  );
}

function Ticking(props: { readonly card: AgentCard }) {
  const now = useNow();
  return <span>{shownMs(workedMs(props.card, now()))}</span>;
}

/** What it does, or says that it does, or why it does nothing. */
function doing(card: AgentCard): string {
  const { text } = stateWords(card);
  if (card.error !== null && !isAtWork(card)) return card.error;
  return card.status === "" || card.tool !== null ? text : `${text} · ${card.status}`;
}

type Store = ReturnType<typeof useStore>;

function itemsFor(store: Store, card: AgentCard): MenuItem[] {
  const { label } = card;
  const open: MenuItem = { title: "Open", icon: "agent", run: () => store.openAgent(label) };
  if (card.ended) return [open];
  const working: MenuItem[] = isAtWork(card)
    ? [
        { title: "Halt", icon: "stop", run: () => haltAgent(store, label) },
        { title: "Stop its tools", icon: "close", run: () => killTools(store, label) },
        { title: "Tools to the background", icon: "background", run: () => detachTools(store, label) },
      ]
    : [];
  return [
    open,
    { title: "Message", icon: "send", run: () => messageAgent(store, label) },
    ...working,
    { title: "Retune …", icon: "settings", run: () => askRetune(label) },
    { title: "Spawn a child …", icon: "plus", run: () => askSpawn(label) },
    { title: "Shorten its conversation", icon: "compact", run: () => tell(store, label, { type: "compact" }) },
    {
      title: "Forget its conversation",
      icon: "broom",
      isDangerous: true,
      run: () => tell(store, label, { type: "clear" }),
    },
  ];
}
