/** What agents say to each other, as it passes. */
import { createMemo, createSignal, For, Show } from "solid-js";
import { useStore } from "../state/context.ts";
import { plural, shownWhen } from "../state/format.ts";
import { useNow } from "../state/now.ts";
import { plain } from "../state/plain.ts";
import { Icon } from "./icon.tsx";

const shownMessages = 100;
const [open, setOpen] = createSignal(true);

export function FleetFeed() {
  const store = useStore();
  const [only, setOnly] = createSignal(false);
  const all = createMemo(() => {
    const passing = store.fleet?.passing ?? [];
    const mine = only() ? passing.filter(({ from, to }) => from === store.agent || to === store.agent) : passing;
    return mine.slice(-shownMessages).toReversed();
  });
  return (
    <Show when={(store.fleet?.passing.length ?? 0) > 0}>
      <section class="fleet-feed" aria-label="Messages between agents">
        <header class="row small">
          <button type="button" class="grow fleet-feed-head" aria-expanded={open()} onClick={() => setOpen(!open())}>
            <span class="fleet-fold" classList={{ open: open() }}>
              <Icon name="chevron" />
            </span>
            {plural(store.fleet?.passing.length ?? 0, "message")} between agents
          </button>
          <label class="dim">
            <input type="checkbox" checked={only()} onChange={() => setOnly(!only())} /> of {store.agent}
          </label>
        </header>
        <Show when={open()}>
          <ol>
            <For each={all()}>
              {({ from, to, text, at }) => (
                <li>
                  <div class="row small">
                    <button type="button" class="link-button" onClick={() => store.openAgent(from)}>
                      {from}
                    </button>
                    <span class="dim" aria-hidden="true">
                      →
                    </span>
                    <span class="hidden-label">to</span>
                    <button type="button" class="link-button" onClick={() => store.openAgent(to)}>
                      {to}
                    </button>
                    <span class="grow" />
                    <When at={at} />
                  </div>
                  <p class="small">{plain(text)}</p>
                </li>
              )}
            </For>
          </ol>
        </Show>
      </section>
    </Show>
  );
}

function When(props: { readonly at: number }) {
  const now = useNow();
  return <span class="dim">{shownWhen(props.at, now())}</span>;
}
