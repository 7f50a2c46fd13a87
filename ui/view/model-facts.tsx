/** One model of the picker in a line. */
import { Show } from "solid-js";
import { shownCount, shownPrice } from "../state/format.ts";
import type { ModelEntry } from "../state/model-list.ts";
import { plain } from "../state/plain.ts";
import { Icon } from "./icon.tsx";

export function ModelFacts(props: {
  readonly id: string;
  readonly entry: ModelEntry;
  readonly isActive: boolean;
  readonly isCurrent: boolean;
  readonly choose: () => void;
}) {
  const model = () => props.entry.model;
  const isShut = () => props.entry.missing !== undefined && !model()?.away;
  return (
    // The list is walked by the keys of the search field, which keeps the focus.
    <button
      type="button"
      role="option"
      tabindex="-1"
      id={props.id}
      class="model-option"
      classList={{ active: props.isActive, shut: isShut() }}
      aria-selected={props.isActive}
      aria-current={props.isCurrent ? "true" : undefined}
      aria-disabled={isShut()}
      title={props.entry.missing}
      onClick={() => props.choose()}
    >
      <Icon name={props.entry.provider.local ? "chip" : "cloud"} />
      <span class="model-name cut">
        {plain(props.entry.name)}
        <Show when={props.isCurrent}>
          <span class="model-mark small">in use</span>
        </Show>
        <Show when={props.entry.provider.first !== undefined && props.entry.provider.first === model()?.id}>
          <span class="model-mark small">default</span>
        </Show>
      </span>
      <Show when={model()} fallback={<span class="model-about small dim">use this name</span>}>
        {(known) => (
          <>
            <span class="model-about small dim">{aboutOf(known(), props.entry.provider.local)}</span>
            <span class="model-price small dim">
              <Show when={known().price} fallback={props.entry.provider.local ? "free" : "no price known"}>
                {(price) => (
                  <>
                    {shownPrice(price().input)} · {shownPrice(price().output)} · {shownPrice(price().cacheRead)}
                  </>
                )}
              </Show>
            </span>
          </>
        )}
      </Show>
    </button>
  );
}

function aboutOf(model: NonNullable<ModelEntry["model"]>, isLocal: boolean): string {
  const [least, most] = [model.efforts[0], model.efforts.at(-1)];
  return [
    model.windowTokens > 0 && `${shownCount(model.windowTokens)} window`,
    least !== most && `effort ${least}–${most}`,
    model.thinking.length > 0 && "thinks",
    model.images && "images",
    model.away && "to be fetched",
    isLocal && model.away === false && "here",
  ]
    .filter(Boolean)
    .join(" · ");
}
