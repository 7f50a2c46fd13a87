/** Rows of a list dragged by a grip, with a mouse or a finger. */
import { type Accessor, createSignal } from "solid-js";

export interface Dragging {
  readonly id: string;
  /** The place that it would have, counted without it. */
  readonly to: number;
}

export interface Drag {
  readonly dragging: Accessor<Dragging | undefined>;
  /** Begins with a press on the grip of a row. */
  start(event: PointerEvent, id: string): void;
}

/** `list` holds the rows, in their order and nothing else. `drop` is told where a row was let go. */
export function createDrag(list: () => HTMLElement | undefined, drop: (id: string, to: number) => void): Drag {
  const [dragging, setDragging] = createSignal<Dragging>();
  return {
    dragging,
    start(event, id) {
      const grip = event.currentTarget;
      if (!(grip instanceof HTMLElement) || event.button !== 0) return;
      event.preventDefault();
      grip.setPointerCapture(event.pointerId);
      const own = grip.closest("li");
      const others = [...(list()?.children ?? [])].filter((row) => row !== own);
      const end = (isDrop: boolean) => {
        const last = dragging();
        setDragging(undefined);
        grip.onpointermove = grip.onpointerup = grip.onpointercancel = null;
        if (isDrop && last) drop(id, last.to);
      };
      grip.onpointermove = ({ clientY }) => setDragging({ id, to: placeAt(others, clientY) });
      grip.onpointerup = () => end(true);
      grip.onpointercancel = () => end(false);
    },
  };
}

function placeAt(rows: readonly Element[], y: number): number {
  const behind = rows.findIndex((row) => {
    const { top, height } = row.getBoundingClientRect();
    return y < top + height / 2;
  });
  return behind < 0 ? rows.length : behind;
}
