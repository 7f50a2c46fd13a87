/** What every dialog does: it holds the focus and gives it back, and a click beside it closes it. Escape does by itself. */
import { onCleanup, onMount } from "solid-js";

/** Shows the dialog while the calling component is there. It is closed by its own `close` event's listener. */
export function useModal(dialog: () => HTMLDialogElement | undefined): void {
  const before = document.activeElement;
  onMount(() => {
    const element = dialog();
    element?.addEventListener("pointerdown", ({ target }) => target === element && element.close());
    element?.showModal();
  });
  onCleanup(() => {
    dialog()?.close();
    if (before instanceof HTMLElement) queueMicrotask(() => before.isConnected && before.focus());
  });
}
