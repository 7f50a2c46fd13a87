/** What one agent did, drawn: its answers, its tools within them, its summaries. */
import { createEffect, createMemo, onCleanup } from "solid-js";
import type { Span } from "../../server/protocol.ts";
import { shownUsd } from "../state/format.ts";
import { inSight, type Lane, spanAt, xOf } from "../state/timeline.ts";
import type { TimelineView } from "../state/timeline-view.ts";
import { laneWords } from "../state/timeline-words.ts";

/** As the style has it. */
export const lanePx = 28;
/** A bar is hit this far beside it. */
const slackPx = 3;
const leastBarPx = 1.5;
const deepest = 6;

export function TimelineLane(props: { readonly lane: Lane; readonly timeline: TimelineView }) {
  let canvas: HTMLCanvasElement | undefined;
  const { timeline } = props;
  const bars = createMemo(() => timeline.barsOf(props.lane));
  const draw = () => {
    if (canvas) drawBars(canvas, bars(), timeline);
  };
  createEffect(draw);
  const observer = new MutationObserver(draw);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  onCleanup(() => observer.disconnect());
  const barUnder = ({ offsetX }: PointerEvent | MouseEvent) => {
    const { from, to } = timeline.seen();
    const msPerPx = (to - from) / timeline.width();
    return spanAt(bars(), from + offsetX * msPerPx, slackPx * msPerPx);
  };
  return (
    <div class="timeline-lane" classList={{ current: timeline.lane() === props.lane.agent }}>
      <button
        type="button"
        class="timeline-name small"
        tabindex={-1}
        style={{ "--depth": `${Math.min(props.lane.depth, deepest)}` }}
        title={`Open ${props.lane.agent}`}
        onClick={() => timeline.open(props.lane.agent)}
      >
        <span class="grow cut">{props.lane.agent}</span>
        <span class="dim">{shownUsd(props.lane.costUsd)}</span>
      </button>
      <canvas
        ref={canvas}
        class="timeline-bars"
        role="img"
        aria-label={laneWords(props.lane)}
        onPointerMove={(event) => event.buttons === 0 && timeline.setAbout(barUnder(event))}
        onClick={(event) => {
          timeline.setLane(props.lane.agent);
          timeline.setAbout(barUnder(event));
        }}
      />
    </div>
  );
}

/** From the top, in px: a tool's bar is lower than the answer's that called it. */
const shapes: Readonly<
  Record<Span["kind"], { readonly colour: string; readonly top: number; readonly height: number }>
> = {
  model: { colour: "--accent", top: 5, height: 18 },
  compaction: { colour: "--warn", top: 5, height: 18 },
  tool: { colour: "--good", top: 11, height: 12 },
};

function drawBars(canvas: HTMLCanvasElement, bars: readonly Span[], timeline: TimelineView): void {
  const [width, seen, about] = [timeline.width(), timeline.seen(), timeline.about()];
  const context = canvas.getContext("2d");
  if (!context) return;
  const scale = devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(lanePx * scale);
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  for (const kind of ["model", "compaction", "tool"] as const) {
    const { colour, top, height } = shapes[kind];
    context.fillStyle = style.getPropertyValue(colour);
    const own = bars.filter((bar) => bar.kind === kind);
    for (const bar of inSight(own, seen, width)) {
      const x = Math.max(0, xOf(bar.startAt, seen, width));
      const barWidth = Math.max(leastBarPx, Math.min(width, xOf(bar.endAt, seen, width)) - x);
      context.fillRect(x, top, barWidth, height);
    }
  }
  if (about?.agent !== bars[0]?.agent || !about) return;
  const { top, height } = shapes[about.kind];
  const x = xOf(about.startAt, seen, width);
  context.strokeStyle = style.getPropertyValue("--text");
  context.lineWidth = 1.5;
  context.strokeRect(x - 1, top - 1, Math.max(leastBarPx, xOf(about.endAt, seen, width) - x) + 2, height + 2);
}
