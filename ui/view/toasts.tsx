/** Passing words. They lie over dialogs too, and a screen reader says them. */
import { createEffect, For, Show } from "solid-js";
import { keyHint, useActions } from "../state/actions.ts";
import { plain } from "../state/plain.ts";
import { dismissToast, type Toast, toasts } from "../state/shell.ts";
import { Icon } from "./icon.tsx";

export function Toasts() {
  let box: HTMLDivElement | undefined;
  const offer = () => toasts().findLast(({ action }) => action !== undefined);
  useActions([
    {
      id: "toast.action",
      title: "Do what the newest note offers, such as Undo",
      group: "Go to",
      keys: "alt+z",
      inFields: true,
      enabled: () => offer() !== undefined,
      run: () => take(offer()),
    },
  ]);
  // Shown anew with each, so that it is above what was opened meanwhile.
  createEffect(() => {
    const isEmpty = toasts().length === 0;
    if (box?.matches(":popover-open")) box.hidePopover();
    if (!isEmpty) box?.showPopover();
  });
  return (
    <div ref={box} class="toasts" role="status" aria-live="polite" popover="manual">
      <For each={toasts()}>{(each) => <ToastView toast={each} />}</For>
    </div>
  );
}

function take(toast: Toast | undefined): void {
  if (!toast) return;
  dismissToast(toast.id);
  toast.action?.run();
}

function ToastView(props: { readonly toast: Toast }) {
  const dismiss = () => dismissToast(props.toast.id);
  return (
    <div class={`toast ${props.toast.kind}`}>
      <Icon name={props.toast.kind === "bad" ? "alert" : "check"} class="toast-icon" />
      <div class="grow">
        <p>{plain(props.toast.text)}</p>
        <Show when={props.toast.hint}>{(hint) => <p class="dim small">{plain(hint())}</p>}</Show>
      </div>
      <Show when={props.toast.action}>
        {(action) => (
          <button type="button" class="outlined" title={keyHint("toast.action")} onClick={() => take(props.toast)}>
            {action().title}
          </button>
        )}
      </Show>
      <button type="button" class="icon-button" aria-label="Dismiss" onClick={dismiss}>
        <Icon name="close" />
      </button>
    </div>
  );
}
