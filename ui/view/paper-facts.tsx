/** What is said of a paper wherever it is shown. Nothing is loaded from where it is. */
import { Show } from "solid-js";
import type { Paper } from "../state/cards.ts";
import { plural } from "../state/format.ts";

const namedAuthors = 4;

/** A link to it where there is an address. */
export function PaperTitle(props: { readonly paper: Paper }) {
  const url = () => props.paper.url ?? (props.paper.doi ? `https://doi.org/${encodeURI(props.paper.doi)}` : undefined);
  return (
    <Show when={url()} fallback={props.paper.title}>
      {(address) => <WebLink url={address()} text={props.paper.title} />}
    </Show>
  );
}

export function sourceOf({ authors = [], year, venue, citations }: Paper): string {
  const rest = authors.length - namedAuthors;
  const names = authors.slice(0, namedAuthors).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
  const cited = citations === undefined ? "" : plural(citations, "citation");
  return [names, venue, year, cited].filter(Boolean).join(" · ");
}

export function WebLink(props: { readonly url: string; readonly text: string }) {
  return (
    <a href={props.url} target="_blank" rel="noopener noreferrer" referrerPolicy="no-referrer">
      {props.text}
    </a>
  );
}
