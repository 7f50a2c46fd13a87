/** What the keys do, for a hand on a mouse or a screen. */
import { Match, Show, Switch } from "solid-js";
import type { Composing } from "../state/composing.ts";
import { Icon } from "./icon.tsx";

export function ComposerButtons(props: { readonly composing: Composing }) {
  const { composing } = props;
  return (
    <div class="composer-buttons">
      <Show when={composing.mode() === "working"}>
        <button
          type="button"
          class="outlined danger"
          title="Stop the model; running tools go on. Twice ends the tools too."
          onClick={composing.halt}
        >
          <Icon name="stop" /> Stop
        </button>
        <Show when={composing.hasContent()}>
          <button
            type="button"
            class="outlined"
            title="Say this when all of the present work is done"
            onClick={() => composing.send("when-idle")}
          >
            Queue
          </button>
        </Show>
      </Show>
      <Switch
        fallback={
          <button type="submit" class="primary" disabled={!composing.hasContent() || composing.mode() === "joining"}>
            <Icon name="send" /> Send
          </button>
        }
      >
        <Match when={composing.mode() === "working"}>
          <Show when={composing.hasContent()}>
            <button type="submit" class="primary" title="Say this at once; running tools go on in the background">
              <Icon name="send" /> Steer
            </button>
          </Show>
        </Match>
        <Match when={composing.mode() === "halted"}>
          <button type="submit" class="primary" title="Go on with the queue">
            <Icon name="play" /> {composing.hasContent() ? "Send" : "Go on"}
          </button>
        </Match>
        <Match when={composing.mode() === "ended"}>{null}</Match>
      </Switch>
    </div>
  );
}
