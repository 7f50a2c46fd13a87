/** The fleet: every agent, what it does, and what passes between them. Only the rows in sight are mounted. */
import { createEffect, createMemo, createSignal, on, onCleanup, Show } from "solid-js";
import { VList, type VListHandle } from "virtua/solid";
import type { Passing } from "../../server/protocol.ts";
import { useStore } from "../state/context.ts";
import { askSpawn, haltAgent, killTools } from "../state/fleet-actions.ts";
import { plural, shownCount, shownUsd } from "../state/format.ts";
import { setDialog } from "../state/shell.ts";
import { type FleetSort, keptRows, type TreeRow, totalsOf, treeRows } from "../state/tree.ts";
import { FleetFeed } from "./fleet-feed.tsx";
import { FleetRow } from "./fleet-row.tsx";
import { Icon } from "./icon.tsx";

const [filter, setFilter] = createSignal("");
const [sort, setSort] = createSignal<FleetSort>("tree");
const [folded, setFolded] = createSignal<ReadonlySet<string>>(new Set());
const [showEnded, setShowEnded] = createSignal(true);

export function FleetTab() {
  const store = useStore();
  return (
    <Show when={store.fleet} fallback={<p class="empty">The agents of a session are shown here.</p>}>
      <div class="fleet">
        <Totals />
        <Tools />
        <Tree />
        <FleetFeed />
      </div>
    </Show>
  );
}

function Totals() {
  const store = useStore();
  const totals = createMemo(() => totalsOf(store.fleet?.cards.values() ?? []));
  const words = () => {
    const { all, working, waiting, ended } = totals();
    const parts = [`${working} at work`, waiting > 0 ? `${waiting} waiting` : "", ended > 0 ? `${ended} ended` : ""];
    return `${plural(all, "agent")}: ${parts.filter(Boolean).join(", ")}`;
  };
  return (
    <div class="fleet-totals small">
      <span class="grow cut">{words()}</span>
      <span class="dim" title="Tokens of all agents">
        {shownCount(totals().tokens)}
      </span>
      <strong title="Cost of the tree">{shownUsd(totals().costUsd)}</strong>
    </div>
  );
}

function Tools() {
  const store = useStore();
  const stopAll = () => {
    haltAgent(store, "*");
    killTools(store, "*");
  };
  return (
    <div class="fleet-tools">
      <input
        type="search"
        class="grow"
        placeholder="Filter agents"
        aria-label="Filter agents"
        value={filter()}
        onInput={({ currentTarget }) => setFilter(currentTarget.value)}
      />
      <select
        aria-label="Order of the agents"
        value={sort()}
        onChange={({ currentTarget }) => setSort(currentTarget.value as FleetSort)}
      >
        <option value="tree">Tree</option>
        <option value="busy">Busy first</option>
        <option value="cost">Dearest first</option>
      </select>
      <label class="small fleet-ended">
        <input type="checkbox" checked={showEnded()} onChange={() => setShowEnded(!showEnded())} /> ended
      </label>
      <Button label="Spawn an agent" icon="plus" run={() => askSpawn(store.agent ?? store.fleet?.root ?? "")} />
      <Button label="Timeline" icon="list" run={() => setDialog("timeline")} />
      <Button label="Stop all agents and their tools" icon="stop" run={stopAll} />
    </div>
  );
}

function Button(props: { readonly label: string; readonly icon: "plus" | "list" | "stop"; readonly run: () => void }) {
  return (
    <button type="button" class="icon-button" aria-label={props.label} title={props.label} onClick={() => props.run()}>
      <Icon name={props.icon} />
    </button>
  );
}

function Tree() {
  const store = useStore();
  const rows = createMemo<readonly TreeRow[]>((before) => {
    const cards = store.fleet?.cards ?? new Map();
    const wish = { sort: sort(), filter: filter(), folded: folded(), showEnded: showEnded() };
    return keptRows(before, treeRows(cards, wish));
  }, []);
  const [at, setAt] = createSignal(0);
  const lit = createLights(() => store.fleet?.passing.at(-1));
  let list: VListHandle | undefined;
  let tree: HTMLDivElement | undefined;
  const toggle = (label: string, on: boolean) => {
    const next = new Set(folded());
    if (on) next.add(label);
    else next.delete(label);
    setFolded(next);
  };
  const focus = (index: number) => {
    const to = Math.max(0, Math.min(rows().length - 1, index));
    setAt(to);
    list?.scrollToIndex(to, { align: "nearest" });
    const row = () => tree?.querySelector<HTMLElement>(`[data-at="${to}"]`);
    const mounted = row();
    if (mounted) mounted.focus();
    else requestAnimationFrame(() => row()?.focus());
  };
  const onKey = (event: KeyboardEvent) => {
    const row = rows()[at()];
    if (!row || !(event.target instanceof HTMLElement) || event.target.getAttribute("role") !== "treeitem") return;
    const to = { ArrowDown: at() + 1, ArrowUp: at() - 1, Home: 0, End: rows().length - 1 }[event.key];
    if (to !== undefined) focus(to);
    else if (event.key === "ArrowRight" && row.isFolded) toggle(row.label, false);
    else if (event.key === "ArrowRight" && row.children > 0) focus(at() + 1);
    else if (event.key === "ArrowLeft" && row.children > 0 && !row.isFolded) toggle(row.label, true);
    else if (event.key === "ArrowLeft")
      focus(rows().findLastIndex((each, index) => index < at() && each.depth < row.depth));
    else if (event.key !== " ") return;
    event.preventDefault();
  };
  return (
    <div class="fleet-tree" role="tree" aria-label="Agents" ref={tree} onKeyDown={onKey}>
      <Show when={rows().length > 0} fallback={<p class="empty">No agent fits.</p>}>
        <VList
          ref={(handle) => {
            list = handle;
          }}
          data={[...rows()]}
          class="fleet-list"
        >
          {(row, index) => (
            <FleetRow
              row={row}
              at={index()}
              isCurrent={at() === index()}
              isLit={lit().includes(row.label)}
              focused={() => setAt(index())}
              fold={(on) => toggle(row.label, on)}
            />
          )}
        </VList>
      </Show>
    </div>
  );
}

/** A message lights its two agents up for this long. */
const lightMs = 1_500;

/** The labels that the newest message went between, for a moment. */
function createLights(newest: () => Passing | undefined): () => readonly string[] {
  const [lit, setLit] = createSignal<readonly string[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(
    on(
      newest,
      (passed) => {
        if (!passed) return;
        setLit([passed.from, passed.to]);
        clearTimeout(timer);
        timer = setTimeout(() => setLit([]), lightMs);
      },
      { defer: true },
    ),
  );
  onCleanup(() => clearTimeout(timer));
  return lit;
}
