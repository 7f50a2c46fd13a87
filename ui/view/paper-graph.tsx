/** A citation graph: papers as dots, from the oldest to the newest, with a list of the same for those who do not see it. */
import { createMemo, createSignal, createUniqueId, For, onCleanup, Show } from "solid-js";
import type { GraphPaper, PaperGraph } from "../state/cards.ts";
import { plural } from "../state/format.ts";
import { edgePath, layoutGraph } from "../state/graph-layout.ts";
import { PaperTitle, sourceOf } from "./paper-facts.tsx";
import { Dots } from "./paper-graph-dots.tsx";

/** In narrower places it is scrolled. */
const leastWidth = 460;

export function PaperGraphView(props: { readonly graph: PaperGraph }) {
  const panel = createUniqueId();
  const [width, setWidth] = createSignal(leastWidth);
  const layout = createMemo(() => layoutGraph(props.graph, width()));
  const [pointed, setPointed] = createSignal<number>();
  const [picked, setPicked] = createSignal<number>();
  const shown = () => pointed() ?? picked();
  const touching = createMemo(() => linksOf(props.graph, shown()));
  const pathOf = (edges: PaperGraph["edges"]) => edgePath(layout().spots, edges);
  return (
    <figure class="graph">
      <div class="graph-scroll" ref={(box) => watchWidth(box, (wide) => setWidth(Math.max(leastWidth, wide)))}>
        <svg width={layout().width} height={layout().height} classList={{ focused: shown() !== undefined }}>
          <title>{`Citation graph of ${plural(props.graph.nodes.length, "paper")}`}</title>
          <Years layout={layout()} />
          <path class="graph-edges" d={pathOf(props.graph.edges)} />
          <path class="graph-edges cites" d={pathOf(touching().cites)} />
          <path class="graph-edges cited" d={pathOf(touching().cited)} />
          <Dots
            graph={props.graph}
            spots={layout().spots}
            shown={shown()}
            near={touching().near}
            picked={picked()}
            panel={panel}
            onPoint={setPointed}
            onPick={(at) => setPicked(picked() === at ? undefined : at)}
          />
        </svg>
      </div>
      <div class="graph-about" role="tabpanel" id={panel} aria-label="The paper that is chosen">
        <Show when={shown() !== undefined && props.graph.nodes[shown() ?? 0]} fallback={<Legend graph={props.graph} />}>
          {(paper) => <About paper={paper()} cites={touching().cites.length} isPicked={shown() === picked()} />}
        </Show>
      </div>
      <PaperList graph={props.graph} />
      <For each={props.graph.notes}>{(note) => <p class="dim small">{note}</p>}</For>
    </figure>
  );
}

/** Tells the width of what a box has room for, now and whenever it changes. */
function watchWidth(box: Element, tell: (width: number) => void): void {
  const observer = new ResizeObserver(([entry]) => entry && tell(Math.floor(entry.contentRect.width)));
  observer.observe(box);
  onCleanup(() => observer.disconnect());
}

function linksOf({ edges }: PaperGraph, at: number | undefined) {
  const cites = edges.filter(([from]) => from === at);
  const cited = edges.filter(([, to]) => to === at);
  return { cites, cited, near: new Set([at, ...cites.map(([, to]) => to), ...cited.map(([from]) => from)]) };
}

function Years(props: { readonly layout: ReturnType<typeof layoutGraph> }) {
  return (
    <g class="graph-years">
      <For each={props.layout.ticks}>
        {({ x, label }) => (
          <>
            <line x1={x} x2={x} y1={8} y2={props.layout.height - 24} />
            <text x={x} y={props.layout.height - 8}>
              {label}
            </text>
          </>
        )}
      </For>
    </g>
  );
}

function Legend(props: { readonly graph: PaperGraph }) {
  return (
    <p class="dim small">
      {plural(props.graph.nodes.length, "paper")}, {plural(props.graph.edges.length, "citation")} among them. A larger
      dot is cited by more of the others; a line leads from a paper back to what it cites.
    </p>
  );
}

function About(props: { readonly paper: GraphPaper; readonly cites: number; readonly isPicked: boolean }) {
  return (
    <>
      <p class="card-title" classList={{ cut: !props.isPicked }}>
        <PaperTitle paper={props.paper} />
      </p>
      <p class="dim small" classList={{ cut: !props.isPicked }}>
        {sourceOf(props.paper)}
      </p>
      <p class="small">
        <span class="graph-cites">cites {props.cites} here</span> ·{" "}
        <span class="graph-cited">cited by {props.paper.citedHere} here</span>
      </p>
      <Show when={props.isPicked && props.paper.abstract}>{(abstract) => <p>{abstract()}</p>}</Show>
    </>
  );
}

function PaperList(props: { readonly graph: PaperGraph }) {
  const id = createUniqueId();
  const cited = (at: number) => props.graph.edges.filter(([from]) => from === at).map(([, to]) => to + 1);
  return (
    <details>
      <summary class="small" id={id}>
        As a list
      </summary>
      <ol class="graph-list" aria-labelledby={id}>
        <For each={props.graph.nodes}>
          {(paper, at) => (
            <li>
              <PaperTitle paper={paper} />
              <p class="dim small">{sourceOf(paper)}</p>
              <p class="dim small">
                {paper.isSeed ? "Start · " : ""}cited here by {paper.citedHere}
                {cited(at()).length > 0 ? ` · cites ${cited(at()).join(", ")}` : ""}
              </p>
            </li>
          )}
        </For>
      </ol>
    </details>
  );
}
