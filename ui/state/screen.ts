/** What of the screen the page has to know. */
import { createSignal } from "solid-js";

const query = globalThis.matchMedia?.("(max-width: 1000px)");
const [isNarrow, setNarrow] = createSignal(query?.matches ?? false);
query?.addEventListener("change", ({ matches }) => setNarrow(matches));

/** The columns do not fit side by side: sessions and side lie over the conversation. */
export { isNarrow };
