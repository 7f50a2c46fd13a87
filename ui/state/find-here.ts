/** Goes from one row that holds the words to the next, in the transcript that is shown, by way of older pages where it must. */
import { createEffect, createMemo, createSignal, on } from "solid-js";
import { innerText } from "./find.ts";
import { findInItems, stepIn } from "./find-in.ts";
import { scrollToItem } from "./jump.ts";
import type { Store } from "./store.ts";

/** To be made within a component. */
export function createFindHere(store: Store) {
  const words = createMemo(() => innerText()?.trim() ?? "");
  const view = () => store.transcript?.view();
  const found = createMemo(() => findInItems(view()?.items ?? [], words()));
  /** Events that are further back than what is here. */
  const older = createMemo(() => view()?.first ?? 0);
  const [shown, setShown] = createSignal<string>();
  const [isSeeking, setSeeking] = createSignal(false);

  function step(by: 1 | -1): void {
    const id = stepIn(found(), shown(), by);
    const isPastFirst = id === undefined || (by < 0 && shown() !== undefined && shown() === found()[0]);
    if (words() !== "" && isPastFirst && older() > 0) return void setSeeking(true);
    setShown(id);
    if (id !== undefined) scrollToItem(id);
  }

  createEffect(
    on(
      [words, () => store.transcript],
      () => {
        setShown(undefined);
        setSeeking(false);
      },
      { defer: true },
    ),
  );
  createEffect(
    on([isSeeking, older], () => {
      if (!isSeeking()) return;
      const id = shown();
      const before = id === undefined ? found().length : found().indexOf(id);
      if (before === 0 && older() > 0) return store.older();
      setSeeking(false);
      step(-1);
    }),
  );

  /** Where it stands, in words. */
  const place = () => {
    const all = `${found().length}${older() > 0 ? "+" : ""}`;
    const at = found().indexOf(shown() ?? "");
    if (words() === "") return "";
    if (isSeeking()) return "Looking further back…";
    if (all === "0") return "Not found";
    return at < 0 ? all : `${at + 1} of ${all}`;
  };

  return { words, step, place };
}
