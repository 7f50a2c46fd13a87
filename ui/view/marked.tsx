/** Text in which what matched is marked. */
import { For } from "solid-js";
import { pieces, type Ranges } from "../state/match.ts";
import { plain } from "../state/plain.ts";

export function Marked(props: { readonly text: string; readonly ranges: Ranges }) {
  return (
    <For each={pieces(props.text, props.ranges)}>
      {({ text, isMatch }) => (isMatch ? <mark>{plain(text)}</mark> : plain(text))}
    </For>
  );
}
