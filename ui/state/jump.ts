/** Where the transcript is asked to go. Find, forks, notices and links ask; the transcript that is shown goes there. */
import { createSignal } from "solid-js";
import type { CallId } from "../../agent/message.ts";
import type { Item } from "./view.ts";

/** A row by its item's id, the row that holds a call, or the end. */
export type Place =
  | { readonly type: "item"; readonly id: string }
  | { readonly type: "call"; readonly call: CallId }
  | { readonly type: "end" };

const [jump, setJump] = createSignal<Place | undefined>(undefined, { equals: false });

export { jump };

/** Shows the row of an item; older pages are asked for until it is there. */
export function scrollToItem(id: string): void {
  setJump({ type: "item", id });
}

/** Shows a tool call, opened. */
export function scrollToCall(call: CallId): void {
  setJump({ type: "call", call });
}

export function scrollToEnd(): void {
  setJump({ type: "end" });
}

export function jumpDone(): void {
  setJump(undefined);
}

/** The index of the item that is meant; -1 where it is not among these. */
export function indexOf(items: readonly Item[], place: Place): number {
  if (place.type === "end") return items.length - 1;
  if (place.type === "item") return items.findLastIndex(({ id }) => id === place.id);
  return items.findLastIndex((item) => partWith(item, place.call) >= 0);
}

/** Which part of an item is this call; -1 where none is. */
export function partWith(item: Item | undefined, call: CallId): number {
  if (item?.type !== "assistant") return -1;
  return item.parts.findIndex((part) => part.type === "call" && part.call.callId === call);
}
