/** Small drawings in the colour of the text around them. They say nothing to a screen reader: the button around one has a label. */
import type { JSX } from "solid-js";

/** 16 × 16, drawn with a stroke of 1.5. */
const paths = {
  agent:
    "M8 2v2M4.5 4h7A1.5 1.5 0 0 1 13 5.5v5a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 3 10.5v-5A1.5 1.5 0 0 1 4.5 4ZM6 7.5v1M10 7.5v1M1.5 7v2M14.5 7v2M6 14h4",
  alert: "M8 2.5 14.2 13H1.8L8 2.5ZM8 6.5v3M8 11.2v.1",
  arrowDown: "M8 3v10M4 9l4 4 4-4",
  background: "M4 3.5h8M4 12.5h8M8 6v4M6 8.3 8 10.3l2-2",
  bell: "M4 11.5V7a4 4 0 0 1 8 0v4.5M2.5 11.5h11M7 14h2",
  book: "M2.5 3.5c2-.8 4-.5 5.5.7 1.5-1.2 3.5-1.5 5.5-.7v9c-2-.8-4-.5-5.5.7-1.5-1.2-3.5-1.5-5.5-.7v-9ZM8 4.2v9",
  broom: "M13 2.5 8.5 7M7 6l3 3-3.5 4.5-4-4L7 6ZM4.5 11.5l1-1",
  chip: "M4.5 4.5h7v7h-7zM6.5 2v2.5M9.5 2v2.5M6.5 11.5V14M9.5 11.5V14M2 6.5h2.5M2 9.5h2.5M11.5 6.5H14M11.5 9.5H14",
  cloud: "M4.5 12.5a3 3 0 0 1-.4-6 4 4 0 0 1 7.7-.3 3.2 3.2 0 0 1 .2 6.3h-7.5Z",
  download: "M8 2v8M4.5 6.8 8 10.3l3.5-3.5M2.5 13.5h11",
  menu: "M2.5 4h11M2.5 8h11M2.5 12h11",
  more: "M3.5 8v.1M8 8v.1M12.5 8v.1",
  panel: "M2 3h12v10H2zM10 3v10",
  check: "M3 8.5 6.5 12 13 4.5",
  chevron: "M6 4l4 4-4 4",
  close: "M4 4l8 8M12 4l-8 8",
  columns: "M2 3h12v10H2zM8 3v10",
  compact: "M8 1.5v4M6 4l2 2 2-2M8 14.5v-4M6 12l2-2 2 2M2.5 8h11",
  copy: "M5.5 5.5h7v8h-7zM3.5 10.5h-1v-8h7v1",
  enlarge: "M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5 9 7M2.5 13.5 7 9",
  external: "M9 2.5h4.5V7M13.5 2.5 8 8M6.5 3.5h-4v10h10v-4",
  clip: "M13 7.5 7.8 12.7a3.2 3.2 0 0 1-4.5-4.5l5.5-5.5a2.1 2.1 0 0 1 3 3L6.4 11a1 1 0 0 1-1.5-1.5L9.8 4.7",
  file: "M4 1.5h5l3 3v10H4zM9 1.5v3h3",
  folder: "M1.5 3.5h4l1.5 2h7.5v7.5h-13z",
  foreground: "M4 3.5h8M4 12.5h8M8 10V6M6 7.7 8 5.7l2 2",
  fork: "M4.5 5.5v5M4.5 7.5h5a2 2 0 0 0 2-2M4.5 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM4.5 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM11.5 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3Z",
  globe: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2 8h12M8 2c2 2 2.5 4 2.5 6S10 12 8 14M8 2C6 4 5.5 6 5.5 8S6 12 8 14",
  grip: "M6 4v.1M10 4v.1M6 8v.1M10 8v.1M6 12v.1M10 12v.1",
  image: "M2 3h12v10H2zM2 11l3.5-3.5 3 3 2-2L14 12M10.5 6v.1",
  link: "M6.5 9.5l3-3M7 4.5 8.5 3a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5 7.5 13A3 3 0 0 1 3 8.5L4.5 7",
  list: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4v.1M2.5 8v.1M2.5 12v.1",
  lanes: "M2 3.5h6M6 8h8M4 12.5h5",
  lock: "M4 7h8v6.5H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  monitor: "M2 3h12v8H2zM6 13.5h4M8 11v2.5",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5Z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3l7.5 5L5 13V3Z",
  stepBack: "M12 3.5v9L6 8l6-4.5ZM4 3.5v9",
  stepForward: "M4 3.5v9L10 8 4 3.5ZM12 3.5v9",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7",
  trash: "M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4M6.7 6.5v4.5M9.3 6.5v4.5",
  pencil: "M10.5 2.5l3 3-8 8h-3v-3zM8.5 4.5l3 3",
  plus: "M8 3v10M3 8h10",
  question: "M6 6a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.4M8 11.5v.1M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z",
  retry: "M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5 14 14",
  send: "M2.5 8h10M8.5 4l4 4-4 4",
  settings: "M2 4.5h7M12 4.5h2M10.5 3v3M2 11.5h2M7 11.5h7M5.5 10v3",
  sparkle: "M8 2c.5 3.5 2.5 5.5 6 6-3.5.5-5.5 2.5-6 6-.5-3.5-2.5-5.5-6-6 3.5-.5 5.5-2.5 6-6Z",
  stop: "M4.5 4.5h7v7h-7z",
  terminal: "M2 3h12v10H2zM4.5 6l2 2-2 2M8 10.5h3",
  thinking: "M6 13.5h4M6.5 11.5h3M5.8 11.5c0-1.5-1.8-2.3-1.8-4.5a4 4 0 0 1 8 0c0 2.2-1.8 3-1.8 4.5",
  wrench: "M9.5 6.5 3.5 12.5M13.5 4.5a3.5 3.5 0 0 1-4.5 4.2M11.5 2.5a3.5 3.5 0 0 0-4.2 4.5M11.5 2.5l-2 2 2 2 2-2",
} as const;

export type IconName = keyof typeof paths;

export function Icon(props: { readonly name: IconName; readonly class?: string }): JSX.Element {
  return (
    <svg class={`icon ${props.class ?? ""}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={paths[props.name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
