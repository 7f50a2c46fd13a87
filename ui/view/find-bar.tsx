/** Finds words in the conversation that is shown, and goes from one to the next. */
import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show } from "solid-js";
import { useStore } from "../state/context.ts";
import { innerText, setInnerText } from "../state/find.ts";
import { findInItems, stepIn } from "../state/find-in.ts";
import { scrollToItem } from "../state/jump.ts";
import { Icon } from "./icon.tsx";
import { markWords } from "./mark-words.ts";

export function FindBar() {
  return (
    <Show when={innerText() !== undefined}>
      <Bar />
    </Show>
  );
}

function Bar() {
  const store = useStore();
  const words = () => innerText()?.trim() ?? "";
  const view = () => store.transcript?.view();
  const found = createMemo(() => findInItems(view()?.items ?? [], words()));
  const [shown, setShown] = createSignal<string>();
  /** Nothing more is here: what is further back is asked for until something is. */
  const [isSeeking, setSeeking] = createSignal(false);
  const hasOlder = () => (view()?.first ?? 0) > 0;
  const before = document.activeElement;
  let field: HTMLInputElement | undefined;
  const close = () => {
    setInnerText(undefined);
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
  const step = (by: 1 | -1) => {
    const isFirst = shown() === undefined || shown() === found()[0];
    if (by < 0 && (isFirst || found().length === 0) && shown() !== undefined && hasOlder()) return setSeeking(true);
    if (found().length === 0) return setSeeking(hasOlder());
    const id = stepIn(found(), shown(), by);
    setShown(id);
    if (id !== undefined) scrollToItem(id);
  };
  createEffect(on([words, () => store.transcript], () => setShown(undefined), { defer: true }));
  createEffect(() => {
    if (!isSeeking()) return;
    const from = shown() === undefined ? found().length : found().indexOf(shown() ?? "");
    if (from > 0 || !hasOlder()) {
      setSeeking(false);
      step(-1);
    } else store.older();
  });
  createEffect(() => onCleanup(markWords(words())));
  onMount(() => field?.select());
  createEffect(on(innerText, () => field?.focus()));
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Escape") close();
    else if (event.key === "Enter") step(event.shiftKey ? 1 : -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const place = () => {
    if (words() === "") return "";
    if (isSeeking()) return "Looking further back…";
    const at = found().indexOf(shown() ?? "");
    const all = `${found().length}${hasOlder() ? "+" : ""}`;
    return found().length === 0 && !hasOlder() ? "Not found" : at < 0 ? all : `${at + 1} of ${all}`;
  };
  return (
    <search class="find-bar">
      <Icon name="search" />
      <input
        ref={field}
        type="text"
        aria-label="Find in this conversation"
        placeholder="Find in this conversation"
        value={innerText()}
        onInput={({ currentTarget }) => setInnerText(currentTarget.value)}
        onKeyDown={onKey}
      />
      <span class="dim small" role="status">
        {place()}
      </span>
      <button type="button" class="icon-button" aria-label="Before" title="Before (Enter)" onClick={() => step(-1)}>
        <Icon name="chevron" class="turned-up" />
      </button>
      <button type="button" class="icon-button" aria-label="After" title="After (Shift+Enter)" onClick={() => step(1)}>
        <Icon name="chevron" class="turned-down" />
      </button>
      <button type="button" class="icon-button" aria-label="End the search" onClick={close}>
        <Icon name="close" />
      </button>
    </search>
  );
}
