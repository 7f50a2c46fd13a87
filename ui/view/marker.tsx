/** Something that happened between messages: a line, and for a problem what can be done. */
import { createMemo, Show } from "solid-js";
import { useStore } from "../state/context.ts";
import { type MarkerWords, markerWords } from "../state/marker-words.ts";
import { foldKey } from "../state/opened.ts";
import { plain } from "../state/plain.ts";
import { toastError } from "../state/shell.ts";
import type { MarkerItem } from "../state/view.ts";
import { Fold } from "./fold.tsx";
import { Icon } from "./icon.tsx";
import { Prose } from "./prose.tsx";

export function Marker(props: { readonly event: MarkerItem["event"]; readonly isNewest: boolean }) {
  const words = createMemo(() => markerWords(props.event));
  return (
    <Show when={words().tone === "plain"} fallback={<Problem words={words()} isNewest={props.isNewest} />}>
      <Line words={words()} id={`e${props.event.seq}-${props.event.at}`} />
    </Show>
  );
}

function Line(props: { readonly words: MarkerWords; readonly id: string }) {
  const store = useStore();
  const place = { session: store.session ?? "", agent: store.agent ?? "" };
  const title = () => (
    <>
      <Icon name={props.words.icon} />
      <span>{plain(props.words.text)}</span>
    </>
  );
  return (
    <div class="event line">
      <Show when={props.words.more} fallback={title()}>
        {(more) => (
          <Fold key={foldKey(place, props.id)} class="event-fold" head={title()}>
            <Prose text={more()} />
          </Fold>
        )}
      </Show>
      <Show when={props.words.agent}>
        {(agent) => (
          <button type="button" class="link-button" onClick={() => store.openAgent(agent())}>
            {plain(agent())}
          </button>
        )}
      </Show>
    </div>
  );
}

function Problem(props: { readonly words: MarkerWords; readonly isNewest: boolean }) {
  const store = useStore();
  const retry = () => {
    if (store.agent === undefined) return;
    store.command(store.agent, { type: "prompt", text: "Go on." }).catch(toastError);
  };
  return (
    <div class={`problem ${props.words.tone}`} role="note">
      <Icon name={props.words.icon} />
      <div class="grow">
        <p>{plain(props.words.text)}</p>
        <Show when={props.words.hint}>{(hint) => <p class="problem-hint">{plain(hint())}</p>}</Show>
      </div>
      <Show when={props.isNewest && props.words.canRetry && !store.isReplay}>
        <button type="button" class="outlined" onClick={retry}>
          Try again
        </button>
      </Show>
    </div>
  );
}
