/** A file of the project: its text, its picture, or a way to save it. */
import { createSignal, Match, Show, Switch } from "solid-js";
import type { FileView } from "../../server/file-types.ts";
import { apiUrl, getJson } from "../state/api.ts";
import { createAsked } from "../state/asked.ts";
import { splitPath, statusWords } from "../state/changes.ts";
import { changeOf, showChange } from "../state/changes-shown.ts";
import { useStore } from "../state/context.ts";
import { openInEditor } from "../state/editor.ts";
import { shownBytes } from "../state/format.ts";
import { onWork } from "../state/on-work.ts";
import { plain } from "../state/plain.ts";
import { closeFile } from "../state/shell.ts";
import { Lines } from "./changes-lines.tsx";
import { CopyButton } from "./copy.tsx";
import { FilePdf } from "./file-pdf.tsx";
import { FileTextView } from "./file-text.tsx";
import { Icon } from "./icon.tsx";

export function FileViewer(props: { readonly path: string; readonly line: number | undefined }) {
  const store = useStore();
  const { path, line } = props;
  const asked = createAsked(
    () => path,
    (path, signal) => getJson<FileView>("/api/files/read", { path, line }, signal),
  );
  onWork(store, asked.again);
  return (
    <div class="file-viewer">
      <Head path={path} line={line} view={asked.value()} />
      <Show when={asked.error()}>
        {(error) => (
          <p class="side-problem" role="alert">
            {error().message} <span class="dim">{error().hint}</span>
          </p>
        )}
      </Show>
      <Show when={asked.value()}>{(view) => <Body view={view()} line={line} />}</Show>
    </div>
  );
}

function Head(props: {
  readonly path: string;
  readonly line: number | undefined;
  readonly view: FileView | undefined;
}) {
  const store = useStore();
  const path = () => splitPath(plain(props.path));
  return (
    <div class="side-head file-head">
      <button
        type="button"
        class="icon-button"
        aria-label="Back to the files"
        title="Back to the files"
        onClick={closeFile}
      >
        <Icon name="chevron" class="back" />
      </button>
      <span class="grow change-words" title={plain(props.path)}>
        <span class="cut">
          <span class="change-name">{path().name}</span> <span class="dim small">{path().folder}</span>
        </span>
        <span class="dim small cut">{props.view ? facts(props.view) : "\u00a0"}</span>
      </span>
      <Show when={changeOf(props.path)}>
        {(change) => (
          <button type="button" class="file-change" title="Show its changes" onClick={() => showChange(props.path)}>
            <span class="hidden-label">Show its changes</span>
            <Show when={change().added !== null} fallback={statusWords(change().status).letter}>
              <Lines of={change()} />
            </Show>
          </button>
        )}
      </Show>
      <button
        type="button"
        class="icon-button"
        aria-label="Open in your editor"
        title="Open in your editor"
        onClick={() => void openInEditor(store, props.path, props.line)}
      >
        <Icon name="external" />
      </button>
      <a
        class="icon-button"
        href={apiUrl("/api/files/raw", { path: props.path })}
        download={path().name}
        aria-label="Save a copy"
        title="Save a copy"
      >
        <Icon name="download" />
      </a>
      <CopyButton label="Copy the path" text={() => props.path} />
    </div>
  );
}

function facts({ size, mime, kind, text }: FileView): string {
  const lines = text?.lines ?? null;
  return [
    lines === null ? "" : `${lines.toLocaleString()} lines`,
    shownBytes(size),
    kind === "text" ? "" : mime,
    text?.isExact === false ? "not all of it is UTF-8" : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

function Body(props: { readonly view: FileView; readonly line: number | undefined }) {
  const raw = () => apiUrl("/api/files/raw", { path: props.view.path, at: props.view.modifiedAt });
  const [isBroken, setBroken] = createSignal(false);
  return (
    <Switch
      fallback={
        <div class="file-other">
          <p class="dim">{isBroken() ? "This picture cannot be shown." : "This is not text."}</p>
          <a class="outlined" href={raw()} download={splitPath(props.view.path).name}>
            Save a copy
          </a>
        </div>
      }
    >
      <Match when={props.view.text}>
        {(text) => <FileTextView path={props.view.path} size={props.view.size} first={text()} line={props.line} />}
      </Match>
      <Match when={props.view.kind === "pdf"}>
        <FilePdf path={props.view.path} modifiedAt={props.view.modifiedAt} />
      </Match>
      <Match when={props.view.kind === "image" && !isBroken()}>
        <div class="file-picture">
          <img src={raw()} alt={plain(props.view.path)} onError={() => setBroken(true)} />
        </div>
      </Match>
    </Switch>
  );
}
