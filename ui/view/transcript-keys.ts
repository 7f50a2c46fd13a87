/** The keys of the transcript while the focus is in it. */

export interface KeyTarget {
  /** Moves the focus to the next row, or the one before. */
  step(by: 1 | -1): void;
  toStart(): void;
  toEnd(): void;
}

/** Does what the key means. Keys in fields, and with Ctrl, Alt or Command, are others'. */
export function onTranscriptKey(event: KeyboardEvent, target: KeyTarget): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
  if (perform(event, target)) event.preventDefault();
}

function perform({ key, currentTarget }: KeyboardEvent, target: KeyTarget): boolean {
  const row = focusedRow();
  switch (key) {
    case "j":
      target.step(1);
      return true;
    case "k":
      target.step(-1);
      return true;
    case "ArrowDown":
    case "ArrowUp":
      if (reachesBeyond(row, currentTarget, key)) return false;
      target.step(key === "ArrowDown" ? 1 : -1);
      return true;
    case "Home":
      target.toStart();
      return true;
    case "End":
      target.toEnd();
      return true;
    case "o":
      return toggleFolds(row);
    case "Enter":
      return document.activeElement === row && toggleFolds(row);
    default:
      return false;
  }
}

export function focusedRow(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("article.item") ?? null;
}

/** A row taller than the view is scrolled through before the next one is reached. */
function reachesBeyond(row: HTMLElement | null, scroller: EventTarget | null, key: "ArrowDown" | "ArrowUp"): boolean {
  if (!row || !(scroller instanceof HTMLElement)) return false;
  const [inner, outer] = [row.getBoundingClientRect(), scroller.getBoundingClientRect()];
  return key === "ArrowDown" ? inner.bottom > outer.bottom + 1 : inner.top < outer.top - 1;
}

/** Opens what is folded in the row; where all is open, closes it. */
function toggleFolds(row: HTMLElement | null): boolean {
  const heads = [...(row?.querySelectorAll<HTMLElement>("[data-fold]") ?? [])];
  const closed = heads.filter((head) => head.getAttribute("aria-expanded") !== "true");
  for (const head of closed.length > 0 ? closed : heads) head.click();
  return heads.length > 0;
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
