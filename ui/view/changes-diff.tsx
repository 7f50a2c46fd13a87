/** How a file differs, and what can be done with it. */
import { Show } from "solid-js";
import type { FileChange, FileDiff } from "../../server/file-types.ts";
import { emptyDiffWords, hunkLines } from "../state/changes.ts";
import { createDiff } from "../state/changes-shown.ts";
import { useStore } from "../state/context.ts";
import { openInEditor } from "../state/editor.ts";
import { prefs } from "../state/prefs.ts";
import { openFile } from "../state/shell.ts";
import { Lines } from "./changes-lines.tsx";
import { CopyButton } from "./copy.tsx";
import { Diff } from "./diff.tsx";
import { Icon } from "./icon.tsx";

export function ChangeDiff(props: { readonly change: FileChange }) {
  const store = useStore();
  const against = () => (props.change.against === "git" ? "git" : prefs().changesAgainst);
  const diff = createDiff(store.session ?? "", () => props.change, against);
  return (
    <div class="change-body">
      <div class="change-bar">
        <span class="grow small dim cut">
          <Show when={diff.value()} fallback={diff.error() ? "" : "Comparing…"}>
            {(shown) => <Measured diff={shown()} change={props.change} />}
          </Show>
        </span>
        <FileButtons change={props.change} line={diff.value()?.hunks[0]?.newStart} />
      </div>
      <Show when={diff.error()}>
        {(error) => (
          <p class="side-problem">
            {error().message} <span class="dim">{error().hint}</span>
          </p>
        )}
      </Show>
      <Show when={diff.value()}>
        {(shown) => (
          <Show when={emptyDiffWords(shown())} fallback={<Diff hunks={shown().hunks} path={props.change.path} />}>
            {(words) => <p class="change-note dim small">{words()}</p>}
          </Show>
        )}
      </Show>
    </div>
  );
}

/** What the lines are measured from. */
function Measured(props: { readonly diff: FileDiff; readonly change: FileChange }) {
  const words = () => {
    if (props.diff.isPiecewise) return "Each edit by itself: something else changed the file too";
    return props.diff.against === "git" ? "Against the last commit" : "Since the session began";
  };
  return (
    <>
      <Show when={props.diff.against !== props.change.against && props.diff.hunks.length > 0}>
        <Lines of={hunkLines(props.diff)} />{" "}
      </Show>
      {words()}
    </>
  );
}

function FileButtons(props: { readonly change: FileChange; readonly line: number | undefined }) {
  const store = useStore();
  const path = () => props.change.path;
  const isHere = () => props.change.status !== "deleted" && !path().startsWith("/");
  return (
    <>
      <Show when={isHere()}>
        <button
          type="button"
          class="icon-button"
          aria-label="Show the file"
          title="Show the file"
          onClick={() => openFile(path(), props.line)}
        >
          <Icon name="file" />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Open in your editor"
          title="Open in your editor"
          onClick={() => void openInEditor(store, path(), props.line)}
        >
          <Icon name="external" />
        </button>
      </Show>
      <CopyButton label="Copy the path" text={path} />
    </>
  );
}
