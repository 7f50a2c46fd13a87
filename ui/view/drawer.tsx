/** A column that lies over the conversation on a narrow screen: it holds the focus; Escape or a tap beside it closes it. */
import type { JSX } from "solid-js";
import { useModal } from "./use-modal.ts";

export function Drawer(props: {
  readonly label: string;
  readonly class?: string;
  readonly close: () => void;
  readonly children: JSX.Element;
}) {
  let drawer: HTMLDialogElement | undefined;
  useModal(
    () => drawer,
    () => props.close(),
  );
  return (
    <dialog ref={drawer} class={`drawer ${props.class ?? ""}`} aria-label={props.label}>
      {props.children}
    </dialog>
  );
}
