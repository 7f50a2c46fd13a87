/** The fleet: every agent, what it does, and what passes between them. */
import { createMemo, For, Show } from "solid-js";
import { useStore } from "../state/context.ts";
import { askRetune, askSpawn, haltAgent, killTools } from "../state/fleet-actions.ts";
import {
  filter,
  foldAgents,
  only,
  setFilter,
  setFolded,
  setOnly,
  setShowEnded,
  setSort,
  showEnded,
  sort,
} from "../state/fleet-wish.ts";
import { plural, shownCount, shownUsd } from "../state/format.ts";
import { setDialog } from "../state/shell.ts";
import type { Store } from "../state/store.ts";
import { type FleetGroup, type FleetSort, type FleetTotals, parentOf, totalsOf } from "../state/tree.ts";
import { FleetFeed } from "./fleet-feed.tsx";
import { badges } from "./fleet-row.tsx";
import { FleetTree } from "./fleet-tree.tsx";
import { Icon } from "./icon.tsx";
import { MenuButton, type MenuItem } from "./menu.tsx";

export function FleetTab() {
  const store = useStore();
  return (
    <Show when={store.fleet} fallback={<p class="empty">The agents of a session are shown here.</p>}>
      <div class="fleet">
        <Head />
        <FleetTree />
        <FleetFeed />
      </div>
    </Show>
  );
}

const groups: readonly { readonly group: FleetGroup; readonly word: string }[] = [
  { group: "working", word: "at work" },
  { group: "waiting", word: "waiting" },
  { group: "failed", word: "failed" },
  { group: "ended", word: "ended" },
];

/** What there is of all of them, and what can be done with all. */
function Head() {
  const store = useStore();
  const totals = createMemo(() => totalsOf(store.fleet?.cards.values() ?? []));
  return (
    <div class="fleet-head">
      <div class="fleet-sum small">
        <strong>{plural(totals().all, "agent")}</strong>
        <span class="dim" title="Tokens of all agents">
          {shownCount(totals().tokens)} tokens
        </span>
        <strong class="fleet-cost" title="Cost of the tree">
          {shownUsd(totals().costUsd)}
        </strong>
        <span class="grow" />
        <Show when={!store.isReplay}>
          <Button label="Spawn an agent" icon="plus" run={() => askSpawn(store.agent ?? store.fleet?.root ?? "")} />
        </Show>
        <Button label="Timeline" icon="lanes" run={() => setDialog("timeline")} />
        <MenuButton label="More of the fleet" isTabStop items={() => itemsFor(store)} />
      </div>
      <Groups counts={totals().groups} />
      <Wishes />
    </div>
  );
}

/** Each count shows only those that it counts. */
function Groups(props: { readonly counts: FleetTotals["groups"] }) {
  const isShown = (group: FleetGroup) => group === "working" || props.counts[group] > 0 || only() === group;
  return (
    <div class="fleet-groups small">
      <For each={groups}>
        {({ group, word }) => (
          <Show when={isShown(group)}>
            <button
              type="button"
              class="fleet-group"
              aria-pressed={only() === group}
              title={`Show only those ${word}`}
              onClick={() => setOnly((before) => (before === group ? undefined : group))}
            >
              <span class={`badge ${props.counts[group] > 0 ? badges[group] : "saved"}`} />
              {props.counts[group]} {word}
            </button>
          </Show>
        )}
      </For>
    </div>
  );
}

function Wishes() {
  return (
    <div class="fleet-wishes">
      <input
        type="search"
        class="grow"
        placeholder="Filter agents"
        aria-label="Filter agents by name, state, tool or model"
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
    </div>
  );
}

function Button(props: { readonly label: string; readonly icon: "plus" | "lanes"; readonly run: () => void }) {
  return (
    <button type="button" class="icon-button" aria-label={props.label} title={props.label} onClick={() => props.run()}>
      <Icon name={props.icon} />
    </button>
  );
}

function itemsFor(store: Store): readonly MenuItem[] {
  const parents = [...(store.fleet?.cards.values() ?? [])].flatMap(({ path }) => parentOf(path) ?? []);
  const seen: readonly MenuItem[] = [
    { title: "Fold all", icon: "compact", run: () => foldAgents(parents, true) },
    { title: "Unfold all", icon: "list", run: () => setFolded(new Set<string>()) },
    {
      title: showEnded() ? "Leave out the ended" : "Show the ended",
      icon: "check",
      run: () => setShowEnded(!showEnded()),
    },
  ];
  if (store.isReplay) return seen;
  return [
    ...seen,
    { title: "Retune all …", icon: "settings", run: () => askRetune("*") },
    { title: "Halt all", icon: "stop", isDangerous: true, run: () => haltAgent(store, "*") },
    { title: "Stop the tools of all", icon: "close", isDangerous: true, run: () => killTools(store, "*") },
  ];
}
