/** A dialog over the page: it holds the focus, and Escape or a click beside it closes it. */
import type { JSX } from "solid-js";
import { setDialog } from "../state/shell.ts";
import { Icon } from "./icon.tsx";
import { useModal } from "./use-modal.ts";

export function Modal(props: { readonly title: string; readonly class?: string; readonly children: JSX.Element }) {
  let dialog: HTMLDialogElement | undefined;
  useModal(
    () => dialog,
    () => setDialog(undefined),
  );
  return (
    <dialog ref={dialog} class={`modal ${props.class ?? ""}`} aria-label={props.title}>
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
