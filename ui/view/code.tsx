/** A piece of code: plain at once, coloured when the highlighter has answered. While it grows it is only added to. */
import {
  type Accessor,
  createEffect,
  createMemo,
  createRenderEffect,
  createSignal,
  For,
  onCleanup,
  Show,
} from "solid-js";
import { plain, revealed } from "../state/plain.ts";
import { GrowingText } from "../text/growing-text.ts";
import { type Coloured, highlight } from "../text/highlight.ts";
import { languageOf } from "../text/languages.ts";
import { CopyButton } from "./copy.tsx";

const shownLines = 400;
/** More are not coloured, as each piece is an element. */
const colouredLines = 2_000;

export function Code(props: {
  readonly code: string;
  readonly lang?: string | undefined;
  /** Tells the language by its ending. */
  readonly path?: string | undefined;
  /** Numbers the lines from here. */
  readonly firstLine?: number | undefined;
  /** Without a box of its own. */
  readonly bare?: boolean | undefined;
  /** It still grows: colours wait until it is whole. */
  readonly live?: boolean | undefined;
}) {
  const lang = () => languageOf(props.lang, props.path);
  // What was seen to grow stays as long as it was.
  const grew = props.live ?? false;
  return (
    <div class="code" classList={{ bare: props.bare ?? false }}>
      <Show when={!props.bare}>
        <div class="code-head">
          <span class="grow cut">{plain(props.lang || lang() || "text")}</span>
          <CopyButton label="Copy the code" text={() => props.code} />
        </div>
      </Show>
      <Show
        when={props.live}
        fallback={<Whole code={props.code} lang={lang()} firstLine={props.firstLine} unfolded={grew} />}
      >
        <Growing code={props.code} />
      </Show>
    </div>
  );
}

function Growing(props: { readonly code: string }) {
  const grow = (element: HTMLElement) => {
    const text = new GrowingText(element);
    createRenderEffect(() => text.update(props.code));
  };
  return (
    <pre tabindex="0">
      <code ref={grow} />
    </pre>
  );
}

function Whole(props: {
  readonly code: string;
  readonly lang: string | undefined;
  readonly firstLine: number | undefined;
  readonly unfolded: boolean;
}) {
  const [unfolded, setUnfolded] = createSignal(props.unfolded);
  const lines = createMemo(() => revealed(props.code).split("\n"));
  const count = () => (unfolded() ? lines().length : Math.min(lines().length, shownLines));
  const coloured = coloursOf(() => (lines().length > colouredLines ? undefined : props.lang), lines);
  return (
    <>
      <pre tabindex="0">
        <Show when={props.firstLine}>{(first) => <span class="gutter">{numbers(first(), count())}</span>}</Show>
        <code>
          <Show when={coloured()} fallback={lines().slice(0, count()).join("\n")}>
            {(all) => (
              <For each={all().slice(0, count())}>{(line, index) => <Line tokens={line} index={index()} />}</For>
            )}
          </Show>
        </code>
      </pre>
      <Show when={lines().length > count()}>
        <button type="button" class="link-button" onClick={() => setUnfolded(true)}>
          Show all {lines().length} lines
        </button>
      </Show>
    </>
  );
}

/** Asked for anew with each text; what left the page asks no more. */
function coloursOf(lang: Accessor<string | undefined>, lines: Accessor<readonly string[]>): Accessor<Coloured> {
  const [coloured, setColoured] = createSignal<{ readonly of: readonly string[]; readonly lines: Coloured }>();
  createEffect(() => {
    const [wanted, of] = [lang(), lines()];
    if (wanted === undefined) return;
    const left = new AbortController();
    onCleanup(() => left.abort());
    void highlight(of.join("\n"), wanted, left.signal).then((lines) => {
      if (!left.signal.aborted) setColoured({ of, lines });
    });
  });
  return () => (coloured()?.of === lines() ? coloured()?.lines : undefined);
}

const numbers = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at).join("\n");

function Line(props: { readonly tokens: NonNullable<Coloured>[number]; readonly index: number }) {
  return (
    <>
      {props.index > 0 ? "\n" : ""}
      <For each={props.tokens}>
        {([text, light, dark]) => <span style={{ "--light": light, "--dark": dark }}>{text}</span>}
      </For>
    </>
  );
}
