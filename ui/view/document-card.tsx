/** What was read somewhere: its title, where that is, and the text, folded where it is long. */
import { createSignal, Show } from "solid-js";
import type { DocumentCard } from "../state/cards.ts";
import { shownCount } from "../state/format.ts";
import { FileLink } from "./file-link.tsx";
import { Markdown } from "./markdown.tsx";
import { WebLink } from "./paper-facts.tsx";

const [shortChars, maxChars] = [1_200, 40_000];

export function DocumentCardView(props: { readonly document: DocumentCard; readonly text: string }) {
  const whole = () => props.document.text ?? props.text;
  const text = () => whole().slice(0, maxChars);
  const [open, setOpen] = createSignal(whole().length <= shortChars);
  const address = () => props.document.url;
  return (
    <div class="card document">
      <Show when={props.document.title ?? address()}>
        {(title) => (
          <p class="card-title">
            <Show when={address()} fallback={title()}>
              {(url) => <WebLink url={url()} text={title()} />}
            </Show>
          </p>
        )}
      </Show>
      <Show when={address()}>{(url) => <p class="dim small cut">{url()}</p>}</Show>
      <Show when={props.document.path}>{(path) => <FileLink path={path()} />}</Show>
      <Show when={text() !== ""}>
        <details open={open()} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary class="small">Text, {shownCount(whole().length)} characters</summary>
          <Show when={open()}>
            <Markdown text={text()} />
            <Show when={whole().length > maxChars}>
              <p class="dim small">The rest is not shown here.</p>
            </Show>
          </Show>
        </details>
      </Show>
    </div>
  );
}
