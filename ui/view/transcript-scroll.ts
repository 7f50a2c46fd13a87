/** The scrolling of a transcript: it keeps to the end, finds its place again, and goes where it is asked to. */
import { type Accessor, createEffect, createMemo, createSignal, on, untrack } from "solid-js";
import type { VirtualizerHandle } from "virtua/solid";
import { indexOf, jump, jumpDone, type Place, partWith } from "../state/jump.ts";
import { fold, foldKey } from "../state/opened.ts";
import { leaveSpot, pinAfter, type Scroll, type Spot, spotOf } from "../state/pin.ts";
import type { Row, Transcript } from "../state/transcript.ts";

/** After a key, a wheel or a touch, so long a scroll counts as the person's, in ms. */
const personMs = 600;
/** An older page that has not come after this long is asked for again. */
const olderMs = 3_000;
const flashMs = 1_600;
const marginPx = 8;

interface Listed {
  readonly rows: readonly Row[];
  /** Rows were put before the others. */
  readonly isOlder: boolean;
}

interface Wanted {
  readonly place: Place;
  readonly offset: number;
}

/** To be made within a component. */
export class TranscriptScroll {
  readonly listed: Accessor<Listed>;
  readonly pinned: Accessor<boolean>;
  /** How many rows came since the person let go of the end. */
  readonly since: Accessor<number>;
  /** The first rows have their sizes and the view stands where it should. */
  readonly settled: Accessor<boolean>;
  readonly #transcript: Transcript;
  readonly #askOlder: () => void;
  readonly #setPinned: (pinned: boolean) => void;
  readonly #setSeen: (id: string | undefined) => void;
  readonly #settle: () => void;
  #list: VirtualizerHandle | undefined;
  #scroller: HTMLElement | undefined;
  #last: Scroll = { top: 0, height: 0, viewport: 0 };
  #personAt = Number.NEGATIVE_INFINITY;
  #askedOlderAt = Number.NEGATIVE_INFINITY;
  #held: Element | undefined;
  #heldAt = Number.NEGATIVE_INFINITY;
  #wanted: Wanted | undefined;
  #stood: Spot = { type: "end" };

