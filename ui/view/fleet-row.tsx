/** One agent of the tree: who, how it fares, what it costs, and what can be done with it. */
import { createMemo, Show } from "solid-js";
import type { AgentCard } from "../../server/protocol.ts";
import { useStore } from "../state/context.ts";
import { plural, shownCount, shownMs, shownUsd } from "../state/format.ts";
import { useNow } from "../state/now.ts";
import { plain } from "../state/plain.ts";
import { isAtWork, stateWords } from "../state/state-words.ts";
import { groupOf, type TreeRow, tokensOf, workedMs } from "../state/tree.ts";
import { deedsFor } from "./fleet-deeds.ts";
import { Icon } from "./icon.tsx";
import { MenuButton } from "./menu.tsx";

export function FleetRow(props: {
  readonly row: TreeRow;
  readonly card: AgentCard;
  /** Keys act on it. */
  readonly isActive: boolean;
  readonly isLit: boolean;
  readonly fold: (isFolded: boolean) => void;
}) {
  const store = useStore();
  return (
    <div
      class="fleet-row"
      classList={{ ended: props.card.ended, lit: props.isLit, active: props.isActive }}
      id={rowId(props.row.label)}
      role="treeitem"
      aria-level={props.row.depth + 1}
      aria-posinset={props.row.place}
      aria-setsize={props.row.siblings}
      aria-expanded={props.row.children > 0 ? !props.row.isFolded : undefined}
      aria-selected={store.agent === props.row.label}
      data-label={props.row.label}
      tabIndex={-1}
      style={{ "--depth": `${Math.min(props.row.depth, deepest)}` }}
      onContextMenu={(event) => {
        event.preventDefault();
        openMenu(props.row.label);
      }}
    >
      <Fold row={props.row} fold={props.fold} />
      <span class={`badge ${badges[groupOf(props.card)]}`} />
      <div class="grow">
        <Name card={props.card} row={props.row} />
        <Facts card={props.card} />
      </div>
      <MenuButton label={`What to do with ${props.row.label}`} items={() => deedsFor(store, props.card)} />
    </div>
  );
}

/** Generations below this one are drawn no further in. */
const deepest = 8;
export const badges = {
  working: "working",
  waiting: "waiting",
  failed: "failed",
  resting: "idle",
  ended: "saved",
} as const;

export const rowId = (label: string) => `agent-${label}`;

export function openMenu(label: string): void {
  document.getElementById(rowId(label))?.querySelector<HTMLElement>("[aria-haspopup=menu]")?.click();
}

function Name(props: { readonly card: AgentCard; readonly row: TreeRow }) {
  /** Where it belongs, where the rows are a list. */
  const above = () => (props.row.depth === 0 ? props.card.path.split("/").slice(0, -1).join("/") : "");
  return (
    <div class="row">
      <span class="grow cut fleet-name">
        <Show when={above()}>
          <span class="dim">{above()}/</span>
        </Show>
        {props.card.label}
        <Show when={props.row.isFolded}>
          <span class="small dim"> +{props.row.children}</span>
        </Show>
      </span>
      <Count count={props.card.asks} noun="open question" tone="asks" />
      <Count count={props.card.queued} noun="waiting message" tone="" />
      <span class="small" title="Its own cost">
        {shownUsd(props.card.costUsd)}
      </span>
    </div>
  );
}

function Count(props: { readonly count: number; readonly noun: string; readonly tone: string }) {
  return (
    <Show when={props.count > 0}>
      <span class={`count ${props.tone}`} title={plural(props.count, props.noun)}>
        {props.count}
        <span class="hidden-label">{props.noun}</span>
      </span>
    </Show>
  );
}

function Facts(props: { readonly card: AgentCard }) {
  const doing = createMemo(() => plain(wordsOf(props.card)));
  const tone = () => ({ failed: "bad", waiting: "warn" })[groupOf(props.card) as string] ?? "";
  return (
    <div class="row small dim">
      <span class={`grow cut ${tone()}`} title={doing()}>
        {doing()}
      </span>
      <span class="cut fleet-model" title={props.card.model?.model}>
        {props.card.model?.model}
      </span>
      <span title="Tokens">{shownCount(tokensOf(props.card))}</span>
      <span class="fleet-time" title="Time at work">
        <Show when={props.card.busySince !== null} fallback={shownMs(props.card.workedMs)}>
          <Ticking card={props.card} />
        </Show>
      </span>
    </div>
  );
}

function Ticking(props: { readonly card: AgentCard }) {
  const now = useNow();
  return <>{shownMs(workedMs(props.card, now()))}</>;
}

/** What it does, or says that it does, or why it does nothing. */
function wordsOf(card: AgentCard): string {
  const { text } = stateWords(card);
  if (card.error !== null && !isAtWork(card) && card.asks === 0) return card.error;
  const more = card.tool !== null && card.running > 1 ? ` (+${card.running - 1})` : "";
  return card.status === "" || card.tool !== null ? `${text}${more}` : `${text} · ${card.status}`;
}

function Fold(props: { readonly row: TreeRow; readonly fold: (isFolded: boolean) => void }) {
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
