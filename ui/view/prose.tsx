import { Markdown } from "./markdown.tsx";

/** Text of a model or a peer, formatted. `live`: it still grows. */
export function Prose(props: { readonly text: string; readonly live?: boolean }) {
  return <Markdown text={props.text} live={props.live} />;
}
