/** What a press of a key would do now. */
import { Index, Show } from "solid-js";
import { shownKeys } from "../state/actions.ts";
import type { Composing } from "../state/composing.ts";

export function ComposerHints(props: { readonly composing: Composing }) {
  return (
    <p id="composer-hints" class="composer-hints">
      <Index each={props.composing.hints()}>
        {(hint) => (
          <span class="hint" classList={{ "key-hint": hint().keys !== undefined }}>
            <Show when={hint().keys}>
              {(keys) => <Index each={shownKeys(keys())}>{(key) => <kbd>{key()}</kbd>}</Index>}
            </Show>{" "}
            {hint().text}
          </span>
        )}
      </Index>
    </p>
  );
}
