/** What every dialog does: it holds the focus and gives it back, and a click beside it closes it. Escape does by itself. */
import { onCleanup, onMount } from "solid-js";

/** Shows the dialog while the calling component is there. `close` is to take that away; the person asked for it. */
export function useModal(dialog: () => HTMLDialogElement | undefined, close: () => void): void {
  const before = document.activeElement;
  // The event of a dialog that is gone comes late: it would close the next one.
  let isOver = false;
  onMount(() => {
    const element = dialog();
    // Text may be selected from within to beside; only what also began there is a click beside.
    let beganBeside = false;
    element?.addEventListener("pointerdown", ({ target }) => {
      beganBeside = target === element;
    });
    element?.addEventListener("click", ({ target }) => beganBeside && target === element && element.close());
    element?.addEventListener("close", () => !isOver && close());
    element?.showModal();
    // Else the way out would have the focus first.
    if (!element || element.querySelector("[autofocus]")) return;
    element.tabIndex = -1;
    element.focus();
  });
  onCleanup(() => {
    isOver = true;
    dialog()?.close();
    if (before instanceof HTMLElement) queueMicrotask(() => before.isConnected && before.focus());
  });
}
