/** Who worked when, on what, at what cost: a lane an agent, zoomed by wheel, keys or buttons. */
import { createMemo, createSignal, For, onCleanup, onMount, Show } from "solid-js";
import type { Span } from "../../server/protocol.ts";
import { useStore } from "../state/context.ts";
import { plural, shownMs, shownUsd } from "../state/format.ts";
import { setDialog } from "../state/shell.ts";
import { costCurve, inSight, type Lane, lanesOf, moved, type Stretch, wholeOf, zoomed } from "../state/timeline.ts";
import { Dialog } from "./dialog.tsx";

export function Timeline() {
  const store = useStore();
  const spans = () => store.fleet?.spans ?? [];
  const lanes = createMemo(() => lanesOf(store.fleet?.cards ?? new Map(), spans()));
  const whole = createMemo(() => wholeOf(spans(), Date.now()));
  const [chosen, setChosen] = createSignal<Stretch>();
  const [about, setAbout] = createSignal<Span>();
  const [width, setWidth] = createSignal(600);
  const seen = () => chosen() ?? whole();
  let area: HTMLDivElement | undefined;
  onMount(() => {
    const observer = new ResizeObserver(() => setWidth(Math.max(100, (area?.clientWidth ?? 600) - nameWidth)));
    if (area) observer.observe(area);
    onCleanup(() => observer.disconnect());
  });
  const zoom = (factor: number, at = 0.5) => setChosen(zoomed(seen(), factor, at, whole()));
  const onKey = (event: KeyboardEvent) => {
    const run = {
      "+": () => zoom(0.5),
      "=": () => zoom(0.5),
      "-": () => zoom(2),
      "0": () => setChosen(undefined),
      ArrowLeft: () => setChosen(moved(seen(), -0.2, whole())),
      ArrowRight: () => setChosen(moved(seen(), 0.2, whole())),
    }[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  };
  const onWheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaX) < Math.abs(event.deltaY)) return;
    event.preventDefault();
    const at = Math.min(1, Math.max(0, (event.offsetX - nameWidth) / width()));
    if (event.ctrlKey || event.metaKey) zoom(event.deltaY > 0 ? 1.25 : 0.8, at);
    else setChosen(moved(seen(), event.deltaX / width(), whole()));
  };
  return (
    <Dialog title="Timeline" class="timeline-dialog">
      <div class="timeline-tools small">
        <button type="button" onClick={() => zoom(0.5)}>
          Nearer
        </button>
        <button type="button" onClick={() => zoom(2)}>
          Further
        </button>
        <button type="button" onClick={() => setChosen(undefined)}>
          All
        </button>
        <span class="grow dim cut">
          {plural(lanes().length, "agent")}, {shownMs(seen().to - seen().from)} in sight
        </span>
        <span role="status" class="cut">
          <Show when={about()} fallback={<Legend />}>
            {(span) => <span>{wordsOf(span())}</span>}
          </Show>
        </span>
      </div>
      <section
        class="timeline"
        ref={(element) => {
          area = element as HTMLDivElement;
          element.addEventListener("wheel", onWheel, { passive: false });
          element.addEventListener("keydown", onKey);
        }}
        tabindex={0}
        aria-label="Lanes; plus and minus zoom, arrows move, 0 shows all"
      >
        <Curve spans={spans()} seen={seen()} width={width()} />
        <For each={lanes()} fallback={<p class="empty">Nobody has worked yet.</p>}>
          {(lane) => <LaneView lane={lane} seen={seen()} width={width()} about={setAbout} />}
        </For>
      </section>
    </Dialog>
  );
}

const nameWidth = 150;

function wordsOf({ agent, kind, name, startAt, endAt, costUsd }: Span): string {
  const cost = costUsd > 0 ? `, ${shownUsd(costUsd)}` : "";
  return `${agent}: ${kind === "model" ? "model " : ""}${name}, ${shownMs(endAt - startAt)}${cost}`;
}

function Legend() {
  return (
    <span class="timeline-legend dim">
      <i class="model" /> model <i class="tool" /> tool
    </span>
  );
}

function LaneView(props: {
  readonly lane: Lane;
  readonly seen: Stretch;
  readonly width: number;
  readonly about: (span: Span | undefined) => void;
}) {
  const store = useStore();
  const shown = createMemo(() => inSight(props.lane.spans, props.seen, props.width));
  const x = (at: number) => ((at - props.seen.from) / (props.seen.to - props.seen.from)) * props.width;
  const open = () => {
    store.openAgent(props.lane.agent);
    setDialog(undefined);
  };
  return (
    <div class="timeline-lane">
      <button type="button" class="timeline-name small cut" style={{ "--depth": `${props.lane.depth}` }} onClick={open}>
        {props.lane.agent} <span class="dim">{shownUsd(props.lane.costUsd)}</span>
      </button>
      <svg class="timeline-bars" role="img" aria-label={laneWords(props.lane)}>
        <For each={shown()}>
          {(span) => (
            <rect
              class={span.kind}
              x={Math.max(0, x(span.startAt))}
              width={Math.max(1.5, x(span.endAt) - Math.max(0, x(span.startAt)))}
              y={span.kind === "model" ? 3 : 9}
              height={span.kind === "model" ? 16 : 10}
              rx="2"
              onPointerEnter={() => props.about(span)}
              onPointerLeave={() => props.about(undefined)}
            />
          )}
        </For>
      </svg>
    </div>
  );
}

function laneWords({ agent, spans, costUsd }: Lane): string {
  const models = spans.filter(({ kind }) => kind === "model").length;
  const worked = spans.reduce((sum, { startAt, endAt }) => sum + endAt - startAt, 0);
  return `${agent}: ${plural(models, "answer")}, ${plural(spans.length - models, "tool")}, ${shownMs(worked)}, ${shownUsd(costUsd)}`;
}

/** What all of it had cost by then. */
function Curve(props: { readonly spans: readonly Span[]; readonly seen: Stretch; readonly width: number }) {
  const curve = createMemo(() => costCurve(props.spans));
  const total = () => curve().at(-1)?.usd ?? 0;
  const points = () => {
    const { from, to } = props.seen;
    const y = (usd: number) => 34 - (usd / (total() || 1)) * 30;
    const before = curve().findLast(({ at }) => at <= from)?.usd ?? 0;
    let last = y(before);
    const steps = [`0,${last}`];
    for (const { at, usd } of curve()) {
      if (at <= from || at > to) continue;
      const x = ((at - from) / (to - from)) * props.width;
      steps.push(`${x},${last}`, `${x},${y(usd)}`);
      last = y(usd);
    }
    return [...steps, `${props.width},${last}`].join(" ");
  };
  return (
    <Show when={total() > 0}>
      <div class="timeline-lane curve">
        <span class="timeline-name small dim">cost {shownUsd(total())}</span>
        <svg class="timeline-bars" role="img" aria-label={`Cost over time, ${shownUsd(total())} in all`}>
          <polyline points={points()} />
        </svg>
      </div>
    </Show>
  );
}
