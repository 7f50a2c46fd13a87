/** A dialog over the page. Plain keys that are pressed in it go no further: they are its own. */
import { createUniqueId, type JSX, Show } from "solid-js";
import { setDialog } from "../state/shell.ts";
import { Icon } from "./icon.tsx";
import { useModal } from "./use-modal.ts";

export function Dialog(props: {
  readonly title: string;
  readonly class?: string;
  /** The title is for screen readers only, and there is no button to close it. */
  readonly isBare?: boolean;
  readonly children: JSX.Element;
}) {
  const titleId = createUniqueId();
  let dialog: HTMLDialogElement | undefined;
  useModal(
    () => dialog,
    () => setDialog(undefined),
  );
  return (
    <dialog
      ref={dialog}
      class={`dialog ${props.class ?? ""}`}
      aria-labelledby={titleId}
      onKeyDown={(event) => !event.ctrlKey && !event.metaKey && event.stopPropagation()}
    >
      <div class="dialog-body">
        <Show
          when={!props.isBare}
          fallback={
            <h2 id={titleId} class="hidden-label">
              {props.title}
            </h2>
          }
        >
          <header class="dialog-head">
            <h2 id={titleId} class="grow">
              {props.title}
            </h2>
            <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog?.close()}>
              <Icon name="close" />
            </button>
          </header>
        </Show>
        {props.children}
      </div>
    </dialog>
  );
}
