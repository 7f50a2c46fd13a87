/** Puts words into the composer, for the person to read before they send them. */
import { placeOf } from "./composing.ts";
import { setDraft } from "./drafts.ts";
import type { Store } from "./store.ts";

export function fillComposer(store: Store, text: string): void {
  setDraft(placeOf(store), { text });
  focusComposer();
}

/** A dialog that closes gives the focus back first. */
export function focusComposer(): void {
  requestAnimationFrame(() => {
    const field = document.querySelector<HTMLTextAreaElement>(".composer textarea");
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  });
}
