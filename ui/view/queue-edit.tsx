/** A waiting message while its words are changed. What is being written outlives the message. */
import { createSignal, onCleanup, onMount } from "solid-js";
import type { Composing } from "../state/composing.ts";
import { giveBack } from "../state/drafts.ts";
import type { Queued } from "../state/queue.ts";

export function QueueEdit(props: {
  readonly composing: Composing;
  readonly message: Queued;
  readonly close: () => void;
}) {
  const { composing } = props;
  const { queueId, text: before } = props.message;
  const place = composing.place();
  const [text, setText] = createSignal(before);
  let isDone = false;
  let area: HTMLTextAreaElement | undefined;
  onMount(() => {
    area?.focus();
    area?.select();
  });
  onCleanup(() => {
    if (isDone || text() === before) return;
    const problem = { message: "The message left the queue while you changed it. Your words are here." };
    giveBack(place, { text: text(), attachments: [] }, problem);
  });
  const end = (isKept: boolean) => {
    isDone = true;
    const words = text().trim();
    if (isKept && words !== before) {
      void composing.tell(words === "" ? { type: "unqueue", queueId } : { type: "requeue", queueId, text: words });
    }
    props.close();
    document.getElementById("composer-field")?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing || (event.key !== "Escape" && (event.key !== "Enter" || event.shiftKey))) return;
    event.preventDefault();
    event.stopPropagation();
    end(event.key === "Enter");
  };
  return (
    <>
      <textarea
        ref={area}
        class="queue-edit grow"
        aria-label="Message in the queue"
        rows={Math.min(8, text().split("\n").length)}
        value={text()}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={onKey}
      />
      <button type="button" class="outlined small" onClick={() => end(true)}>
        Save
      </button>
      <button type="button" class="small" onClick={() => end(false)}>
        Cancel
      </button>
    </>
  );
}
