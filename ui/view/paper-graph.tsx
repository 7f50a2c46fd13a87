/** A citation graph: papers as dots, from the oldest to the newest, with a list of the same for those who do not see it. */
import { createMemo, createSelector, createSignal, createUniqueId, For, onCleanup, Show } from "solid-js";
import type { GraphPaper, PaperGraph } from "../state/cards.ts";
import { plural } from "../state/format.ts";
import { edgePath, layoutGraph, nameDrop, namedSpots, nextSpot, type Spot } from "../state/graph-layout.ts";
import { PaperTitle, sourceOf } from "./paper-facts.tsx";

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

interface DotsProps {
  readonly graph: PaperGraph;
  readonly spots: readonly Spot[];
  readonly shown: number | undefined;
  /** The shown one and those that a line joins to it. */
  readonly near: ReadonlySet<number | undefined>;
  readonly picked: number | undefined;
  /** Id of what tells of the chosen one. */
  readonly panel: string;
  readonly onPoint: (at: number | undefined) => void;
  readonly onPick: (at: number) => void;
}

/** One of them is in the order of the tab key; arrows go from it to the others. */
function Dots(props: DotsProps) {
  const start = () =>
    Math.max(
      0,
      props.graph.nodes.findIndex(({ isSeed }) => isSeed),
    );
  const [last, setLast] = createSignal<number>();
  const named = createMemo(() => {
    const places = props.graph.nodes.map((_, at) => at);
    const isSeed = (at: number) => props.graph.nodes[at]?.isSeed === true;
    const seedsFirst = [...places.filter(isSeed), ...places.filter((at) => !isSeed(at))];
    return namedSpots(props.spots, props.graph.nodes.map(firstName), seedsFirst);
  });
  const isLast = createSelector(() => last() ?? start());
  const dots: SVGGElement[] = [];
  const press = (event: KeyboardEvent, at: number) => {
    const next = event.key.startsWith("Arrow") ? nextSpot(props.spots, at, event.key) : undefined;
    if (event.key === "Enter" || event.key === " ") props.onPick(at);
    else if (event.key === "Escape" && props.picked !== undefined) props.onPick(props.picked);
    else if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation();
    if (next !== undefined) dots[next]?.focus();
  };
  return (
    <g
      role="tablist"
      aria-label={`Citation graph of ${plural(props.graph.nodes.length, "paper")}; arrow keys go from one to the next`}
    >
      <For each={props.graph.nodes}>
        {(paper, at) => (
          <g
            ref={(dot) => {
              dots[at()] = dot;
            }}
            role="tab"
            class="graph-dot"
            classList={{ seed: paper.isSeed, shown: props.shown === at(), far: !props.near.has(at()) }}
            tabindex={isLast(at()) ? 0 : -1}
            aria-label={dotName(paper)}
            aria-selected={props.picked === at()}
            aria-controls={props.panel}
            onPointerEnter={() => props.onPoint(at())}
            onPointerLeave={() => props.onPoint(undefined)}
            onFocus={() => {
              setLast(at());
              props.onPoint(at());
            }}
            onBlur={() => props.onPoint(undefined)}
            onClick={() => props.onPick(at())}
            onKeyDown={(event) => press(event, at())}
          >
            <Dot paper={paper} spot={props.spots[at()]} isNamed={named().has(at()) || props.shown === at()} />
          </g>
        )}
      </For>
    </g>
  );
}

function Dot(props: { readonly paper: GraphPaper; readonly spot: Spot | undefined; readonly isNamed: boolean }) {
  const spot = () => props.spot ?? { x: 0, y: 0, r: 0 };
  return (
    <>
      <title>{[props.paper.title, props.paper.authors?.join(", ")].filter(Boolean).join("\n")}</title>
      {/* Room for a finger. */}
      <circle class="graph-reach" cx={spot().x} cy={spot().y} r={Math.max(12, spot().r)} />
      <circle cx={spot().x} cy={spot().y} r={spot().r} />
      <Show when={props.isNamed && firstName(props.paper)}>
        {(name) => (
          <text x={spot().x} y={spot().y + nameDrop(spot())}>
            {name()}
          </text>
        )}
      </Show>
    </>
  );
}

/** The family name of the first author. */
const firstName = ({ authors = [] }: GraphPaper) => authors[0]?.split(" ").at(-1) ?? "";

function dotName(paper: GraphPaper): string {
  const { title, year, citedHere, isSeed } = paper;
  const name = firstName(paper);
  const facts = [year === undefined ? "" : ` (${year})`, name === "" ? "" : ` by ${name}`].join("");
  return `${isSeed ? "Start: " : ""}${title}${facts}, cited here by ${citedHere}`;
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
