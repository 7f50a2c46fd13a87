/** What was chosen in the palette of late, in the browser's own storage; a storage that refuses costs only the memory. */
import { createSignal } from "solid-js";
import { afterChoice } from "./palette.ts";

const name = "sagent.recent";
const [recent, setRecent] = createSignal<readonly string[]>(load());

/** Keys of choices, the latest first. */
export { recent };

export function noteChoice(key: string): void {
  setRecent((keys) => afterChoice(keys, key));
  try {
    localStorage.setItem(name, JSON.stringify(recent()));
  } catch {
    // A private window has no storage.
  }
}

function load(): readonly string[] {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(name) ?? "[]");
    return Array.isArray(saved) ? saved.filter((key) => typeof key === "string") : [];
  } catch {
    return [];
  }
}
