/** How hard the model tries and how it thinks: only what it offers. */
import { For, Show } from "solid-js";
import type { ThinkingMode } from "../../server/slash-command.ts";
import { chooseEffort, chooseThinking, shownKnobs, shownModelRow } from "../state/choose-model.ts";
import { useStore } from "../state/context.ts";
import { Icon } from "./icon.tsx";
import { Popover } from "./popover.tsx";

export const thinkingWords: Readonly<Record<ThinkingMode, string>> = {
  adaptive: "As it sees fit",
  on: "Always, up to a budget",
  off: "Not at all",
  redact: "As it sees fit, unseen",
};

export function EffortMenu() {
  const store = useStore();
  const model = () => shownModelRow(store);
  const knobs = () => shownKnobs(store);
  const isOffered = () => (model()?.efforts.length ?? 0) > 1 || (model()?.thinking.length ?? 0) > 0;
  const face = () => (
    <>
      <Icon name="thinking" />
      <span>{knobs().effort === undefined ? "Effort" : `Effort ${knobs().effort}`}</span>
    </>
  );
  return (
    <Show when={isOffered()}>
      <Popover label={`Effort: ${knobs().effort ?? "as usual"}`} face={face()} class="chip" width={240}>
        {() => (
          <div class="knobs">
            <Choices
              title="Effort"
              values={model()?.efforts ?? []}
              chosen={knobs().effort}
              words={(value) => value}
              choose={(value) => chooseEffort(store, value)}
            />
            <Choices
              title="Thinking"
              values={model()?.thinking ?? []}
              chosen={knobs().thinking}
              words={(value) => thinkingWords[value]}
              choose={(value) => chooseThinking(store, value)}
            />
          </div>
        )}
      </Popover>
    </Show>
  );
}

function Choices<Value extends string>(props: {
  readonly title: string;
  readonly values: readonly Value[];
  readonly chosen: Value | undefined;
  readonly words: (value: Value) => string;
  readonly choose: (value: Value) => void;
}) {
  return (
    <Show when={props.values.length > 1}>
      <fieldset>
        <legend>{props.title}</legend>
        <For each={props.values}>
          {(value) => (
            <label class="choice">
              <input
                type="radio"
                name={props.title}
                checked={props.chosen === value}
                onChange={() => props.choose(value)}
              />
              {props.words(value)}
            </label>
          )}
        </For>
      </fieldset>
    </Show>
  );
}
