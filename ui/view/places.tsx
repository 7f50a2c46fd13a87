/** Places in files, under the name of each file: a row opens the file there. */
import { createMemo, createSignal, For, Show } from "solid-js";
import { shortPath } from "../state/call-words.ts";
import { useStore } from "../state/context.ts";
import { plural } from "../state/format.ts";
import { byFile, type PlaceRow, type Places } from "../state/places.ts";
import { plain } from "../state/plain.ts";
import { openFile } from "../state/shell.ts";
import { FileLink } from "./file-link.tsx";

const shownRows = 60;

export function PlacesView(props: { readonly places: Places }) {
  const [whole, setWhole] = createSignal(false);
  const rows = () => (whole() ? props.places.list : props.places.list.slice(0, shownRows));
  const files = createMemo(() => byFile(rows()));
  const held = () => props.places.list.length - rows().length;
  return (
    <div class="places">
      <Show when={props.places.note}>{(note) => <p class="dim small">{note()}</p>}</Show>
      <ul>
        <For each={files()}>
          {(file) => (
            <li>
              <p class="place-file">
                <FileLink path={file.path} line={file.rows[0]?.line} />
                <For each={file.rows.filter(({ line }) => line === undefined)}>{(row) => <About row={row} />}</For>
              </p>
              <ul>
                <For each={file.rows.filter(({ line }) => line !== undefined)}>{(row) => <Row row={row} />}</For>
              </ul>
            </li>
          )}
        </For>
      </ul>
      <Show when={held() > 0}>
        <button type="button" class="link-button" onClick={() => setWhole(true)}>
          Show {held()} more
        </button>
      </Show>
      <Show when={props.places.more > 0}>
        <p class="dim small">{plural(props.places.more, "more place")} not shown here.</p>
      </Show>
    </div>
  );
}

function Row(props: { readonly row: PlaceRow }) {
  const store = useStore();
  const short = () => plain(shortPath(props.row.path, store.transcript?.view()?.cwd ?? ""));
  return (
    <li>
      <button
        type="button"
        class="place"
        classList={{ aside: props.row.isAside === true }}
        disabled={store.isReplay}
        title={props.row.text}
        onClick={() => openFile(props.row.path, props.row.line)}
      >
        <span class="place-line">
          <span class="hidden-label">{short()}:</span>
          {props.row.line}
        </span>
        <span class="place-about">
          <About row={props.row} />
        </span>
      </button>
    </li>
  );
}

function About(props: { readonly row: PlaceRow }) {
  return (
    <>
      <Show when={props.row.kind}>
        {(kind) => <span class={`place-kind ${colours[kind()] ?? ""}`}>{kind()} </span>}
      </Show>
      <Show when={props.row.title}>{(title) => <span class="place-title">{title()} </span>}</Show>
      <Show when={props.row.text}>{(text) => <code>{text()}</code>}</Show>
    </>
  );
}

const colours: Readonly<Record<string, string>> = {
  error: "bad",
  conflict: "bad",
  deleted: "bad",
  warning: "warn",
  modified: "warn",
  added: "good",
  untracked: "good",
};
