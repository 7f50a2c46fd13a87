/** A line that opens: a button with a chevron, and what it hides, made only once it is open. */
import { type JSX, Show } from "solid-js";
import { fold } from "../state/opened.ts";
import { Icon } from "./icon.tsx";

export function Fold(props: {
  /** Where it is remembered. */
  readonly key: string;
  readonly head: JSX.Element;
  readonly class?: string;
  readonly children: JSX.Element;
}) {
  const { open, set } = fold(props.key);
  return (
    <div class={`fold ${props.class ?? ""}`}>
      <button type="button" class="fold-head" aria-expanded={open()} data-fold onClick={() => set(!open())}>
        <Icon name="chevron" class="fold-mark" />
        {props.head}
      </button>
      <Show when={open()}>
        <div class="fold-body">{props.children}</div>
      </Show>
    </div>
  );
}
