/** A button with a menu: arrow keys move in it, Escape or a click elsewhere closes it. */
import { createSignal, For, Show } from "solid-js";
import { Icon, type IconName } from "./icon.tsx";

export interface MenuItem {
  readonly title: string;
  readonly icon: IconName;
  readonly keys?: string;
  readonly isDangerous?: boolean;
  run(): void;
}

const marginPx = 8;

export function MenuButton(props: {
  readonly label: string;
  readonly class?: string;
  /** The Tab key reaches it; else the row around it is what is reached. */
  readonly isTabStop?: boolean;
  readonly items: () => readonly MenuItem[];
}) {
  const [open, setOpen] = createSignal(false);
  let button: HTMLButtonElement | undefined;
  let menu: HTMLDivElement | undefined;
  const buttons = () => [...(menu?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  const show = () => {
    setOpen(true);
    if (!menu || !button) return;
    menu.showPopover();
    const { right, top, bottom } = button.getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    const fits = bottom + height + marginPx < innerHeight;
    menu.style.setProperty("--x", `${Math.max(marginPx, right - width)}px`);
    menu.style.setProperty("--y", `${fits ? bottom + 2 : Math.max(marginPx, top - height - 2)}px`);
    buttons()[0]?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    event.stopPropagation();
    const all = buttons();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") menu?.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    all.at(to % all.length)?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={`icon-button ${props.class ?? ""}`}
        aria-label={props.label}
        aria-haspopup="menu"
        aria-expanded={open()}
        tabindex={props.isTabStop ? 0 : -1}
        onClick={(event) => {
          event.stopPropagation();
          show();
        }}
      >
        <Icon name="more" />
      </button>
      <div
        ref={menu}
        class="menu"
        role="menu"
        aria-label={props.label}
        popover="auto"
        onToggle={({ newState }) => setOpen(newState === "open")}
        onKeyDown={onKey}
      >
        <Show when={open()}>
          <For each={props.items()}>{(item) => <Item item={item} close={() => menu?.hidePopover()} />}</For>
        </Show>
      </div>
    </>
  );
}

function Item(props: { readonly item: MenuItem; readonly close: () => void }) {
  return (
    <button
      type="button"
      role="menuitem"
      tabindex={-1}
      class="menu-item"
      classList={{ danger: props.item.isDangerous ?? false }}
      onClick={(event) => {
        event.stopPropagation();
        // The focus goes back to the button first, so that what opens next can return it there.
        props.close();
        props.item.run();
      }}
    >
      <Icon name={props.item.icon} />
      <span class="grow">{props.item.title}</span>
      <Show when={props.item.keys}>{(keys) => <kbd>{keys()}</kbd>}</Show>
    </button>
  );
}
