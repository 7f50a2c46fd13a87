/** One message that waits. */
import { createEffect, createSignal, on, Show } from "solid-js";
import type { QueueId } from "../../agent/command.ts";
import { oneLine } from "../state/call-words.ts";
import type { Composing } from "../state/composing.ts";
import type { Sending } from "../state/drafts.ts";
import { plural } from "../state/format.ts";
import { plain } from "../state/plain.ts";
import { policyWords, type Queued } from "../state/queue.ts";
import { Icon } from "./icon.tsx";
import type { Drag } from "./queue-drag.ts";
import { QueueEdit } from "./queue-edit.tsx";

interface RowProps {
  readonly composing: Composing;
  readonly id: QueueId;
  readonly index: number;
  readonly count: number;
  readonly drag: Drag;
  /** Where a dragged row would come to stand beside this one. */
  readonly dropLine: "above" | "below" | undefined;
  readonly move: (to: number) => void;
}

export function QueueRow(props: RowProps) {
  const { composing } = props;
  const [isEditing, setEditing] = createSignal(false);
  const message = () => composing.queue().find(({ queueId }) => queueId === props.id);
  return (
    <Show when={message()}>
      {(queued) => (
        <li
          class="queue-row"
          classList={{
            dragged: props.drag.dragging()?.id === props.id,
            "drop-above": props.dropLine === "above",
            "drop-below": props.dropLine === "below",
          }}
        >
          <Grip {...props} message={queued()} />
          <Show when={queued().from}>{(from) => <span class="queue-from small cut">{plain(from())}</span>}</Show>
          <Show
            when={isEditing()}
            fallback={
              <>
                <span class="queue-text grow cut" title={plain(queued().text)}>
                  {wordsOf(queued())}
                </span>
                <QueueButtons composing={composing} message={queued()} edit={() => setEditing(true)} />
              </>
            }
          >
            <QueueEdit composing={composing} message={queued()} close={() => setEditing(false)} />
          </Show>
        </li>
      )}
    </Show>
  );
}

/** Moves the row: dragged, or with Alt and an arrow while it has the focus, which it keeps. */
function Grip(props: RowProps & { readonly message: Queued }) {
  let grip: HTMLButtonElement | undefined;
  let isMoving = false;
  createEffect(
    on(
      () => props.index,
      () => {
        if (isMoving) queueMicrotask(() => grip?.focus());
        isMoving = false;
      },
      { defer: true },
    ),
  );
  const onKey = (event: KeyboardEvent) => {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    isMoving = true;
    props.move(props.index + by);
  };
  return (
    <button
      ref={grip}
      type="button"
      class="grip"
      aria-label={`Move “${wordsOf(props.message)}”, ${props.index + 1} of ${props.count}: arrow up or down`}
      title="Drag, or press ↑ or ↓, to change the order"
      onPointerDown={(event) => props.drag.start(event, props.id)}
      onKeyDown={onKey}
    >
      <Icon name="grip" />
    </button>
  );
}

function QueueButtons(props: { readonly composing: Composing; readonly message: Queued; readonly edit: () => void }) {
  const requeue = (change: { readonly policy: Queued["policy"] }) =>
    void props.composing.tell({ type: "requeue", queueId: props.message.queueId, ...change });
  return (
    <>
      <button
        type="button"
        class="policy small"
        title="When it is said: after this turn, or when all is done"
        onClick={() => requeue({ policy: props.message.policy === "when-idle" ? "after-turn" : "when-idle" })}
      >
        {policyWords[props.message.policy]}
      </button>
      <Show when={props.message.policy !== "now"}>
        <button
          type="button"
          class="icon-button"
          aria-label="Send now"
          title="Send now: it steers at once"
          onClick={() => requeue({ policy: "now" })}
        >
          <Icon name="send" />
        </button>
      </Show>
      <Show when={props.message.from === undefined}>
        <button type="button" class="icon-button" aria-label="Edit" title="Edit" onClick={props.edit}>
          <Icon name="pencil" />
        </button>
      </Show>
      <button
        type="button"
        class="icon-button"
        aria-label="Take back"
        title="Take back"
        onClick={() => void props.composing.tell({ type: "unqueue", queueId: props.message.queueId })}
      >
        <Icon name="close" />
      </button>
    </>
  );
}

/** A message that the server has not answered for. */
export function UnsentRow(props: { readonly sending: Sending }) {
  return (
    <li class="queue-row unsent" aria-busy="true">
      <span class="queue-text grow cut">{wordsOf(props.sending)}</span>
      <span class="small">not sent yet</span>
    </li>
  );
}

function wordsOf({ text, attachments = [] }: Pick<Queued, "text" | "attachments"> | Sending): string {
  const files = attachments.length === 0 ? "" : plural(attachments.length, "picture");
  return [plain(oneLine(text)), files].filter(Boolean).join(" · ");
}
