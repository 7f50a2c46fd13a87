/** A piece of code: plain at once, coloured when the highlighter has answered. */
import { createEffect, createSignal, For, on, onCleanup, Show } from "solid-js";
import { plain } from "../state/plain.ts";
import { type CodeLine, highlight } from "../text/highlight.ts";
import { languageOf } from "../text/languages.ts";
import { CopyButton } from "./copy.tsx";

const shownLines = 400;

export function Code(props: {
  readonly code: string;
  readonly lang?: string | undefined;
  /** Tells the language by its ending. */
  readonly path?: string | undefined;
  readonly firstLine?: number | undefined;
  /** Without a box of its own. */
  readonly bare?: boolean | undefined;
  /** It still grows: colours wait until it is whole. */
  readonly live?: boolean | undefined;
}) {
  const [whole, setWhole] = createSignal(false);
  const [coloured, setColoured] = createSignal<{ readonly code: string; readonly lines: readonly CodeLine[] }>();
  const lang = () => languageOf(props.lang, props.path);
  const lines = () => plain(props.code).split("\n");
  const shown = () => (whole() ? lines() : lines().slice(0, shownLines));

  createEffect(
    on([() => props.code, lang, () => props.live], ([code, lang, live]) => {
      if (live || lang === undefined) return;
      const stop = new AbortController();
      onCleanup(() => stop.abort());
      void highlight(plain(code), lang, stop.signal).then((lines) => lines && setColoured({ code, lines }));
    }),
  );
  const tokens = () => (coloured()?.code === props.code ? coloured()?.lines : undefined);
  return (
    <div class="code" classList={{ bare: props.bare ?? false }}>
      <Show when={!props.bare}>
        <div class="code-head">
          <span class="grow cut">{props.lang || lang() || "text"}</span>
          <CopyButton label="Copy the code" text={() => props.code} />
        </div>
      </Show>
      <pre tabindex="0">
        <code
          classList={{ numbered: props.firstLine !== undefined }}
          style={{ "--first": `${(props.firstLine ?? 1) - 1}` }}
        >
          <Show when={tokens()} fallback={shown().join("\n")}>
            {(tokens) => (
              <For each={whole() ? tokens() : tokens().slice(0, shownLines)}>{(line) => <Line tokens={line} />}</For>
            )}
          </Show>
        </code>
      </pre>
      <Show when={!whole() && lines().length > shownLines}>
        <button type="button" class="link-button" onClick={() => setWhole(true)}>
          Show all {lines().length} lines
        </button>
      </Show>
    </div>
  );
}

function Line(props: { readonly tokens: CodeLine }) {
  return (
    <>
      <For each={props.tokens}>
        {([text, light, dark]) => <span style={{ "--light": light, "--dark": dark }}>{text}</span>}
      </For>
      {"\n"}
    </>
  );
}
