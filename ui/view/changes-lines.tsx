/** Lines added and removed. */
import { Show } from "solid-js";

export function Lines(props: { readonly of: { readonly added: number | null; readonly removed: number | null } }) {
  return (
    <Show when={props.of.added !== null || props.of.removed !== null}>
      <span class="lines">
        <span class="good">{`+${props.of.added ?? 0}`}</span> <span class="bad">{`−${props.of.removed ?? 0}`}</span>
      </span>
    </Show>
  );
}
