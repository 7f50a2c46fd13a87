/** What the person looks for in the conversations; kept while the page is there. */
import { createSignal } from "solid-js";

/** Across sessions. */
const [findText, setFindText] = createSignal("");
/** In the transcript that is shown: undefined while nobody looks. */
const [innerText, setInnerText] = createSignal<string>();

export { findText, innerText, setFindText, setInnerText };
