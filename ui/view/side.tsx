/** The side: the fleet, what changed, files, terminals and details. */
import { For, Match, Switch } from "solid-js";
import { prefs, setPref } from "../state/prefs.ts";
import type { SideTab } from "../state/shell.ts";
import { Splitter } from "./splitter.tsx";

const tabs: readonly { readonly id: SideTab; readonly title: string }[] = [
  { id: "fleet", title: "Fleet" },
  { id: "changes", title: "Changes" },
  { id: "files", title: "Files" },
  { id: "terminal", title: "Terminal" },
  { id: "details", title: "Details" },
];

export function Side() {
  return (
    <aside class="side" aria-label="Side">
      <Splitter name="side" label="Width of the side" min={280} max={900} />
      <div class="tabs" role="tablist">
        <For each={tabs}>
          {({ id, title }) => (
            <button
              type="button"
              role="tab"
              id={`tab-${id}`}
              aria-controls="side-panel"
              aria-selected={prefs().sideTab === id}
              onClick={() => setPref("sideTab", id)}
            >
              {title}
            </button>
          )}
        </For>
        <span class="grow" />
        <button type="button" aria-label="Hide the side" onClick={() => setPref("sideOpen", false)}>
          ✕
        </button>
      </div>
      <div class="panel" id="side-panel" role="tabpanel" aria-labelledby={`tab-${prefs().sideTab}`}>
        <Switch fallback={<p class="dim">Nothing here yet.</p>}>
          <Match when={prefs().sideTab === "fleet"}>
            <p class="dim">Fleet</p>
          </Match>
        </Switch>
      </div>
    </aside>
  );
}
