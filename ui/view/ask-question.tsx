/** A question with choices, or for words, or both. Digits choose while the card has the focus. */
import { createSignal, For, Show } from "solid-js";
import type { Answer, Ask } from "../../agent/ask.ts";
import { useAskKeys } from "../state/ask-keys.ts";
import { plain } from "../state/plain.ts";
import { Prose } from "./prose.tsx";

type Question = Extract<Ask, { type: "question" }>;

export function AskQuestion(props: {
  readonly ask: Question;
  readonly answer: (answer: Answer) => void;
  /** No answer is taken now. */
  readonly isHeld: boolean;
}) {
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set());
  const [text, setText] = createSignal("");
  let form: HTMLFormElement | undefined;
  const hasChoices = () => props.ask.choices.length > 0;
  const toggle = (label: string) => {
    const next = new Set(props.ask.multiple ? chosen() : []);
    if (chosen().has(label)) next.delete(label);
    else next.add(label);
    setChosen(next);
  };
  const pick = (label: string) => {
    if (props.ask.multiple) return toggle(label);
    props.answer({ type: "choice", labels: [label], ...(text().trim() === "" ? {} : { text: text().trim() }) });
  };
  const send = () => {
    const words = text().trim();
    const labels = props.ask.choices.map(({ label }) => label).filter((label) => chosen().has(label));
    if (labels.length > 0) props.answer({ type: "choice", labels, ...(words === "" ? {} : { text: words }) });
    else props.answer({ type: "text", text: words });
  };
  useAskKeys(
    () => form,
    (key) => {
      const choice = /^[1-9]$/.test(key) ? props.ask.choices[Number(key) - 1] : undefined;
      if (choice) pick(choice.label);
      return choice !== undefined;
    },
  );
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Prose text={props.ask.text} />
      <Show when={hasChoices()}>
        <div class="ask-choices">
          <For each={props.ask.choices}>
            {({ label, detail }, index) => (
              <button
                type="button"
                class="ask-choice"
                aria-pressed={props.ask.multiple ? chosen().has(label) : undefined}
                disabled={props.isHeld}
                onClick={() => pick(label)}
              >
                <kbd>{index() + 1}</kbd>
                <span class="grow">
                  {plain(label)}
                  <Show when={detail}>{(more) => <small class="dim">{plain(more())}</small>}</Show>
                </span>
              </button>
            )}
          </For>
        </div>
      </Show>
      <Show when={props.ask.allowText || props.ask.multiple}>
        <div class="row">
          <Show when={props.ask.allowText}>
            <input
              type="text"
              class="grow"
              aria-label="Answer in words"
              placeholder={hasChoices() ? "Or say something else" : "Your answer"}
              value={text()}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
          </Show>
          <button
            type="submit"
            class="primary"
            disabled={props.isHeld || (text().trim() === "" && chosen().size === 0)}
          >
            Answer
          </button>
        </div>
      </Show>
    </form>
  );
}
