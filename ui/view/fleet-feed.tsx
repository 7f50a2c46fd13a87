/** What agents say to each other, as it passes. A click leads to the message in its receiver's conversation. */
import { createMemo, createSignal, For, Show } from "solid-js";
import type { Passing } from "../../server/protocol.ts";
import { useStore } from "../state/context.ts";
import { showAgent } from "../state/fleet-actions.ts";
import { plural, shownWhen } from "../state/format.ts";
import { scrollToItem } from "../state/jump.ts";
import { useNow } from "../state/now.ts";
import { plain } from "../state/plain.ts";
import { Icon } from "./icon.tsx";

const shownMessages = 100;
const [open, setOpen] = createSignal(true);

export function FleetFeed() {
  const store = useStore();
  const [of, setOf] = createSignal("");
  const passing = () => store.fleet?.passing ?? [];
  const fitting = createMemo(() => passing().filter(({ from, to }) => of() === "" || from === of() || to === of()));
  const shown = createMemo(() => fitting().slice(-shownMessages).toReversed());
  const agents = createMemo(() => [...new Set(passing().flatMap(({ from, to }) => [from, to]))].sort());
  return (
    <Show when={passing().length > 0}>
      <section class="fleet-feed" aria-label="Messages between agents">
        <header class="row small">
          <button type="button" class="grow fleet-feed-head" aria-expanded={open()} onClick={() => setOpen(!open())}>
            <span class="fleet-fold" classList={{ open: open() }}>
              <Icon name="chevron" />
            </span>
            {plural(fitting().length, "message")}
          </button>
          <Show when={open()}>
            <select
              aria-label="Whose messages"
              value={of()}
              onChange={({ currentTarget }) => setOf(currentTarget.value)}
            >
              <option value="">of all</option>
              <For each={agents()}>{(label) => <option value={label}>of {label}</option>}</For>
            </select>
          </Show>
        </header>
        <Show when={open()}>
          <ol>
            <For each={shown()}>{(passed) => <Message passed={passed} />}</For>
          </ol>
        </Show>
      </section>
    </Show>
  );
}

function Message(props: { readonly passed: Passing }) {
  const store = useStore();
  const now = useNow();
  const show = () => {
    showAgent(store, props.passed.to);
    scrollToItem(props.passed.message);
  };
  return (
    <li>
      <button type="button" class="fleet-message small" onClick={show}>
        <span class="row">
          <strong class="cut">{props.passed.from}</strong>
          <span class="dim" aria-hidden="true">
            →
          </span>
          <span class="hidden-label">to</span>
          <strong class="cut">{props.passed.to}</strong>
          <span class="grow" />
          <time class="dim" datetime={new Date(props.passed.at).toISOString()}>
            {shownWhen(props.passed.at, now())}
          </time>
        </span>
        <span class="fleet-message-text">{plain(props.passed.text)}</span>
      </button>
    </li>
  );
}
