/** The field itself, as high as its text. A mirror behind it measures the text and where in it the caret is. */
import { createEffect, createSignal, on, onCleanup, onMount, Show } from "solid-js";
import type { Composing } from "../state/composing.ts";
import { useStore } from "../state/context.ts";
import { CompletionList, completionsId, optionId } from "./completions.tsx";
import { FieldControl } from "./field-control.ts";

export function ComposerField(props: { readonly composing: Composing }) {
  const store = useStore();
  const { composing } = props;
  const control = new FieldControl(composing, store);
  const { completions } = control;
  const [at, setAt] = createSignal({ x: 0, y: 0 });
  createEffect(() => {
    const { marker, area } = control;
    if (completions.wanted() && marker && area) setAt({ x: marker.offsetLeft, y: marker.offsetTop - area.scrollTop });
  });
  useCaret(control, composing);
  return (
    <div class="field">
      <div class="field-mirror" aria-hidden="true">
        {control.text.slice(0, control.mark)}
        <span ref={(span) => (control.marker = span)} />
        {control.text.slice(control.mark)}
        <span ref={(span) => (control.end = span)} />
        {"\u200b"}
      </div>
      <textarea
        ref={(area) => (control.area = area)}
        id="composer-field"
        aria-label={store.agent === undefined ? "Message" : `Message to ${store.agent}`}
        aria-describedby="composer-hints"
        aria-autocomplete="list"
        placeholder={placeholder(composing, store.agent)}
        disabled={composing.mode() === "ended"}
        rows={1}
        enterkeyhint="send"
        spellcheck={false}
        value={control.text}
        onInput={({ currentTarget }) => control.input(currentTarget.value)}
        onKeyDown={(event) => control.press(event)}
        onBlur={() => control.noteCaret()}
        {...comboBox(completions.wanted() && completions.index())}
      />
      <Show when={completions.wanted()}>
        <CompletionList completions={completions} at={at()} choose={(index) => control.choose(index)} />
      </Show>
    </div>
  );
}

/** The field has a list while completions are open, and is a plain field else. */
function comboBox(index: number | undefined) {
  if (index === undefined) return {};
  return {
    role: "combobox",
    "aria-expanded": true,
    "aria-controls": completionsId,
    "aria-activedescendant": optionId(index),
  } as const;
}

function useCaret(control: FieldControl, composing: Composing): void {
  const note = () => control.noteCaret();
  const focus = () => {
    if (!matchMedia("(pointer: coarse)").matches) control.area?.focus();
  };
  document.addEventListener("selectionchange", note);
  onCleanup(() => document.removeEventListener("selectionchange", note));
  onMount(focus);
  createEffect(
    on(
      composing.place,
      () => {
        control.endWalk();
        if (document.activeElement === document.body) focus();
      },
      { defer: true },
    ),
  );
}

function placeholder({ mode }: Composing, agent = "the agent"): string {
  switch (mode()) {
    case "new":
      return "What should be done?   @ names a file, / a command";
    case "ended":
      return `${agent} has ended.`;
    case "working":
      return `Steer ${agent}…`;
    default:
      return `Say something to ${agent}…`;
  }
}
