/** A program's output as a terminal would show it. Of a long one the middle is held back until it is asked for. */
import { createMemo, createSignal, For, Show } from "solid-js";
import { type Span, type TerminalLine, TerminalText } from "../text/ansi.ts";
import type { Style } from "../text/ansi-style.ts";

const headLines = 150;
const tailLines = 350;
const mostChars = 600_000;

export function Ansi(props: { readonly text: string }) {
  const [whole, setWhole] = createSignal(false);
  const terminal = new TerminalText();
  const lines = createMemo(() => terminal.update(props.text.slice(-mostChars).replace(/\r?\n$/, "")));
  const hiddenLines = () => (whole() ? 0 : Math.max(0, lines().length - headLines - tailLines));
  const head = () => (hiddenLines() > 0 ? lines().slice(0, headLines) : lines());
  return (
    <pre class="ansi" tabindex="0">
      <For each={head()}>{(line) => <Line spans={line} />}</For>
      <Show when={hiddenLines() > 0}>
        <button type="button" class="link-button" onClick={() => setWhole(true)}>
          … {hiddenLines()} lines hidden, show
        </button>
        {"\n"}
        <For each={lines().slice(-tailLines)}>{(line) => <Line spans={line} />}</For>
      </Show>
    </pre>
  );
}

function Line(props: { readonly spans: TerminalLine }) {
  return (
    <>
      <For each={props.spans}>{(span) => <SpanView span={span} />}</For>
      {"\n"}
    </>
  );
}

function SpanView(props: { readonly span: Span }) {
  const { text, style } = props.span;
  if (Object.keys(style).length === 0) return <>{text}</>;
  return (
    <span class={classesOf(style)} style={{ "--fg": exact(style.fg), "--bg-ansi": exact(style.bg) }}>
      {text}
    </span>
  );
}

function classesOf({ fg, bg, ...flags }: Style): string {
  const names = Object.entries(flags).flatMap(([name, on]) => (on ? [name] : []));
  if (fg) names.push(fg.startsWith("#") ? "fg" : `fg-${fg}`);
  if (bg) names.push(bg.startsWith("#") ? "bg" : `bg-${bg}`);
  return names.join(" ");
}

const exact = (colour: string | undefined) => (colour?.startsWith("#") ? colour : undefined);
