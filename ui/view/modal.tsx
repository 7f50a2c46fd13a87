/** Another name of the dialog. */
import type { JSX } from "solid-js";
import { Dialog } from "./dialog.tsx";

export function Modal(props: { readonly title: string; readonly class?: string; readonly children: JSX.Element }) {
  return (
    <Dialog title={props.title} class={props.class ?? ""}>
      {props.children}
    </Dialog>
  );
}
