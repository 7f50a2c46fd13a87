/** The messages that wait, above the field: seen, changed, put in another order, taken back. */
import { createSignal, For, Show } from "solid-js";
import type { QueueId } from "../../agent/command.ts";
import type { Composing } from "../state/composing.ts";
import { plural } from "../state/format.ts";
import { moveTo } from "../state/queue.ts";
import { Icon } from "./icon.tsx";
import { createDrag } from "./queue-drag.ts";
import { QueueRow, UnsentRow } from "./queue-row.tsx";

export function Queue(props: { readonly composing: Composing }) {
  const { composing } = props;
  const [said, setSaid] = createSignal("");
  let list: HTMLOListElement | undefined;
  const ids = () => composing.queue().map(({ queueId }) => queueId);
  const move = (queueId: QueueId, to: number) => {
    const change = to < 0 || to >= ids().length ? undefined : moveTo(composing.queue(), queueId, to);
    if (!change) return;
    void composing.tell(change);
    setSaid(`Moved to place ${to + 1} of ${ids().length}.`);
  };
  const drag = createDrag(
    () => list,
    (id, to) => move(id as QueueId, to),
  );
  const lineAt = (id: QueueId) => {
    const dragged = drag.dragging();
    if (!dragged || dragged.id === id) return undefined;
    const others = ids().filter((each) => each !== dragged.id);
    if (others[dragged.to] === id) return "above";
    return dragged.to === others.length && others.at(-1) === id ? "below" : undefined;
  };
  return (
    <Show when={ids().length + composing.unsent().length > 0}>
      <section class="queue" aria-label="Queue">
        <header class="queue-head small">
          <Icon name={composing.mode() === "halted" ? "pause" : "list"} />
          <span class="grow cut">
            {plural(ids().length + composing.unsent().length, "message")}{" "}
            {composing.mode() === "halted" ? "kept since the halt" : "waiting"}
          </span>
          <Show when={composing.mode() === "halted"}>
            <button type="button" class="link-button" onClick={composing.goOn}>
              Send queue now
            </button>
          </Show>
        </header>
        <ol class="queue-rows" ref={list}>
          <For each={ids()}>
            {(id, index) => (
              <QueueRow
                composing={composing}
                id={id}
                index={index()}
                count={ids().length}
                drag={drag}
                dropLine={lineAt(id)}
                move={(to) => move(id, to)}
              />
            )}
          </For>
        </ol>
        <Show when={composing.unsent().length > 0}>
          <ul class="queue-rows">
            <For each={composing.unsent()}>{(each) => <UnsentRow sending={each} />}</For>
          </ul>
        </Show>
        <span class="hidden-label" role="status">
          {said()}
        </span>
      </section>
    </Show>
  );
}
