/** Finds words in the conversation that is shown, and goes from one to the next. */
import { createEffect, on, onCleanup, onMount, Show } from "solid-js";
import { useStore } from "../state/context.ts";
import { innerText, setInnerText } from "../state/find.ts";
import { createFindHere } from "../state/find-here.ts";
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
  const { words, step, place } = createFindHere(useStore());
  const before = document.activeElement;
  let field: HTMLInputElement | undefined;
  createEffect(() => onCleanup(markWords(words())));
  onMount(() => field?.select());
  createEffect(on(innerText, () => field?.focus()));
  const close = () => {
    setInnerText(undefined);
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Escape") close();
    else if (event.key === "Enter") step(event.shiftKey ? 1 : -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
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
