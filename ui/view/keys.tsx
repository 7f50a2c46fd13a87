/** Keys to press together, each drawn as one. */
import { For } from "solid-js";
import { shownKeys } from "../state/actions.ts";

export function Keys(props: { readonly keys: string }) {
  return (
    <span class="keys">
      <For each={shownKeys(props.keys)}>{(key) => <kbd>{key}</kbd>}</For>
    </span>
  );
}
