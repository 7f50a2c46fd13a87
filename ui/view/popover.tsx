/** A button and what opens beside it: over all of the page, closed by Escape or a click elsewhere. The browser does that. */
import { createSignal, createUniqueId, type JSX, Show } from "solid-js";

export interface PopoverProps {
  /** What the button is called; its face may be an icon or a number. */
  readonly label: string;
  readonly face: JSX.Element;
  readonly class?: string;
  /** In px; less where the page is narrower. */
  readonly width?: number;
  readonly children: (close: () => void) => JSX.Element;
}

const gap = 6;

export function Popover(props: PopoverProps) {
  const id = `popover-${createUniqueId()}`;
  const [open, setOpen] = createSignal(false);
  let button: HTMLButtonElement | undefined;
  let panel: HTMLDivElement | undefined;
  const place = () => {
    if (!button || !panel) return;
    const { left, right, top, bottom } = button.getBoundingClientRect();
    const width = Math.min(props.width ?? 320, innerWidth - 16);
    const wanted = (left + right) / 2 > innerWidth / 2 ? right - width : left;
    const isLow = top > innerHeight / 2;
    const set = (name: string, px: number) => panel?.style.setProperty(name, `${px}px`);
    set("--width", width);
    set("--left", Math.min(Math.max(8, wanted), innerWidth - width - 8));
    set("--top", bottom + gap);
    set("--bottom", innerHeight - top + gap);
    set("--room", (isLow ? top : innerHeight - bottom) - 2 * gap);
    panel.classList.toggle("up", isLow);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={props.class}
        aria-label={props.label}
        title={props.label}
        aria-haspopup="dialog"
        aria-expanded={open()}
        popovertarget={id}
      >
        {props.face}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        class="popover"
        role="dialog"
        aria-label={props.label}
        onBeforeToggle={place}
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        <Show when={open()}>{props.children(() => panel?.hidePopover())}</Show>
      </div>
    </>
  );
}
