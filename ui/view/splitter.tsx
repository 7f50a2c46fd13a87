/** The edge of a column, dragged or moved by the arrow keys. */
import { prefs, setPref } from "../state/prefs.ts";

const step = 24;

export function Splitter(props: {
  readonly name: "sidebar" | "side";
  readonly label: string;
  readonly min: number;
  readonly max: number;
}) {
  const grow = (by: number) => {
    const width = Math.max(props.min, Math.min(props.max, prefs()[props.name] + by));
    setPref(props.name, width);
  };
  /** The side grows to the left. */
  const towards = () => (props.name === "sidebar" ? 1 : -1);
  const drag = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const handle = event.currentTarget;
    let at = event.clientX;
    handle.setPointerCapture(event.pointerId);
    const move = ({ clientX }: PointerEvent) => {
      grow((clientX - at) * towards());
      at = clientX;
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", move), {
      once: true,
    });
  };
  return (
    <button
      type="button"
      class="splitter"
      aria-label={props.label}
      onPointerDown={drag}
      onKeyDown={({ key }) => {
        if (key === "ArrowRight") grow(step * towards());
        if (key === "ArrowLeft") grow(-step * towards());
      }}
    />
  );
}
