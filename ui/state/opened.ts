/** Which folded things are open, by key, so that a row that leaves the page and comes back is as it was left. */
import { type Accessor, createSignal } from "solid-js";

interface Fold {
  readonly open: Accessor<boolean>;
  set(open: boolean): void;
}

const folds = new Map<string, Fold>();

/** The fold under `key`, closed at first. */
export function fold(key: string): Fold {
  const known = folds.get(key);
  if (known) return known;
  const [open, set] = createSignal(false);
  const made = { open, set };
  folds.set(key, made);
  return made;
}

/** Names a part of an item of an agent. */
export function foldKey(place: { readonly session: string; readonly agent: string }, item: string, part = 0): string {
  return `${place.session}/${place.agent}/${item}/${part}`;
}
