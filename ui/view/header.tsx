/** Which agent is shown, how it fares, and how it is stopped. */
import { createMemo, For, Show } from "solid-js";
import { useStore } from "../state/context.ts";
import { lineage } from "../state/fleet.ts";
import { useNow } from "../state/now.ts";
import { plain } from "../state/plain.ts";
import { prefs, setPref } from "../state/prefs.ts";
import { isNarrow } from "../state/screen.ts";
import { stateWords, waitWords } from "../state/state-words.ts";
import type { AgentView } from "../state/view.ts";
import { Icon } from "./icon.tsx";
import { Menu, Stops } from "./stops.tsx";
import { Elapsed } from "./thinking.tsx";

export function Header() {
  const store = useStore();
  const card = () => store.fleet?.cards.get(store.agent ?? "");
  const retry = () => store.transcript?.view()?.retry;
  return (
    <>
      <header class="top">
        <Show when={isNarrow() || !prefs().sidebarOpen}>
          <IconButton name="menu" label="Show the sessions" run={() => setPref("sidebarOpen", true)} />
        </Show>
        <Crumbs />
        <Show when={card()}>
          {(shown) => (
            <>
              <State card={shown()} />
              <Stops />
              <Menu />
            </>
          )}
        </Show>
        <Show when={isNarrow() || !prefs().sideOpen}>
          <IconButton name="panel" label="Show the side" run={() => setPref("sideOpen", true)} />
        </Show>
      </header>
      <Show when={retry()}>{(event) => <Retry event={event()} />}</Show>
    </>
  );
}

function IconButton(props: {
  readonly name: Parameters<typeof Icon>[0]["name"];
  readonly label: string;
  readonly run: () => void;
}) {
  return (
    <button type="button" class="icon-button" aria-label={props.label} title={props.label} onClick={() => props.run()}>
      <Icon name={props.name} />
    </button>
  );
}

/** The session's title, which stands for its first agent, and the labels from there down to the one that is shown. */
function Crumbs() {
  const store = useStore();
  const title = () => {
    if (store.session === undefined) return "New session";
    return plain(store.sessions?.find(({ id }) => id === store.session)?.title || "Untitled");
  };
  const below = createMemo(() => {
    const card = store.fleet?.cards.get(store.agent ?? "");
    return card ? lineage(card).slice(1) : [];
  });
  const open = (label: string | undefined) => label !== undefined && store.openAgent(label);
  return (
    <nav class="crumbs grow" aria-label="Agent">
      <Show when={below().length > 0} fallback={<h1 class="cut">{title()}</h1>}>
        <button type="button" class="crumb cut" onClick={() => open(store.fleet?.root)}>
          {title()}
        </button>
      </Show>
      <For each={below()}>
        {(label, index) => (
          <>
            <Icon name="chevron" class="crumb-mark" />
            <Show when={index() === below().length - 1} fallback={<Crumb label={label} open={open} />}>
              <h1 class="cut" aria-current="page">
                {label}
              </h1>
            </Show>
          </>
        )}
      </For>
    </nav>
  );
}

function Crumb(props: { readonly label: string; readonly open: (label: string) => void }) {
  return (
    <button type="button" class="crumb cut" onClick={() => props.open(props.label)}>
      {props.label}
    </button>
  );
}

function State(props: { readonly card: AgentView["card"] }) {
  const words = () => stateWords(props.card);
  return (
    <span class={`agent-state ${words().tone}`} title={props.card.error === null ? undefined : plain(props.card.error)}>
      <span class="state-dot" aria-hidden="true" />
      <span class="cut" role="status">
        {plain(words().text)}
      </span>
      <Show when={props.card.busySince}>{(since) => <Elapsed since={since()} />}</Show>
    </span>
  );
}

function Retry(props: { readonly event: NonNullable<AgentView["retry"]> }) {
  const now = useNow();
  return (
    <div class="link-notice" role="status">
      {plain(waitWords(props.event, now()))}
    </div>
  );
}
