/** A dialog over the page: it holds the focus, and Escape or a click beside it closes it. */
import { type JSX, onMount } from "solid-js";
import { setDialog } from "../state/shell.ts";
import { Icon } from "./icon.tsx";

export function Modal(props: { readonly title: string; readonly class?: string; readonly children: JSX.Element }) {
  let dialog: HTMLDialogElement | undefined;
  onMount(() => {
    dialog?.showModal();
    dialog?.addEventListener("click", ({ target }) => target === dialog && dialog?.close());
  });
  return (
    <dialog
      ref={dialog}
      class={`modal ${props.class ?? ""}`}
      aria-label={props.title}
      onClose={() => setDialog(undefined)}
    >
      <div class="modal-body">
        <header class="modal-head">
          <h2>{props.title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog?.close()}>
            <Icon name="close" />
          </button>
        </header>
        {props.children}
      </div>
    </dialog>
  );
}
