/** The side: the fleet, what changed, files, terminals and details, a tab each, loaded when first opened. Where it is narrow, a drawer. */
import { type Component, For, lazy, onMount, Show, Suspense } from "solid-js";
import { Dynamic } from "solid-js/web";
import { type Action, shownKeys, useActions } from "../state/actions.ts";
import { countByAgents } from "../state/changes.ts";
import { changes, followChanges } from "../state/changes-shown.ts";
import { useStore } from "../state/context.ts";
import type { FleetView } from "../state/fleet.ts";
import { onChange } from "../state/on-change.ts";
import { prefs, setPref } from "../state/prefs.ts";
import { isNarrow } from "../state/screen.ts";
import { type SideTab, showTab } from "../state/shell.ts";
import { goToTerminal } from "../state/terminals.ts";
import { Drawer } from "./drawer.tsx";
import { Icon } from "./icon.tsx";
import { Splitter } from "./splitter.tsx";

interface Tab {
  readonly id: SideTab;
  readonly title: string;
  readonly view: Component;
  /** Shown beside the title where it is not zero. */
  readonly count?: (fleet: FleetView) => number;
}

const tabs: readonly Tab[] = [
  {
    id: "fleet",
    title: "Fleet",
    view: lazy(async () => ({ default: (await import("./fleet.tsx")).FleetTab })),
    count: ({ cards }) => [...cards.values()].filter(({ busySince }) => busySince !== null).length,
  },
  {
    id: "changes",
    title: "Changes",
    view: lazy(async () => ({ default: (await import("./changes.tsx")).Changes })),
    count: () => countByAgents(changes()?.value() ?? []),
  },
  { id: "files", title: "Files", view: lazy(async () => ({ default: (await import("./files.tsx")).Files })) },
  {
    id: "terminal",
    title: "Terminal",
    view: lazy(async () => ({ default: (await import("./terminal.tsx")).Terminal })),
    count: ({ terminals }) => terminals.filter(({ exitCode }) => exitCode === undefined).length,
  },
  { id: "details", title: "Details", view: lazy(async () => ({ default: (await import("./details.tsx")).Details })) },
];

const shown = () => tabs.find(({ id }) => id === prefs().sideTab) ?? tabs[0];

/** What had the focus in the side may be gone with the tab that was shown: the tab's button has it then. */
function goTo(id: SideTab): void {
  const wasInside = document.activeElement?.closest(".side") != null;
  showTab(id);
  if (wasInside) document.getElementById(`tab-${id}`)?.focus();
}

/** The keys that open the tabs; offered while the side is closed too. */
export function useTabActions(): void {
  useActions(
    tabs.map(
      ({ id, title }, index): Action => ({
        id: `side.${id}`,
        title: `Show ${title.toLowerCase()}`,
        group: "View",
        keys: `alt+${index + 1}`,
        inFields: true,
        run: () => (id === "terminal" ? goToTerminal() : goTo(id)),
      }),
    ),
  );
}

const close = () => setPref("sideOpen", false);

export function Side() {
  return (
    <Show when={isNarrow()} fallback={<Column />}>
      <Drawer label="Side" class="from-right" close={close}>
        <Column />
      </Drawer>
    </Show>
  );
}

function Column() {
  const store = useStore();
  followChanges(store);
  let list: HTMLDivElement | undefined;
  // Who chose an agent wants to see it.
  onChange(
    () => store.agent,
    () => isNarrow() && close(),
  );
  const showChosen = () =>
    list?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  onMount(showChosen);
  onChange(() => shown()?.id, showChosen);
  const onKey = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === shown()?.id);
    const to = { ArrowRight: (at + 1) % tabs.length, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    const next = to === undefined ? undefined : tabs.at(to);
    if (!next) return;
    event.preventDefault();
    showTab(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <aside class="side" aria-label="Side">
      <Splitter name="side" label="Width of the side" min={280} max={900} />
      <div class="tabs">
        <div role="tablist" aria-label="Side" ref={list} onKeyDown={onKey}>
          <For each={tabs}>
            {({ id, title, count }, index) => (
              <button
                type="button"
                role="tab"
                id={`tab-${id}`}
                title={`${title} (${shownKeys(`alt+${index() + 1}`).join("+")})`}
                aria-controls="side-panel"
                aria-selected={shown()?.id === id}
                tabindex={shown()?.id === id ? 0 : -1}
                onClick={() => showTab(id)}
              >
                {title}{" "}
                <Show when={store.fleet && count?.(store.fleet)}>{(some) => <span class="count">{some()}</span>}</Show>
              </button>
            )}
          </For>
        </div>
        <button type="button" class="icon-button" aria-label="Hide the side" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <div class="panel" id="side-panel" role="tabpanel" aria-labelledby={`tab-${shown()?.id}`}>
        <Suspense fallback={<p class="empty">Loading…</p>}>
          <Dynamic component={shown()?.view} />
        </Suspense>
      </div>
    </aside>
  );
}
