/** Files that a message carries: pictures, PDFs, and the names of all else. A click enlarges. */
import { createSignal, For, Match, onCleanup, Show, Switch } from "solid-js";
import { Portal } from "solid-js/web";
import type { Attachment } from "../../agent/message.ts";
import { shownBytes } from "../state/format.ts";
import { blobOf, bytesOf, imageUrl, mediaOf, nameOf } from "../state/media.ts";
import { toastError } from "../state/shell.ts";
import { Icon } from "./icon.tsx";

export function Attachments(props: { readonly list: readonly Attachment[] }) {
  const [shown, setShown] = createSignal<Attachment>();
  return (
    <Show when={props.list.length > 0}>
      <ul class="attachments">
        <For each={props.list}>
          {(each) => (
            <li>
              <Switch fallback={<FileChip file={each} />}>
                <Match when={mediaOf(each) === "image"}>
                  <button
                    type="button"
                    class="picture"
                    aria-label={`Enlarge ${nameOf(each)}`}
                    onClick={() => setShown(each)}
                  >
                    <img src={imageUrl(each)} alt={nameOf(each)} />
                  </button>
                </Match>
                <Match when={mediaOf(each) === "pdf"}>
                  <button type="button" class="file-chip" onClick={() => setShown(each)}>
                    <Icon name="book" />
                    <span class="cut">{nameOf(each)}</span>
                    <span class="dim small">{shownBytes(bytesOf(each))}</span>
                  </button>
                </Match>
              </Switch>
            </li>
          )}
        </For>
      </ul>
      <Show when={shown()}>{(file) => <Enlarged file={file()} close={() => setShown(undefined)} />}</Show>
    </Show>
  );
}

function FileChip(props: { readonly file: Attachment }) {
  return (
    <span class="file-chip">
      <Icon name="file" />
      <span class="cut">{nameOf(props.file)}</span>
      <span class="dim small">{shownBytes(bytesOf(props.file))}</span>
    </span>
  );
}

function Enlarged(props: { readonly file: Attachment; readonly close: () => void }) {
  const [url, setUrl] = createSignal<string>();
  let isOpen = true;
  blobOf(props.file)
    .then((blob) => isOpen && setUrl(URL.createObjectURL(blob)))
    .catch(toastError);
  onCleanup(() => {
    isOpen = false;
    const made = url();
    if (made !== undefined) URL.revokeObjectURL(made);
  });
  return (
    <Portal>
      <dialog
        class="enlarged"
        aria-label={nameOf(props.file)}
        ref={(dialog) => {
          dialog.setAttribute("closedby", "any");
          queueMicrotask(() => dialog.showModal());
        }}
        onClose={props.close}
      >
        <form method="dialog" class="row enlarged-head">
          <span class="grow cut">{nameOf(props.file)}</span>
          <a class="outlined" href={url()} download={nameOf(props.file)}>
            Save
          </a>
          <button type="submit" class="icon-button" aria-label="Close">
            <Icon name="close" />
          </button>
        </form>
        <Show
          when={mediaOf(props.file) === "image"}
          fallback={<iframe class="enlarged-pdf" src={url()} title={nameOf(props.file)} />}
        >
          <img src={url()} alt={nameOf(props.file)} />
        </Show>
      </dialog>
    </Portal>
  );
}
