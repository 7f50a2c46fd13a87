import { plain } from "../state/plain.ts";

/** Text of a model or a peer, formatted. */
export function Prose(props: { readonly text: string; readonly live?: boolean }) {
  return <div class="prose plain">{plain(props.text)}</div>;
}
