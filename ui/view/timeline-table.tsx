/** The timeline as numbers. */
import { For } from "solid-js";
import { shownMs, shownUsd } from "../state/format.ts";
import type { TimelineView } from "../state/timeline-view.ts";
import { sumsOf } from "../state/timeline-words.ts";

export function TimelineTable(props: { readonly timeline: TimelineView }) {
  const { timeline } = props;
  const total = () => timeline.lanes().reduce((sum, { costUsd }) => sum + costUsd, 0);
  const sums = () => sumsOf({ spans: timeline.spans() });
  return (
    <section class="timeline-table" aria-label="The timeline as a table" tabindex={0}>
      <table class="small">
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col">Answers</th>
            <th scope="col">Tools</th>
            <th scope="col">Summaries</th>
            <th scope="col">At work</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        <tbody>
          <For each={timeline.lanes()}>
            {(lane) => (
              <tr>
                <th scope="row">
                  <button type="button" class="link-button" onClick={() => timeline.open(lane.agent)}>
                    {lane.agent}
                  </button>
                </th>
                <Numbers {...sumsOf(lane)} costUsd={lane.costUsd} />
              </tr>
            )}
          </For>
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">All</th>
            <Numbers {...sums()} costUsd={total()} />
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

function Numbers(props: {
  readonly answers: number;
  readonly tools: number;
  readonly summaries: number;
  readonly workedMs: number;
  readonly costUsd: number;
}) {
  return (
    <>
      <td>{props.answers}</td>
      <td>{props.tools}</td>
      <td>{props.summaries}</td>
      <td>{shownMs(props.workedMs)}</td>
      <td data-usd={props.costUsd}>{shownUsd(props.costUsd)}</td>
    </>
  );
}
