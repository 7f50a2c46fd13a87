/** Calls about one file: what was read, and what was changed. */
import { createMemo, For, Show } from "solid-js";
import { diffsOf, type FileDiff, problemsOf } from "../../agent/message.ts";
import { argOf } from "../state/call-words.ts";
import { useStore } from "../state/context.ts";
import { plural } from "../state/format.ts";
import { prefs, setPref } from "../state/prefs.ts";
import { readResult } from "../state/result-lines.ts";
import { undoCall } from "../state/session-actions.ts";
import type { CallView } from "../state/view.ts";
import { Args, Result } from "./call-result.tsx";
import { Code } from "./code.tsx";
import { Diff } from "./diff.tsx";
import { FileLink } from "./file-link.tsx";
import { Problems } from "./problems.tsx";

export function ReadCall(props: { readonly call: CallView }) {
  const path = () => argOf(props.call, "file_path");
  const read = createMemo(() => readResult(props.call.result));
  return (
    <Show when={read()} fallback={<Result call={props.call} />}>
      {(found) => (
        <>
          <div class="row call-file">
            <FileLink path={path()} line={found().start} />
            <span class="dim small">{linesOf(found().start, found().code)}</span>
          </div>
          <Code code={found().code} path={path()} firstLine={found().start} />
          <For each={found().notes}>{(note) => <p class="call-remark">{note}</p>}</For>
        </>
      )}
    </Show>
  );
}

function linesOf(start: number, code: string): string {
  const count = code.split("\n").length;
  return start === 1 ? plural(count, "line") : `lines ${start} to ${start + count - 1}`;
}

export function ChangeCall(props: { readonly call: CallView }) {
  const path = () => argOf(props.call, "file_path");
  const diffs = () => diffsOf(props.call.details);
  return (
    <Show when={diffs().length > 0} fallback={<Wanted call={props.call} path={path()} />}>
      <For each={diffs()}>
        {(diff, index) => (
          <>
            <div class="row call-file">
              <FileLink path={diff.path} line={diff.hunks[0]?.newStart} />
              <span class="dim small">{deedOf(diff)}</span>
              <span class="grow" />
              <Show when={index() === 0}>
                <UndoButton call={props.call} />
                <DiffStyle />
              </Show>
            </div>
            <Diff hunks={diff.hunks} path={diff.path} />
          </>
        )}
      </For>
      <Problems list={problemsOf(props.call.details)} />
    </Show>
  );
}

const deedOf = ({ created, deleted }: FileDiff) => (deleted ? "deleted" : created ? "created" : "");

/** Takes back all that the call changed. */
function UndoButton(props: { readonly call: CallView }) {
  const store = useStore();
  return (
    <Show when={!store.isReplay && props.call.callId}>
      {(call) => (
        <button type="button" class="link-button" onClick={() => void undoCall(store, call())}>
          Undo
        </button>
      )}
    </Show>
  );
}

function DiffStyle() {
  return (
    <button
      type="button"
      class="link-button"
      onClick={() => setPref("diffStyle", prefs().diffStyle === "split" ? "unified" : "split")}
    >
      {prefs().diffStyle === "split" ? "Unified" : "Side by side"}
    </button>
  );
}

/** The change that is wanted, where none was made yet, and why, where none was made at all. */
function Wanted(props: { readonly call: CallView; readonly path: string }) {
  const old = () => argOf(props.call, "old_string");
  const made = () => argOf(props.call, props.call.name === "Write" ? "content" : "new_string");
  return (
    <Show
      when={props.path !== ""}
      fallback={
        <>
          <Result call={props.call} />
          <Args call={props.call} />
        </>
      }
    >
      <div class="row call-file">
        <FileLink path={props.path} />
      </div>
      <Result call={props.call} />
      <Show when={old() !== ""}>
        <h4 class="call-remark">In place of</h4>
        <Code code={old()} path={props.path} />
        <h4 class="call-remark">this</h4>
      </Show>
      <Code code={made()} path={props.path} />
    </Show>
  );
}
