/** Papers and pages of the web, a card each. Nothing is loaded from where they are. */
import { For, Match, Show, Switch } from "solid-js";
import type { Cards as CardList, Paper, WebPage } from "../state/cards.ts";
import { plural } from "../state/format.ts";

export function Cards(props: { readonly cards: CardList }) {
  return (
    <Switch>
      <Match when={props.cards.type === "papers" && props.cards.papers}>
        {(papers) => (
          <ul class="cards">
            <For each={papers()} fallback={<li class="dim">Nothing was found.</li>}>
              {(paper) => <PaperCard paper={paper} />}
            </For>
          </ul>
        )}
      </Match>
      <Match when={props.cards.type === "search" && props.cards.pages}>
        {(pages) => (
          <ul class="cards">
            <For each={pages()} fallback={<li class="dim">Nothing was found.</li>}>
              {(page) => <PageCard page={page} />}
            </For>
          </ul>
        )}
      </Match>
    </Switch>
  );
}

const namedAuthors = 4;

function PaperCard(props: { readonly paper: Paper }) {
  const url = () => props.paper.url ?? (props.paper.doi ? `https://doi.org/${encodeURI(props.paper.doi)}` : undefined);
  return (
    <li class="card">
      <p class="card-title">
        <Show when={url()} fallback={props.paper.title}>
          {(address) => <WebLink url={address()} text={props.paper.title} />}
        </Show>
      </p>
      <p class="dim small">{sourceOf(props.paper)}</p>
      <Show when={props.paper.abstract}>
        {(abstract) => (
          <details>
            <summary class="small">Abstract</summary>
            <p>{abstract()}</p>
          </details>
        )}
      </Show>
    </li>
  );
}

function sourceOf({ authors = [], year, venue, citations }: Paper): string {
  const rest = authors.length - namedAuthors;
  const names = authors.slice(0, namedAuthors).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
  const cited = citations === undefined ? "" : plural(citations, "citation");
  return [names, venue, year, cited].filter(Boolean).join(" · ");
}

function PageCard(props: { readonly page: WebPage }) {
  return (
    <li class="card">
      <p class="card-title">
        <WebLink url={props.page.url} text={props.page.title} />
      </p>
      <p class="dim small cut">{[new URL(props.page.url).host, props.page.date].filter(Boolean).join(" · ")}</p>
      <Show when={props.page.snippet}>{(snippet) => <p>{snippet()}</p>}</Show>
    </li>
  );
}

function WebLink(props: { readonly url: string; readonly text: string }) {
  return (
    <a href={props.url} target="_blank" rel="noopener noreferrer" referrerPolicy="no-referrer">
      {props.text}
    </a>
  );
}
