/** The conversation of one agent: only the rows in sight are mounted, and it stays at the bottom unless the person scrolls. */
import { createMemo, createSignal, type JSX, Show } from "solid-js";
import { Virtualizer, type VirtualizerHandle } from "virtua/solid";
import { useActions } from "../state/actions.ts";
import { textOfAnswer } from "../state/answer-text.ts";
import { useStore } from "../state/context.ts";
import { scrollToEnd } from "../state/jump.ts";
import { toastError } from "../state/shell.ts";
import type { Row, Transcript as TranscriptState } from "../state/transcript.ts";
import { Icon } from "./icon.tsx";
import { ItemView } from "./item.tsx";
import { focusedRow, onTranscriptKey } from "./transcript-keys.ts";
import { TranscriptScroll } from "./transcript-scroll.ts";

/** Mounted above and below what is in sight, in px. */
const bufferPx = 400;

export function Transcript(props: { readonly transcript: TranscriptState }) {
  const store = useStore();
  // Another transcript gets a view of its own.
  const { transcript } = props;
  const scroll = new TranscriptScroll(transcript, () => store.older());
  const [focused, setFocused] = createSignal<string>();
  const newestId = createMemo(() => transcript.rows().at(-1)?.id);
  /** The row that has the focus stays mounted, so that the focus is not lost by scrolling. */
  const kept = createMemo(() => {
    const id = focused();
    return id === undefined ? [] : transcript.rows().flatMap((row, index) => (row.id === id ? [index] : []));
  });
  let list: VirtualizerHandle | undefined;
  const focusRow = (index: number) => {
    const row = transcript.rows()[index];
    if (!row) return;
    list?.scrollToIndex(index, { align: "nearest" });
    setFocused(row.id);
    requestAnimationFrame(() => document.getElementById(`row-${row.id}`)?.focus({ preventScroll: true }));
  };
  const step = (by: 1 | -1) => {
    scroll.byPerson();
    // A row that was gone to gets the focus with the next frame.
    const id = focused();
    const at = id === undefined ? -1 : transcript.rows().findIndex((row) => row.id === id);
    if (at >= 0) return focusRow(at + by);
    focusRow(list ? list.findItemIndex(list.scrollOffset + list.viewportSize / 2) : 0);
  };
  useTranscriptActions(transcript, step);

  return (
    <div class="transcript">
      <Scroller scroll={scroll} step={step} onFocus={setFocused}>
        <Virtualizer
          ref={(made) => {
            list = made;
            scroll.setList(made);
          }}
          data={scroll.listed().rows}
          shift={scroll.listed().isOlder}
          keepMounted={kept()}
          bufferSize={bufferPx}
          onScroll={scroll.onScroll}
          onResize={scroll.onResize}
        >
          {(row: Row) => <ItemView item={row.item()} isNewest={row.id === newestId()} />}
        </Virtualizer>
      </Scroller>
      <Show when={!scroll.pinned()}>
        <button type="button" class="to-end" onClick={scroll.toEnd}>
          <Icon name="arrowDown" />
          Newest
          <Show when={scroll.since() > 0}>
            <span class="to-end-count">{scroll.since()} new</span>
          </Show>
        </button>
      </Show>
    </div>
  );
}

const focusedId = () => focusedRow()?.id.slice("row-".length);

/** What scrolls, and hears what the person does. */
function Scroller(props: {
  readonly scroll: TranscriptScroll;
  readonly step: (by: 1 | -1) => void;
  readonly onFocus: (id: string | undefined) => void;
  readonly children: JSX.Element;
}) {
  let scroller: HTMLDivElement | undefined;
  const { scroll } = props;
  let touchedY = 0;
  const wheel = (event: WheelEvent) => (event.deltaY < 0 ? scroll.letGo() : scroll.byPerson());
  const touch = ({ touches }: TouchEvent) => {
    const y = touches[0]?.clientY ?? touchedY;
    if (y > touchedY) scroll.letGo();
    else scroll.byPerson();
    touchedY = y;
  };
  return (
    <div
      class="transcript-list"
      classList={{ settled: scroll.settled() }}
      role="feed"
      aria-label="Conversation"
      tabindex="0"
      ref={(element) => {
        scroller = element;
        scroll.setScroller(element);
      }}
      on:wheel={{ handleEvent: wheel, passive: true }}
      on:touchmove={{ handleEvent: touch, passive: true }}
      onTouchStart={({ touches }) => {
        touchedY = touches[0]?.clientY ?? 0;
      }}
      onPointerDown={({ target }) => target === scroller && scroll.byPerson()}
      onPointerMove={({ buttons, target }) => buttons > 0 && target === scroller && scroll.byPerson()}
      onClick={({ target }) => {
        const head = target.closest("[data-fold]");
        if (head) scroll.hold(head);
      }}
      onKeyDown={(event) => {
        if (/^(ArrowUp|PageUp)$/.test(event.key)) scroll.letGo();
        else scroll.byPerson();
        onTranscriptKey(event, { step: props.step, toStart: scroll.toStart, toEnd: scroll.toEnd });
      }}
      onFocusIn={() => props.onFocus(focusedId())}
      onFocusOut={({ relatedTarget }) => {
        if (!(relatedTarget instanceof Node && scroller?.contains(relatedTarget))) props.onFocus(undefined);
      }}
    >
      {props.children}
    </div>
  );
}

function useTranscriptActions(transcript: TranscriptState, step: (by: 1 | -1) => void): void {
  const copyLast = () => {
    const text = textOfAnswer(transcript.view()?.items ?? []);
    if (text !== "") navigator.clipboard.writeText(text).catch(toastError);
  };
  const goTo = { group: "Go to", inFields: true } as const;
  useActions([
    { ...goTo, id: "transcript.next", title: "Next message", keys: "alt+j", run: () => step(1) },
    { ...goTo, id: "transcript.before", title: "Message before", keys: "alt+k", run: () => step(-1) },
    { ...goTo, id: "transcript.end", title: "Newest message", keys: "alt+end", run: scrollToEnd },
    { id: "transcript.copy", title: "Copy the last answer", group: "Agent", keys: "alt+shift+x", run: copyLast },
  ]);
}
