/** Who is shown, on which model, and how full, how dear. */
import { Show } from "solid-js";
import { useStore } from "../state/context.ts";
import { prefs, setPref } from "../state/prefs.ts";

export function Header() {
  const store = useStore();
  const card = () => store.fleet?.cards.get(store.agent ?? "");
  return (
    <header class="top">
      <Show when={!prefs().sidebarOpen}>
        <button type="button" aria-label="Show the sessions" onClick={() => setPref("sidebarOpen", true)}>
          ☰
        </button>
      </Show>
      <span class="grow cut">{card()?.path ?? "New session"}</span>
      <span class="dim small">{card()?.model?.model}</span>
      <Show when={store.meter}>{(meter) => <span class="small">${meter().treeUsd.toFixed(4)}</span>}</Show>
      <Show when={!prefs().sideOpen}>
        <button type="button" aria-label="Show the side" onClick={() => setPref("sideOpen", true)}>
          ◨
        </button>
      </Show>
    </header>
  );
}
