/** The keys of the changes: from file to file while the focus is on one, from change to change from anywhere. */

const heads = ".change-head";
const hunks = ".change.open .diff caption";

/** Moves the focus to the file after or before, where the key means that. */
export function onChangeKey(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  const list = event.currentTarget.closest<HTMLElement>(".changes");
  if (event.ctrlKey || event.metaKey || event.altKey || !list || (by !== 1 && by !== -1)) return;
  event.preventDefault();
  step(list, heads, by);
}

/** Goes to the next change or the one before: a file, which is opened, then its hunks one by one. */
export function stepChange(list: HTMLElement, by: 1 | -1): void {
  const at = step(list, `${heads}, ${hunks}`, by);
  if (at?.getAttribute("aria-expanded") === "false") at.click();
}

/** From where the focus is, or from the beginning. */
function step(list: HTMLElement, selector: string, by: 1 | -1): HTMLElement | undefined {
  const stops = [...list.querySelectorAll<HTMLElement>(selector)];
  const from = document.activeElement;
  const isInside = from !== null && list.contains(from);
  const isBeyond = (stop: HTMLElement) => {
    const wanted = by === 1 ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
    return from !== null && stop !== from && (from.compareDocumentPosition(stop) & wanted) !== 0;
  };
  const next = isInside ? (by === 1 ? stops.find(isBeyond) : stops.findLast(isBeyond)) : stops[0];
  if (next?.tagName === "CAPTION") next.tabIndex = -1;
  next?.focus();
  return next;
}
