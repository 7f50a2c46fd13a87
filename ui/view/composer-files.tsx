/** The pictures that go with the message, each with a button that takes it off. */
import { For, Show } from "solid-js";
import type { Composing } from "../state/composing.ts";
import { shownBytes } from "../state/format.ts";
import { bytesOf, imageUrl, nameOf } from "../state/media.ts";
import { Icon } from "./icon.tsx";

export function ComposerFiles(props: { readonly composing: Composing }) {
  const files = () => props.composing.draft().attachments;
  return (
    <Show when={files().length > 0}>
      <ul class="composer-files" aria-label="Pictures to be sent">
        <For each={files()}>
          {(file) => (
            <li title={`${nameOf(file)}, ${shownBytes(bytesOf(file))}`}>
              <img src={imageUrl(file)} alt={nameOf(file)} />
              <button
                type="button"
                aria-label={`Remove ${nameOf(file)}`}
                onClick={() => props.composing.attach(files().filter((each) => each !== file))}
              >
                <Icon name="close" />
              </button>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}
