/** How the person wants to see the tree of agents; it stays while the side shows something else. */
import { createSignal } from "solid-js";
import type { FleetGroup, FleetSort } from "./tree.ts";

const [filter, setFilter] = createSignal("");
const [sort, setSort] = createSignal<FleetSort>("tree");
const [only, setOnly] = createSignal<FleetGroup>();
const [showEnded, setShowEnded] = createSignal(true);
const [folded, setFolded] = createSignal<ReadonlySet<string>>(new Set());

export { filter, folded, only, setFilter, setFolded, setOnly, setShowEnded, setSort, showEnded, sort };

export function foldAgents(labels: readonly string[], isFolded: boolean): void {
  const next = new Set(folded());
  for (const label of labels) {
    if (isFolded) next.add(label);
    else next.delete(label);
  }
  setFolded(next);
}