  /** `askOlder` asks for the page before the first row. */
  constructor(transcript: Transcript, askOlder: () => void) {
    const { session, agent, rows } = transcript;
    const spot = spotOf(session, agent);
    const [pinned, setPinned] = createSignal(spot.type === "end");
    const [settled, setSettled] = createSignal(false);
    const [seen, setSeen] = createSignal<string>();
    this.#transcript = transcript;
    this.#askOlder = askOlder;
    this.#wanted = wantedOf(spot);
    this.pinned = pinned;
    this.settled = settled;
    this.#setPinned = setPinned;
    this.#setSeen = setSeen;
    this.#settle = () => setSettled(true);
    this.listed = createMemo<Listed>((before) => listedAfter(before, rows()));
    this.since = createMemo(() => {
      const id = seen();
      return id === undefined ? 0 : rows().length - 1 - rows().findLastIndex((row) => row.id === id);
    });
    createEffect(on(() => transcript.view()?.first, this.#onFirst));
    createEffect(on(jump, this.#onJump));
    createEffect(on(rows, this.#onRows));
  }

  setScroller(element: HTMLElement): void {
    this.#scroller = element;
  }

  /** Undefined when the list goes: where it stood is remembered. */
  setList(list: VirtualizerHandle | undefined): void {
    const { session, agent } = this.#transcript;
    if (!list) leaveSpot(session, agent, this.#spot());
    this.#list = list;
  }

  /** The person does something that scrolls. */
  byPerson = (): void => {
    this.#personAt = performance.now();
  };

  /** The person goes up: known before the view has moved, so that what comes meanwhile does not take it back down. */
  letGo(): void {
    this.byPerson();
    if (this.#measure().top > 0) this.#pin(false);
  }

  /** What the person opens or closes stays in view. */
  hold(element: Element): void {
    this.#held = element;
    this.#heldAt = performance.now();
  }

  onResize = (): void => {
    if (this.pinned()) this.#keepToEnd();
    // What got shorter takes the view up with it; that is not the person's doing.
    const now = this.#measure();
    this.#last = { ...now, top: Math.min(this.#last.top, now.height - now.viewport) };
    if (!this.settled()) requestAnimationFrame(this.#settle);
  };

  onScroll = (): void => {
    const now = this.#measure();
    this.#pin(pinAfter(this.pinned(), this.#last, now, performance.now() - this.#personAt < personMs));
    this.#last = now;
    this.#stood = this.#spot();
    if (now.top < now.viewport) this.#older();
  };

  toEnd = (): void => {
    this.#wanted = undefined;
    this.#held = undefined;
    this.#pin(true);
    this.#list?.scrollToIndex(this.#transcript.rows().length - 1, { align: "end" });
    requestAnimationFrame(() => this.#keepToEnd());
  };

  toStart = (): void => {
    this.#pin(false);
    this.#list?.scrollToIndex(0);
  };

  #measure(): Scroll {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = this.#scroller ?? {};
    return { top: scrollTop, height: scrollHeight, viewport: clientHeight };
  }

  #pin(pinned: boolean): void {
    if (pinned === untrack(this.pinned)) return;
    this.#setSeen(pinned ? undefined : untrack(this.#transcript.rows).at(-1)?.id);
    this.#setPinned(pinned);
  }

  /** To the end; but what the person just opened does not leave the view by it. */
  #keepToEnd(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const end = scroller.scrollHeight - scroller.clientHeight;
    const room = this.#roomOfHeld(scroller);
    if (scroller.scrollTop + room < end) {
      scroller.scrollTop += room;
      return this.#pin(false);
    }
    if (Math.abs(scroller.scrollTop - end) < 1) return;
    scroller.scrollTop = end;
    // The list learns of it before the page is painted, not with the next frame.
    scroller.dispatchEvent(new Event("scroll"));
  }

  /** How far the view may go down before what was opened leaves it, in px. */
  #roomOfHeld(scroller: HTMLElement): number {
    if (!this.#held || performance.now() - this.#heldAt > personMs) return Number.POSITIVE_INFINITY;
    const top = this.#held.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    return Math.max(0, top - marginPx);
  }

  #older(): void {
    const now = performance.now();
    if ((this.#transcript.view()?.first ?? 0) === 0 || now - this.#askedOlderAt < olderMs) return;
    this.#askedOlderAt = now;
    this.#askOlder();
  }

  #spot(): Spot {
    const list = this.#list;
    if (untrack(this.pinned) || !list) return { type: "end" };
    const index = list.findItemIndex(list.scrollOffset);
    const row = untrack(this.#transcript.rows)[index];
    return row ? { type: "row", id: row.id, offset: list.getItemOffset(index) - list.scrollOffset } : { type: "end" };
  }

  /** Told anew from the newest page on: the place where the person was may be further back. */
  readonly #onFirst = (first?: number, before?: number): void => {
    this.#askedOlderAt = Number.NEGATIVE_INFINITY;
    if (first !== undefined && before !== undefined && first > before) this.#wanted = wantedOf(this.#stood);
  };

  /** What the person says is shown to them wherever they were. */
  readonly #onRows = (rows: readonly Row[], before?: readonly Row[]): void => {
    const last = before?.at(-1);
    const fresh = last ? rows.slice(rows.lastIndexOf(last) + 1) : [];
    if (fresh.length < rows.length && fresh.some(isSaid) && document.hasFocus()) this.toEnd();
    queueMicrotask(() => this.#seek());
  };

  readonly #onJump = (place: Place | undefined): void => {
    if (!place) return;
    jumpDone();
    if (place.type === "end") return this.toEnd();
    this.#wanted = { place, offset: -marginPx };
    this.#seek();
  };

  /** Goes where it is wanted, by way of older pages where it must. */
  #seek(): void {
    const { rows, view } = this.#transcript;
    if (!this.#wanted || rows().length === 0) return;
    const { place, offset } = this.#wanted;
    const index = indexOf(view()?.items ?? [], place);
    if (index < 0) {
      if ((view()?.first ?? 0) === 0) this.#wanted = undefined;
      return this.#older();
    }
    this.#wanted = undefined;
    this.#pin(false);
    this.#list?.scrollToIndex(index, { align: "start", offset });
    if (offset === -marginPx) this.#show(place, index);
  }

  /** Opens the call that was looked for, and marks its row for a moment. */
  #show(place: Place, index: number): void {
    const item = this.#transcript.view()?.items[index];
    if (!item) return;
    if (place.type === "call") fold(foldKey(this.#transcript, item.id, partWith(item, place.call))).set(true);
    requestAnimationFrame(() => flash(`row-${item.id}`));
  }
}

const isSaid = (row: Row) => untrack(row.item).type === "user";

function listedAfter(before: Listed | undefined, rows: readonly Row[]): Listed {
  const first = before?.rows[0];
  return { rows, isOlder: first !== undefined && rows.length > 0 && rows[0] !== first && rows.includes(first) };
}

function wantedOf(spot: Spot): Wanted | undefined {
  return spot.type === "row" ? { place: { type: "item", id: spot.id }, offset: -spot.offset } : undefined;
}

function flash(id: string): void {
  const row = document.getElementById(id);
  row?.classList.add("found-row");
  setTimeout(() => row?.classList.remove("found-row"), flashMs);
}
