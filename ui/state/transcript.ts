/** A transcript as signals: one for the whole, and one a row, so that a growing answer touches its own row only. */
import { batch, createSignal } from "solid-js";
import type { AgentView, Item } from "./view.ts";

/** A row keeps its place on the page while its item grows. */
export interface Row {
  readonly id: string;
  readonly item: () => Item;
}

interface OwnRow extends Row {
  set(item: Item): void;
}

export type Transcript = ReturnType<typeof createTranscript>;

export function createTranscript(session: string, agent: string) {
  const [view, setView] = createSignal<AgentView>();
  const [rows, setRows] = createSignal<readonly Row[]>([]);
  let known = new Map<string, OwnRow>();

  function set(next: AgentView): void {
    const before = view()?.items ?? [];
    batch(() => {
      setView(next);
      if (before === next.items) return;
      const isSame = before.length === next.items.length && next.items.every(({ id }, at) => id === before[at]?.id);
      if (isSame) return update(before, next.items);
      const shown = next.items.map((item) => known.get(item.id) ?? makeRow(item));
      for (const [index, item] of next.items.entries()) shown[index]?.set(item);
      known = new Map(shown.map((row) => [row.id, row]));
      setRows(shown);
    });
  }

  function update(before: readonly Item[], after: readonly Item[]): void {
    for (const [index, item] of after.entries()) if (item !== before[index]) known.get(item.id)?.set(item);
  }

  return { session, agent, view, rows, set };
}

function makeRow(first: Item): OwnRow {
  const [item, set] = createSignal(first);
  return { id: first.id, item, set };
}
