/** A passage that holds the words: who said it, when, and what stands around them. */
import { Show } from "solid-js";
import type { Match } from "../../server/find.ts";
import { roleWords } from "../state/find-words.ts";
import { shownWhen } from "../state/format.ts";
import { plain } from "../state/plain.ts";
import { Marked } from "./marked.tsx";

export function FoundPassage(props: {
  readonly match: Match;
  readonly id: string;
  readonly isChosen: boolean;
  readonly choose: () => void;
}) {
  return (
    <button
      type="button"
      id={props.id}
      class="palette-option found-passage"
      role="option"
      tabindex={-1}
      aria-selected={props.isChosen}
      aria-description={plain(props.match.title)}
      onClick={() => props.choose()}
    >
      <span class="found-head dim small">
        <span>{roleWords[props.match.role]}</span>
        <Show when={props.match.agent !== "main"}>
          <span>{plain(props.match.agent)}</span>
        </Show>
        <span class="grow" />
        <time datetime={new Date(props.match.at).toISOString()}>{shownWhen(props.match.at, Date.now())}</time>
      </span>
      <span class="found-snippet">
        <Marked text={props.match.snippet} ranges={props.match.ranges} />
      </span>
    </button>
  );
}
