/** The session's changes as the side shows them, in all of its tabs: asked once for all, and what of them is open. */
import { createMemo, createSignal, onCleanup } from "solid-js";
import type { ChangeBase, FileChange, FileDiff } from "../../server/file-types.ts";
import { getJson } from "./api.ts";
import { type Asked, createAsked } from "./asked.ts";
import { onChange } from "./on-change.ts";
import { onWork } from "./on-work.ts";
import { prefs } from "./prefs.ts";
import { showTab } from "./shell.ts";
import type { Store } from "./store.ts";

type Changes = Asked<readonly FileChange[]>;

const [changes, setChanges] = createSignal<Changes>();
/** The paths whose diffs are open. */
const [opened, setOpened] = createSignal<ReadonlySet<string>>(new Set());
/** The path to go to. */
const [sought, setSought] = createSignal<string>();

export { changes, opened, setSought, sought };

/** A page that opens has more to do at first. */
const firstMs = 1_000;

/**
 * Asks for the changes while the calling component is there: as agents work where the tab of the changes is shown, else
 * once they rest.
 */
export function followChanges(store: Store): void {
  const isLookedAt = createMemo(() => prefs().sideTab === "changes");
  const [isLate, setLate] = createSignal(false);
  const timer = setTimeout(() => setLate(true), firstMs);
  const asked: Changes = createAsked(
    () => (isLate() || isLookedAt() ? store.session : undefined),
    (session, signal) => getJson<readonly FileChange[]>(`/api/sessions/${session}/changes`, {}, signal),
  );
  const isAtRest = () => [...(store.fleet?.cards.values() ?? [])].every(({ busySince }) => busySince === null);
  onWork(store, () => (isLookedAt() || isAtRest()) && asked.again());
  onChange(isLookedAt, () => isLookedAt() && asked.again());
  setChanges(asked);
  onCleanup(() => {
    clearTimeout(timer);
    setChanges(undefined);
  });
}

/** The change of a file, if there is one. */
export function changeOf(path: string): FileChange | undefined {
  return changes()
    ?.value()
    ?.find((change) => change.path === path);
}

/** How one file differs, asked again when `change` tells of another change. */
export function createDiff(session: string, change: () => FileChange, base: () => ChangeBase): Asked<FileDiff> {
  const { path } = change();
  const asked = createAsked(base, (against, signal) =>
    getJson<FileDiff>(`/api/sessions/${session}/diff`, { path, against }, signal),
  );
  onChange(change, asked.again);
  return asked;
}

export function toggleOpened(path: string): void {
  setOpened((all) => {
    const next = new Set(all);
    if (!next.delete(path)) next.add(path);
    return next;
  });
}

/** Shows how a file differs. */
export function showChange(path: string): void {
  setOpened((all) => new Set(all).add(path));
  setSought(path);
  showTab("changes");
}
