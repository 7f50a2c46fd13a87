/** The text of a file, which goes on as it is scrolled; of a big one, the windows around it are fetched when wanted. */
import { createEffect, createSignal, For, on, onCleanup, onMount, Show } from "solid-js";
import type { FileView, TextWindow } from "../../server/file-types.ts";
import { getJson } from "../state/api.ts";
import { type Chunk, chunkOf, textOf, withNext, withPrevious } from "../state/file-text.ts";
import { toastError } from "../state/shell.ts";
import { Code } from "./code.tsx";

const windowBytes = 1024 * 1024;

export function FileTextView(props: {
  readonly path: string;
  readonly size: number;
  readonly first: TextWindow;
  readonly line: number | undefined;
}) {
  const [text, setText] = createSignal(textOf(props.first));
  const start = chunkOf(text(), props.line ?? 1);
  /** The chunks that are shown. */
  const [range, setRange] = createSignal({ from: start, to: start + 1 });
  const shown = () => text().chunks.slice(range().from, range().to);
  const fetchAt = async (offset: number): Promise<TextWindow | undefined> => {
    try {
      return (await getJson<FileView>("/api/files/read", { path: props.path, offset })).text;
    } catch (error) {
      toastError(error);
      return undefined;
    }
  };
  // The file has changed: what was fetched around the first window is let go.
  createEffect(
    on(
      () => props.first.text,
      () => setText(textOf(props.first)),
      { defer: true },
    ),
  );
  const hasMore = () => range().to < text().chunks.length || text().to < props.size;
  const hasEarlier = () => range().from > 0 || text().from > 0;
  const more = async () => {
    if (range().to >= text().chunks.length) {
      const next = await fetchAt(text().to);
      if (!next) return;
      setText((text) => withNext(text, next));
    }
    setRange(({ from, to }) => ({ from, to: to + 1 }));
  };
  const earlier = async () => {
    if (range().from > 0) return setRange(({ from, to }) => ({ from: from - 1, to }));
    const previous = await fetchAt(Math.max(0, text().from - windowBytes));
    if (!previous) return undefined;
    const before = text().chunks.length;
    setText((text) => withPrevious(text, previous));
    const added = text().chunks.length - before;
    return setRange(({ to }) => ({ from: Math.max(0, added - 1), to: to + added }));
  };
  return (
    <div class="file-text">
      <Show when={hasEarlier()}>
        <button type="button" class="file-more" onClick={() => void earlier()}>
          Earlier lines
        </button>
      </Show>
      <For each={shown()}>{(chunk) => <ChunkView chunk={chunk} path={props.path} line={props.line} />}</For>
      <Show when={hasMore()}>
        <More run={() => void more()} />
      </Show>
    </div>
  );
}

function ChunkView(props: { readonly chunk: Chunk; readonly path: string; readonly line: number | undefined }) {
  const at = () => (props.line ?? 0) - props.chunk.firstLine;
  const isHere = () => at() >= 0 && at() < props.chunk.lines;
  let mark: HTMLDivElement | undefined;
  onMount(() => requestAnimationFrame(() => mark?.scrollIntoView({ block: "center" })));
  return (
    <div class="file-chunk">
      <Show when={isHere()}>
        <div ref={mark} class="file-line" style={{ "--line": at() }} />
      </Show>
      <Code code={props.chunk.text} path={props.path} firstLine={props.chunk.firstLine} bare />
    </div>
  );
}

/** Runs when it is seen, and when it is pressed. */
function More(props: { readonly run: () => void }) {
  let button: HTMLButtonElement | undefined;
  onMount(() => {
    const observer = new IntersectionObserver(
      (seen) => seen.some(({ isIntersecting }) => isIntersecting) && props.run(),
    );
    if (button) observer.observe(button);
    onCleanup(() => observer.disconnect());
  });
  return (
    <button ref={button} type="button" class="file-more" onClick={() => props.run()}>
      More lines
    </button>
  );
}
