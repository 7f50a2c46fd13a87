/** What stands above the lanes: the time since the beginning, and what all of it had cost by then. */
import { createMemo, For, Show } from "solid-js";
import { shownMs, shownUsd } from "../state/format.ts";
import { costCurve, curveSteps, ticksOf, xOf } from "../state/timeline.ts";
import type { TimelineView } from "../state/timeline-view.ts";

export function TimelineAxis(props: { readonly timeline: TimelineView }) {
  const { timeline } = props;
  const ticks = createMemo(() => ticksOf(timeline.seen(), timeline.whole(), timeline.width()));
  const shown = (at: number) => (at === timeline.whole().from ? "0" : shownMs(at - timeline.whole().from));
  return (
    <div class="timeline-axis small dim" aria-hidden="true">
      <For each={ticks()}>
        {(at) => (
          <span class="timeline-tick" style={{ "--x": `${xOf(at, timeline.seen(), timeline.width())}px` }}>
            {shown(at)}
          </span>
        )}
      </For>
    </div>
  );
}

/** Of the curve, px. */
const curvePx = 36;
const edgePx = 2;

export function TimelineCurve(props: { readonly timeline: TimelineView }) {
  const { timeline } = props;
  const curve = createMemo(() => costCurve(timeline.spans()));
  const total = () => curve().at(-1)?.usd ?? 0;
  const points = createMemo(() => {
    const y = (share: number) => curvePx - edgePx - share * (curvePx - 2 * edgePx);
    let last = y(0);
    return curveSteps(curve(), timeline.seen(), timeline.width())
      .flatMap(({ x, share }) => {
        const corner = `${x},${last}`;
        last = y(share);
        return [corner, `${x},${last}`];
      })
      .join(" ");
  });
  return (
    <Show when={total() > 0}>
      <div class="timeline-curve">
        <span class="timeline-name small dim">
          <span class="grow">All</span>
          {shownUsd(total())}
        </span>
        <svg class="timeline-bars" role="img" aria-label={`Cost over time, ${shownUsd(total())} in all`}>
          <polyline points={points()} />
        </svg>
      </div>
    </Show>
  );
}
