/** Everything a person can do, by name and key: the palette, the help sheet and the shortcuts share this one list. */
import { createSignal, onCleanup } from "solid-js";

export interface Action {
  readonly id: string;
  readonly title: string;
  readonly group: "Session" | "Agent" | "View" | "Model" | "Go to" | "Help";
  /** Such as `mod+k`, `mod+shift+f`, `?` or `escape`; `mod` is Ctrl, on a Mac Command. */
  readonly keys: string;
  /** It works while the person types in a field too; so does whatever has `mod` or `alt`. */
  readonly inFields?: boolean;
  readonly enabled?: () => boolean;
  run(): void;
}

const [actions, setActions] = createSignal<readonly Action[]>([]);

export { actions };

/** Offers actions while the calling component is there; the newest of an id counts. */
export function useActions(offered: readonly Action[]): void {
  setActions((all) => [...all.filter(({ id }) => offered.every((each) => each.id !== id)), ...offered]);
  onCleanup(() => setActions((all) => all.filter((each) => !offered.includes(each))));
}

export function runAction(id: string): void {
  const action = actions().find((each) => each.id === id);
  if (action && (action.enabled?.() ?? true)) action.run();
}

/** The keys of an action as a person reads them; empty for none. */
export function keyHint(id: string): string {
  const keys = actions().find((each) => each.id === id)?.keys;
  return keys === undefined ? "" : shownKeys(keys).join(isMac ? "" : "+");
}

/** Runs what the key means. True where something was run. */
export function handleKey(event: KeyboardEvent): boolean {
  const pressed = keysOf(event);
  const inField = isField(event.target);
  const action = actions().findLast(
    ({ keys, inFields, enabled }) =>
      keys === pressed && (!inField || inFields || /^(?:mod|alt)\+/.test(keys)) && (enabled?.() ?? true),
  );
  if (!action) return false;
  event.preventDefault();
  action.run();
  return true;
}

const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

/** With Alt a Mac writes other letters: there the key itself counts. */
function keyOf({ altKey, code, key }: KeyboardEvent): string {
  const plainKey = altKey ? /^(?:Key|Digit)(.)$/.exec(code)?.[1] : undefined;
  return (plainKey ?? key).toLowerCase();
}

/** What was pressed, written as in `Action.keys`. */
export function keysOf(event: KeyboardEvent): string {
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const key = keyOf(event);
  const shift = event.shiftKey && (key.length > 1 || /[a-z0-9]/.test(key));
  return [mod ? "mod" : "", event.altKey ? "alt" : "", shift ? "shift" : "", key].filter(Boolean).join("+");
}

/** Keys as a person reads them. */
export function shownKeys(keys: string): string[] {
  const names: Readonly<Record<string, string>> = {
    mod: isMac ? "⌘" : "Ctrl",
    alt: isMac ? "⌥" : "Alt",
    shift: isMac ? "⇧" : "Shift",
    escape: "Esc",
    enter: "Enter",
    tab: "Tab",
    arrowup: "↑",
    arrowdown: "↓",
  };
  return keys.split("+").map((key) => names[key] ?? `${key.charAt(0).toUpperCase()}${key.slice(1)}`);
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
