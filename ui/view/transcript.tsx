/** The conversation of one agent: only the rows in sight are mounted, and it stays at the bottom unless the person scrolls. */
import { createEffect, createSignal, on, Show } from "solid-js";
import { VList, type VListHandle } from "virtua/solid";
import { useStore } from "../state/context.ts";
import type { Transcript as TranscriptState } from "../state/transcript.ts";
import { ItemView } from "./item.tsx";

/** Closer to the end than this counts as at the end, in px. */
const nearPx = 80;

export function Transcript(props: { readonly transcript: TranscriptState }) {
  const store = useStore();
  const [pinned, setPinned] = createSignal(true);
  const [shifting, setShifting] = createSignal(false);
  let list: VListHandle | undefined;
  const toEnd = () => list?.scrollToIndex(props.transcript.rows().length - 1, { align: "end" });

  createEffect(
    on([props.transcript.rows, () => props.transcript.view()?.seq], () => {
      if (pinned()) requestAnimationFrame(toEnd);
    }),
  );
  const onScroll = (offset: number) => {
    if (!list) return;
    setPinned(offset + list.viewportSize >= list.scrollSize - nearPx);
    if (offset < list.viewportSize) {
      setShifting(true);
      store.older();
    }
  };
  createEffect(
    on(
      () => props.transcript.view()?.first,
      () => queueMicrotask(() => setShifting(false)),
      { defer: true },
    ),
  );
  return (
    <div class="transcript">
      <VList
        ref={(handle) => {
          list = handle;
        }}
        data={[...props.transcript.rows()]}
        shift={shifting()}
        onScroll={onScroll}
        class="transcript-list"
      >
        {(row) => <ItemView item={row.item()} />}
      </VList>
      <Show when={!pinned()}>
        <button
          type="button"
          class="to-end"
          onClick={() => {
            setPinned(true);
            toEnd();
          }}
        >
          ↓ Newest
        </button>
      </Show>
    </div>
  );
}
