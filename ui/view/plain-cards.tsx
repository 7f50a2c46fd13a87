/** Markdown, a list or keys with their values, as a tool hands them over. */
import { For, Match, Switch } from "solid-js";
import type { PlainCards } from "../state/plain-cards.ts";
import { Markdown } from "./markdown.tsx";

export function PlainCardsView(props: { readonly cards: PlainCards }) {
  return (
    <Switch>
      <Match when={props.cards.type === "markdown" && props.cards.text}>
        {(text) => (
          <div class="card">
            <Markdown text={text()} />
          </div>
        )}
      </Match>
      <Match when={props.cards.type === "list" && props.cards.items}>
        {(items) => (
          <ul class="card plain-list">
            <For each={items()}>{(item) => <li>{item}</li>}</For>
          </ul>
        )}
      </Match>
      <Match when={props.cards.type === "key-values" && props.cards.facts}>
        {(facts) => (
          <dl class="card key-values">
            <For each={facts()}>
              {([key, value]) => (
                <>
                  <dt class="dim">{key}</dt>
                  <dd>{value}</dd>
                </>
              )}
            </For>
          </dl>
        )}
      </Match>
    </Switch>
  );
}
