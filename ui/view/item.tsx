/** One row of a transcript. */
import { Match, Switch } from "solid-js";
import type { Item } from "../state/view.ts";
import { Answer } from "./answer.tsx";
import { Marker } from "./marker.tsx";
import { Notice } from "./notice.tsx";
import { PeerMessage, UserMessage } from "./said.tsx";

export function ItemView(props: {
  readonly item: Item;
  /** Nothing has come after it: what can be done about it is offered. */
  readonly isNewest: boolean;
}) {
  const as = <Type extends Item["type"]>(type: Type) =>
    props.item.type === type ? (props.item as Extract<Item, { type: Type }>) : undefined;
  return (
    <article
      id={`row-${props.item.id}`}
      class={`item ${props.item.type}`}
      tabindex="-1"
      aria-label={labelOf(props.item)}
      aria-busy={props.item.type === "assistant" && props.item.live}
    >
      <Switch>
        <Match when={as("user")}>{(item) => <UserMessage item={item()} />}</Match>
        <Match when={as("peer")}>{(item) => <PeerMessage item={item()} />}</Match>
        <Match when={as("assistant")}>{(item) => <Answer item={item()} isNewest={props.isNewest} />}</Match>
        <Match when={as("notice")}>{(item) => <Notice item={item()} />}</Match>
        <Match when={as("marker")}>{(item) => <Marker event={item().event} isNewest={props.isNewest} />}</Match>
      </Switch>
    </article>
  );
}

function labelOf(item: Item): string {
  switch (item.type) {
    case "user":
      return "You";
    case "peer":
      return `Message from ${item.from}`;
    case "assistant":
      return `Answer of ${item.origin.model}`;
    case "notice":
      return "Notice";
    case "marker":
      return "Event";
  }
}
