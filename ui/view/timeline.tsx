/** Who worked when, on what, at what cost: a lane an agent, or a table. */
import { createSignal, For, Show } from "solid-js";
import { useStore } from "../state/context.ts";
import { plural, shownMs } from "../state/format.ts";
import { createTimeline } from "../state/timeline-view.ts";
import { kindWords, laneWords, spanWords } from "../state/timeline-words.ts";
import { Dialog } from "./dialog.tsx";
import { TimelineLanes } from "./timeline-lanes.tsx";
import { TimelineTable } from "./timeline-table.tsx";

const kinds = ["model", "tool", "compaction"] as const;

const hint =
  "Ctrl and the wheel zoom, dragging moves. Keys: + − 0 ← → for the time, ↑ ↓ for agents, comma and period for bars.";

export function Timeline() {
  const timeline = createTimeline(useStore());
  const [isTable, setTable] = createSignal(false);
  const words = () => {
    const span = timeline.about();
    const lane = timeline.lanes().find(({ agent }) => agent === timeline.lane());
    return span ? spanWords(span) : lane ? laneWords(lane) : "";
  };
  const length = () => timeline.seen().to - timeline.seen().from;
  return (
    <Dialog title="Timeline" class="timeline-dialog">
      <div class="timeline-tools small">
        <Show when={!isTable()}>
          <button type="button" class="outlined" aria-label="Zoom in" onClick={() => timeline.zoom(0.5)}>
            +
          </button>
          <button type="button" class="outlined" aria-label="Zoom out" onClick={() => timeline.zoom(2)}>
            −
          </button>
          <button type="button" class="outlined" onClick={timeline.showAll}>
            All
          </button>
        </Show>
        <button type="button" class="outlined" aria-pressed={isTable()} onClick={() => setTable(!isTable())}>
          Table
        </button>
        <span class="dim cut">
          {plural(timeline.lanes().length, "agent")}, {shownMs(length())} in sight
        </span>
        <span class="grow" />
        <span class="timeline-legend dim" aria-hidden="true">
          <For each={kinds}>
            {(kind) => (
              <span>
                <i class={kind} /> {kindWords[kind]}
              </span>
            )}
          </For>
        </span>
      </div>
      <Show when={isTable()} fallback={<TimelineLanes timeline={timeline} />}>
        <TimelineTable timeline={timeline} />
      </Show>
      <p class="timeline-foot small" role="status">
        <Show when={words() || isTable()} fallback={<span class="dim">{hint}</span>}>
          {words()}
        </Show>
      </p>
    </Dialog>
  );
}
