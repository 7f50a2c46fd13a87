/** Text as it is. Of a very long one the end is held back until it is asked for. */
import { createMemo, createSignal, Show } from "solid-js";
import { shownCount } from "../state/format.ts";
import { plain } from "../state/plain.ts";

const shownChars = 40_000;

export function PlainText(props: { readonly text: string; readonly class?: string }) {
  const [whole, setWhole] = createSignal(false);
  const text = createMemo(() => plain(whole() ? props.text : props.text.slice(0, shownChars)));
  return (
    <>
      <pre class={`plain-text ${props.class ?? ""}`}>{text()}</pre>
      <Show when={!whole() && props.text.length > shownChars}>
        <button type="button" class="link-button" onClick={() => setWhole(true)}>
          Show {shownCount(props.text.length - shownChars)} more characters
        </button>
      </Show>
    </>
  );
}
