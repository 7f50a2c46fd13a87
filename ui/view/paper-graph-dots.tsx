/** The papers of a citation graph: dots that are pointed at, clicked, and gone through by keys. */
import { createMemo, createSelector, createSignal, For, Show } from "solid-js";
import type { GraphPaper, PaperGraph } from "../state/cards.ts";
import { plural } from "../state/format.ts";
import { nameDrop, namedSpots, nextSpot, type Spot } from "../state/graph-layout.ts";

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
export function Dots(props: DotsProps) {
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
