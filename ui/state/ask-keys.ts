/** Keys on a question's card. What was typed for something else must not answer it. */
import { onCleanup, onMount } from "solid-js";

/** A card that has just come takes no answer for this long. */
export const guardMs = 500;

/** Calls `take` with keys that are pressed on the card of an element, outside of its fields. */
export function useAskKeys(element: () => HTMLElement | undefined, take: (key: string) => boolean): void {
  const shownAt = performance.now();
  const onKey = (event: KeyboardEvent) => {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (target instanceof HTMLInputElement && target.type === "text") return;
    if (target instanceof HTMLTextAreaElement || performance.now() - shownAt < guardMs) return;
    if (take(event.key.toLowerCase())) event.preventDefault();
  };
  onMount(() => {
    const card = element()?.closest<HTMLElement>(".ask");
    card?.addEventListener("keydown", onKey);
    onCleanup(() => card?.removeEventListener("keydown", onKey));
  });
}
