/** One row of a transcript. */
import { For, Match, Switch } from "solid-js";
import type { AssistantItem, Item, PartView } from "../state/view.ts";

export function ItemView(props: { readonly item: Item }) {
  const as = <Type extends Item["type"]>(type: Type) =>
    props.item.type === type ? (props.item as Extract<Item, { type: Type }>) : undefined;
  return (
    <div class="item">
      <Switch>
        <Match when={as("user")}>{(item) => <div class="said">{item().text}</div>}</Match>
        <Match when={as("peer")}>
          {(item) => (
            <div class="said">
              <b>{item().from}</b> {item().text}
            </div>
          )}
        </Match>
        <Match when={as("assistant")}>{(item) => <Answer item={item()} />}</Match>
        <Match when={as("notice")}>{(item) => <div class="dim small">{item().text}</div>}</Match>
        <Match when={as("marker")}>{(item) => <div class="dim small">{item().event.type}</div>}</Match>
      </Switch>
    </div>
  );
}

function Answer(props: { readonly item: AssistantItem }) {
  return <For each={props.item.parts}>{(part) => <Part part={part} />}</For>;
}

function Part(props: { readonly part: PartView }) {
  const { part } = props;
  if (part.type === "call") return <pre>{`${part.call.name} ${part.call.label} [${part.call.status}]`}</pre>;
  return <p class={part.type === "thinking" ? "dim" : ""}>{part.text}</p>;
}
