/** The agents as a tree: only the rows in sight are mounted, and a card that changes touches its own row. */
import { createMemo, createSignal, Show } from "solid-js";
import { VList, type VListHandle } from "virtua/solid";
import { keysOf } from "../state/actions.ts";
import { useStore } from "../state/context.ts";
import { showAgent } from "../state/fleet-actions.ts";
import { filter, foldAgents, folded, only, showEnded, sort } from "../state/fleet-wish.ts";
import { createLights } from "../state/lights.ts";
import { onChange } from "../state/on-change.ts";
import { keptLabels, keptRows, type TreeRow, treeRows } from "../state/tree.ts";
import { treeMove, typeAhead } from "../state/tree-keys.ts";
import { deedsFor } from "./fleet-deeds.ts";
import { FleetRow, openMenu, rowId } from "./fleet-row.tsx";

/** As the style has it. */
const rowPx = 48;
/** Letters typed with shorter pauses are one word. */
const wordMs = 700;
const noLetters = { text: "", at: 0 };

export function FleetTree() {
  const store = useStore();
  const cards = () => store.fleet?.cards ?? new Map();
  const rows = createMemo(() =>
    treeRows(cards(), { sort: sort(), filter: filter(), only: only(), folded: folded(), showEnded: showEnded() }),
  );
  const byLabel = createMemo<ReadonlyMap<string, TreeRow>>((before) => keptRows(before, rows()), new Map());
  const labels = createMemo<readonly string[]>((before) => keptLabels(before, rows()), []);
  const lit = createLights(() => store.fleet?.passing ?? []);
  const [current, setCurrent] = createSignal(store.agent);
  /** The one that keys act on. The tree has the focus, since a row that scrolls may be taken out and put back. */
  const active = createMemo(() => (byLabel().has(current() ?? "") ? current() : labels()[0]));
  const kept = createMemo(() => [labels().indexOf(active() ?? "")].filter((index) => index >= 0));
  let list: VListHandle | undefined;
  const goTo = (label: string) => {
    setCurrent(label);
    const index = labels().indexOf(label);
    if (index >= 0) list?.scrollToIndex(index, { align: "nearest" });
  };
  const onKey = createTreeKeys(rows, labels, goTo);
  onChange(
    () => store.agent,
    () => store.agent !== undefined && goTo(store.agent),
  );

  return (
    <Show when={labels().length > 0} fallback={<p class="empty fleet-none">No agent fits.</p>}>
      <VList
        ref={(handle) => {
          list = handle;
        }}
        data={labels() as string[]}
        itemSize={rowPx}
        keepMounted={kept()}
        class="fleet-tree"
        role="tree"
        aria-label="Agents"
        aria-activedescendant={active() === undefined ? undefined : rowId(active() ?? "")}
        tabindex={0}
        onKeyDown={(event) => onKey(event, active())}
        onFocusIn={({ target, currentTarget }) => {
          if (!target.matches(".fleet-row, .fleet-fold")) return;
          setCurrent(labelOf(target));
          currentTarget.focus({ preventScroll: true });
        }}
        onClick={({ target }) => {
          const label = labelOf(target);
          if (label !== undefined) showAgent(store, label);
        }}
      >
        {(label: string) => (
          <Show when={byLabel().get(label)}>
            {(row) => (
              <Show when={cards().get(label)}>
                {(card) => (
                  <FleetRow
                    row={row()}
                    card={card()}
                    isActive={active() === label}
                    isLit={lit().has(label)}
                    fold={(isFolded) => foldAgents([label], isFolded)}
                  />
                )}
              </Show>
            )}
          </Show>
        )}
      </VList>
    </Show>
  );
}

/** Of the row that it is in. */
const labelOf = (element: Element) => element.closest("[role=treeitem]")?.getAttribute("data-label") ?? undefined;

/** Moves, deeds and letters, on the row that is active. */
function createTreeKeys(
  rows: () => readonly TreeRow[],
  labels: () => readonly string[],
  goTo: (label: string) => void,
): (event: KeyboardEvent, active: string | undefined) => void {
  const store = useStore();
  let typed = noLetters;
  const letter = (key: string, label: string) => {
    const now = Date.now();
    typed = { text: now - typed.at < wordMs ? typed.text + key : key, at: now };
    const found = typeAhead(labels(), label, typed.text);
    if (found !== undefined) goTo(found);
  };
  const move = (key: string, label: string): boolean => {
    const to = treeMove(rows(), label, key);
    const isLetter = !to && /^[\p{L}\p{N}_.-]$/u.test(key);
    if (isLetter) letter(key, label);
    else typed = noLetters;
    if (to?.type === "go") goTo(to.label);
    else if (to?.type === "fold") foldAgents(to.labels, to.isFolded);
    return isLetter || to !== undefined;
  };
  const act = (event: KeyboardEvent, label: string): boolean => {
    const card = store.fleet?.cards.get(label);
    const pressed = event.key === " " ? "enter" : keysOf(event);
    const deed = card && deedsFor(store, card).find((each) => each.pressed !== "" && each.pressed === pressed);
    if (deed) {
      typed = noLetters;
      deed.run();
    } else if (pressed === "contextmenu" || pressed === "shift+f10") openMenu(label);
    else return !event.ctrlKey && !event.metaKey && !event.altKey && move(event.key, label);
    return true;
  };
  return (event, active) => {
    if (active === undefined || !act(event, active)) return;
    event.preventDefault();
    event.stopPropagation();
  };
}
