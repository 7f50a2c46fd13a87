/** Results as cards: places, changes, papers, pages of the web. Nothing is loaded from where they are. */
import { For, Match, Show, Switch } from "solid-js";
import type { Cards as CardList, Paper, WebPage } from "../state/cards.ts";
import { AudioCardView } from "./audio-card.tsx";
import { DataTableView } from "./data-table.tsx";
import { DiffCardView } from "./diff-card.tsx";
import { DocumentCardView } from "./document-card.tsx";
import { JsonTree } from "./json-tree.tsx";
import { PaperTitle, sourceOf, WebLink } from "./paper-facts.tsx";
import { PaperGraphView } from "./paper-graph.tsx";
import { PlacesView } from "./places.tsx";
import { PlainCardsView } from "./plain-cards.tsx";

/** `text` is the result's, as the model reads it. */
export function Cards(props: { readonly cards: CardList; readonly text: string }) {
  return (
    <Switch>
      <Match when={props.cards.type === "audio" && props.cards.audio}>
        {(audio) => <AudioCardView audio={audio()} />}
      </Match>
      <Match when={props.cards.type === "places" && props.cards.places}>
        {(places) => <PlacesView places={places()} />}
      </Match>
      <Match when={props.cards.type === "diff" && props.cards.diff}>{(diff) => <DiffCardView diff={diff()} />}</Match>
      <Match when={props.cards.type === "document" && props.cards.document}>
        {(document) => <DocumentCardView document={document()} text={props.text} />}
      </Match>
      <Match when={props.cards.type === "json" && props.cards.tree}>{(tree) => <JsonTree tree={tree()} />}</Match>
      <Match when={props.cards.type === "papers" && props.cards.papers}>
        {(papers) => (
          <ul class="cards">
            <For each={papers()} fallback={<li class="dim">Nothing was found.</li>}>
              {(paper) => <PaperCard paper={paper} />}
            </For>
          </ul>
        )}
      </Match>
      <Match when={props.cards.type === "plain" && props.cards.plain}>
        {(cards) => <PlainCardsView cards={cards()} />}
      </Match>
      <Match when={props.cards.type === "paper-graph" && props.cards.graph}>
        {(graph) => <PaperGraphView graph={graph()} />}
      </Match>
      <Match when={props.cards.type === "table" && props.cards.table}>
        {(table) => <DataTableView table={table()} />}
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

function PaperCard(props: { readonly paper: Paper }) {
  return (
    <li class="card">
      <p class="card-title">
        <PaperTitle paper={props.paper} />
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
