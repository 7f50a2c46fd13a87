/** What lies over the page: dialogs and passing words. */
import { For } from "solid-js";
import { dismissToast, toasts } from "../state/shell.ts";

export function Overlays() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      <For each={toasts()}>
        {(each) => (
          <div class={`toast ${each.kind}`}>
            <span class="grow">{each.text}</span>
            <button type="button" aria-label="Dismiss" onClick={() => dismissToast(each.id)}>
              ✕
            </button>
          </div>
        )}
      </For>
    </div>
  );
}
