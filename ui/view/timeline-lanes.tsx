/** The lanes: zoomed and moved by wheel, drag and keys. Only those in sight are mounted. */
import { createMemo, onCleanup, onMount, Show } from "solid-js";
import { VList, type VListHandle } from "virtua/solid";
import { onChange } from "../state/on-change.ts";
import { xOf } from "../state/timeline.ts";
import type { TimelineView } from "../state/timeline-view.ts";
import { TimelineAxis, TimelineCurve } from "./timeline-axis.tsx";
import { lanePx, TimelineLane } from "./timeline-lane.tsx";

const zoomStep = 0.5;
const wheelStep = 1.2;
const moveShare = 0.2;

export function TimelineLanes(props: { readonly timeline: TimelineView }) {
  const { timeline } = props;
  let area: HTMLDivElement | undefined;
  let head: HTMLDivElement | undefined;
  let list: VListHandle | undefined;
  const labels = createMemo(() => timeline.lanes().map(({ agent }) => agent));
  const byLabel = createMemo(() => new Map(timeline.lanes().map((lane) => [lane.agent, lane])));
  onMount(() => {
    const observer = new ResizeObserver(([entry]) => entry && timeline.setWidth(Math.max(60, entry.contentRect.width)));
    if (head) observer.observe(head);
    onCleanup(() => observer.disconnect());
    area?.focus({ preventScroll: true });
  });
  onChange(timeline.lane, () => {
    const at = labels().indexOf(timeline.lane() ?? "");
    if (at >= 0) list?.scrollToIndex(at, { align: "nearest" });
  });
  const left = () => head?.getBoundingClientRect().left ?? 0;
  const onWheel = (event: WheelEvent) => {
    const isZoom = event.ctrlKey || event.metaKey;
    if (!isZoom && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
    event.preventDefault();
    if (!isZoom) return timeline.move(event.deltaX / timeline.width());
    const at = Math.min(1, Math.max(0, (event.clientX - left()) / timeline.width()));
    timeline.zoom(event.deltaY > 0 ? wheelStep : 1 / wheelStep, at);
  };
  let lastX = 0;
  const drag = ({ buttons, clientX }: PointerEvent) => {
    if (buttons === 1 && clientX !== lastX) timeline.move((lastX - clientX) / timeline.width());
    lastX = clientX;
  };
  return (
    <div
      class="timeline"
      ref={area}
      role="application"
      aria-label="Lanes of the agents. Plus and minus zoom, left and right move, up and down choose an agent, comma and period its bars, Enter opens it."
      tabindex={0}
      on:wheel={{ handleEvent: onWheel, passive: false }}
      onKeyDown={(event) => onTimelineKey(event, timeline)}
      onPointerDown={({ clientX }) => {
        lastX = clientX;
      }}
      onPointerMove={drag}
      onPointerLeave={() => timeline.setAbout(undefined)}
    >
      <div class="timeline-head">
        <div class="timeline-corner" />
        <div class="timeline-measure" ref={head}>
          <TimelineAxis timeline={timeline} />
        </div>
      </div>
      <TimelineCurve timeline={timeline} />
      <Show when={labels().length > 0} fallback={<p class="empty">Nobody has worked yet.</p>}>
        <div class="timeline-lanes" style={{ "--lanes": `${labels().length}` }}>
          <VList
            ref={(handle) => {
              list = handle;
            }}
            data={labels()}
            itemSize={lanePx}
          >
            {(label: string) => (
              <Show when={byLabel().get(label)}>{(lane) => <TimelineLane lane={lane()} timeline={timeline} />}</Show>
            )}
          </VList>
        </div>
      </Show>
      <Now timeline={timeline} />
    </div>
  );
}

function Now(props: { readonly timeline: TimelineView }) {
  const { timeline } = props;
  const x = () => xOf(timeline.now(), timeline.seen(), timeline.width());
  return (
    <Show when={timeline.isLive() && x() >= 0 && x() <= timeline.width() + 1}>
      <div class="timeline-now" style={{ "--x": `${x()}px` }} />
    </Show>
  );
}

function onTimelineKey(event: KeyboardEvent, timeline: TimelineView): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const deeds: Readonly<Record<string, () => void>> = {
    "+": () => timeline.zoom(zoomStep),
    "=": () => timeline.zoom(zoomStep),
    "-": () => timeline.zoom(1 / zoomStep),
    "0": timeline.showAll,
    ArrowLeft: () => timeline.move(-moveShare),
    ArrowRight: () => timeline.move(moveShare),
    Home: () => timeline.moveTo(timeline.whole().from),
    End: () => timeline.moveTo(timeline.whole().to),
    ArrowUp: () => timeline.stepLane(-1),
    ArrowDown: () => timeline.stepLane(1),
    ",": () => timeline.stepSpan(-1),
    ".": () => timeline.stepSpan(1),
    Enter: () => timeline.open(timeline.lane()),
  };
  const deed = deeds[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
}
