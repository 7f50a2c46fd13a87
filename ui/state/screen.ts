/** What of the screen the page has to know. */
import { createSignal } from "solid-js";

/** The columns do not fit side by side: sessions and side lie over the conversation. */
export const narrow = globalThis.matchMedia?.("(max-width: 1000px)");
const [isNarrow, setNarrow] = createSignal(narrow?.matches ?? false);
narrow?.addEventListener("change", ({ matches }) => setNarrow(matches));

export { isNarrow };
