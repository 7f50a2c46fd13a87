/** What the word at the caret could be, in a list above its line. The field keeps the focus and steers it. */
import { createEffect, For } from "solid-js";
import type { Completions } from "../state/completing.ts";
import { pieces } from "../state/match.ts";
import { plain } from "../state/plain.ts";
import { Icon } from "./icon.tsx";

export const completionsId = "completions";
export const optionId = (index: number) => `completion-${index}`;

export function CompletionList(props: {
  readonly completions: Completions;
  /** Where the word begins, in px from the field's own corner. */
  readonly at: { readonly x: number; readonly y: number };
  readonly choose: (index: number) => void;
}) {
  let list: HTMLDivElement | undefined;
  createEffect(() => list?.children[props.completions.index()]?.scrollIntoView({ block: "nearest" }));
  return (
    <div
      ref={list}
      id={completionsId}
      class="completions"
      role="listbox"
      aria-label="Completions"
      style={{ "--x": `${props.at.x}px`, "--y": `${props.at.y}px` }}
    >
      <For each={props.completions.list()}>
        {(candidate, index) => (
          <button
            type="button"
            id={optionId(index())}
            role="option"
            tabindex="-1"
            class="completion"
            aria-selected={props.completions.index() === index()}
            onPointerMove={() => props.completions.setIndex(index())}
            onPointerDown={(event) => {
              event.preventDefault();
              props.choose(index());
            }}
          >
            <Icon name={candidate.icon} />
            <span class="completion-name cut">
              <For each={pieces(candidate.name, candidate.ranges)}>
                {(piece) => (piece.isMatch ? <mark>{plain(piece.text)}</mark> : plain(piece.text))}
              </For>
            </span>
            <span class="dim small cut grow">{plain(candidate.detail)}</span>
          </button>
        )}
      </For>
    </div>
  );
}
