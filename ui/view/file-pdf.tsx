/** A PDF of the project, in the browser's own reader. */
import { createEffect, createSignal, onCleanup, Show } from "solid-js";
import { getBlob } from "../state/api.ts";
import { createAsked } from "../state/asked.ts";
import { plain } from "../state/plain.ts";

export function FilePdf(props: { readonly path: string; readonly modifiedAt: number }) {
  const [url, setUrl] = createSignal<string>();
  const asked = createAsked(
    () => String(props.modifiedAt),
    (at) => getBlob("/api/files/raw", { path: props.path, at }),
  );
  createEffect(() => {
    const file = asked.value();
    if (!file) return;
    // Under no other type may the page's own origin show it.
    const made = URL.createObjectURL(new Blob([file.blob], { type: "application/pdf" }));
    setUrl(made);
    onCleanup(() => URL.revokeObjectURL(made));
  });
  return (
    <>
      <Show when={asked.error()}>
        {(error) => (
          <p class="side-problem" role="alert">
            {error().message} <span class="dim">{error().hint}</span>
          </p>
        )}
      </Show>
      <Show when={url()}>
        <iframe class="file-pdf" src={url()} title={plain(props.path)} />
      </Show>
    </>
  );
}
