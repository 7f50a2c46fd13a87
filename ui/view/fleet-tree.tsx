/** The agents as a tree: only the rows in sight are mounted, and a card that changes touches its own row. */
import { createMemo, createSignal, Show } from "solid-js";
import { VList, type VListHandle } from "virtua/solid";
import { keysOf } from "../state/actions.ts";
import { useStore } from "../state/context.ts";
import { filter, foldAgents, folded, only, showEnded, sort } from "../state/fleet-wish.ts";
import { createLights } from "../state/lights.ts";
import { onChange } from "../state/on-change.ts";
import { keptLabels, type TreeRow, treeRows } from "../state/tree.ts";
import { treeMove, typeAhead } from "../state/tree-keys.ts";
import { deedsFor } from "./fleet-deeds.ts";
import { FleetRow, openMenu } from "./fleet-row.tsx";

/** As the style has it. */
const rowPx = 48;
/** Letters typed with shorter pauses are one word. */
const wordMs = 700;

export function FleetTree() {
  const store = useStore();
  const cards = () => store.fleet?.cards ?? new Map();
  const rows = createMemo(() =>
    treeRows(cards(), { sort: sort(), filter: filter(), only: only(), folded: folded(), showEnded: showEnded() }),
  );
  const byLabel = createMemo(() => new Map(rows().map((row) => [row.label, row])));
  const labels = createMemo<readonly string[]>((before) => keptLabels(before, rows()), []);
  const [current, setCurrent] = createSignal(store.agent);
  const reached = createMemo(() => (byLabel().has(current() ?? "") ? current() : labels()[0]));
  const kept = createMemo(() => [labels().indexOf(reached() ?? "")].filter((index) => index >= 0));
  const lit = createLights(() => store.fleet?.passing ?? []);
  let list: VListHandle | undefined;
  let tree: HTMLDivElement | undefined;

  const reveal = (label: string) => {
    setCurrent(label);
    const index = labels().indexOf(label);
    if (index >= 0) list?.scrollToIndex(index, { align: "nearest" });
  };
  const focus = (label: string) => {
    reveal(label);
    tree?.querySelector<HTMLElement>(`[data-label="${CSS.escape(label)}"]`)?.focus({ preventScroll: true });
  };
  onChange(
    () => store.agent,
    () => store.agent !== undefined && reveal(store.agent),
  );
  const onKey = createTreeKeys(rows, labels, focus);

  return (
    <div class="fleet-tree" role="tree" aria-label="Agents" ref={tree}>
      <Show when={labels().length > 0} fallback={<p class="empty">No agent fits.</p>}>
        <VList
          ref={(handle) => {
            list = handle;
          }}
          data={labels() as string[]}
          itemSize={rowPx}
          keepMounted={kept()}
          class="fleet-list"
        >
          {(label: string) => (
            <Show when={byLabel().get(label)}>
              {(row) => (
                <Show when={cards().get(label)}>
                  {(card) => (
                    <FleetRow
                      row={row()}
                      card={card()}
                      isReached={reached() === label}
                      isLit={lit().has(label)}
                      onFocus={() => setCurrent(label)}
                      onKey={(event) => onKey(event, event.currentTarget, label)}
                      fold={(isFolded) => foldAgents([label], isFolded)}
                    />
                  )}
                </Show>
              )}
            </Show>
          )}
        </VList>
      </Show>
    </div>
  );
}

/** Moves, deeds and letters, on the row that has the focus. */
function createTreeKeys(
  rows: () => readonly TreeRow[],
  labels: () => readonly string[],
  focus: (label: string) => void,
): (event: KeyboardEvent, row: Element, label: string) => void {
  const store = useStore();
  let typed = { text: "", at: 0 };
  const letter = (key: string, label: string) => {
    const now = Date.now();
    typed = { text: now - typed.at < wordMs ? typed.text + key : key, at: now };
    const found = typeAhead(labels(), label, typed.text);
    if (found !== undefined) focus(found);
  };
  const move = (key: string, label: string): boolean => {
    const to = treeMove(rows(), label, key);
    if (to?.type === "go") focus(to.label);
    else if (to?.type === "fold") foldAgents(to.labels, to.isFolded);
    else if (/^[\p{L}\p{N}_.-]$/u.test(key)) letter(key, label);
    else return false;
    return true;
  };
  const act = (event: KeyboardEvent, row: Element, label: string): boolean => {
    const card = store.fleet?.cards.get(label);
    const pressed = event.key === " " ? "enter" : keysOf(event);
    const deed = card && deedsFor(store, card).find((each) => each.pressed !== "" && each.pressed === pressed);
    if (deed) deed.run();
    else if (pressed === "contextmenu" || pressed === "shift+f10") openMenu(row);
    else return !event.ctrlKey && !event.metaKey && !event.altKey && move(event.key, label);
    return true;
  };
  return (event, row, label) => {
    if (!act(event, row, label)) return;
    event.preventDefault();
    event.stopPropagation();
  };
}
