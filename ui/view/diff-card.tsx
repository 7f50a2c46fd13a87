/** A change of several files, a diff each. */
import { createSignal, For, Show } from "solid-js";
import type { DiffCard, PatchFile } from "../state/diff-card.ts";
import { plural } from "../state/format.ts";
import { plain, revealed } from "../state/plain.ts";
import { countLines } from "../text/diff.ts";
import { Diff } from "./diff.tsx";
import { FileLink } from "./file-link.tsx";
import { PlainText } from "./plain-text.tsx";

const shownFiles = 10;

export function DiffCardView(props: { readonly diff: DiffCard }) {
  const [whole, setWhole] = createSignal(false);
  const files = () => (whole() ? props.diff.files : props.diff.files.slice(0, shownFiles));
  const held = () => props.diff.files.length - files().length;
  return (
    <>
      <Show when={props.diff.head}>{(head) => <PlainText text={head()} />}</Show>
      <For each={files()}>{(file) => <OneFile file={file} />}</For>
      <Show when={held() > 0}>
        <button type="button" class="link-button" onClick={() => setWhole(true)}>
          Show {plural(held(), "more file")}
        </button>
      </Show>
      <Show when={props.diff.note}>{(note) => <p class="call-remark">{note()}</p>}</Show>
    </>
  );
}

function OneFile(props: { readonly file: PatchFile }) {
  const counts = () => countLines(props.file.hunks);
  return (
    <section class="call-part" aria-label={plain(props.file.name)}>
      <div class="row call-file">
        <Show when={props.file.path} fallback={<span class="mono">{revealed(props.file.name)}</span>}>
          {(path) => <FileLink path={path()} line={props.file.hunks[0]?.newStart} />}
        </Show>
        <For each={props.file.deeds}>
          {(deed) => <span class={`small ${/conflict/i.test(deed) ? "bad" : "dim"}`}>{deed}</span>}
        </For>
        <span class="grow" />
        <span class="small">
          <Show when={counts().added > 0}>
            <span class="good">+{counts().added} </span>
          </Show>
          <Show when={counts().removed > 0}>
            <span class="bad">−{counts().removed}</span>
          </Show>
        </span>
      </div>
      <Show when={props.file.hunks.length > 0}>
        <Diff hunks={props.file.hunks} path={props.file.name} />
      </Show>
    </section>
  );
}
