/** A sound, fetched and played once the person asks for it. */
import { createSignal, onCleanup, Show } from "solid-js";
import { getBlob } from "../state/api.ts";
import type { AudioCard } from "../state/audio-card.ts";
import { toastError } from "../state/shell.ts";

export function AudioCardView(props: { readonly audio: AudioCard }) {
  const [url, setUrl] = createSignal<string>();
  let made: string | undefined;
  onCleanup(() => made && URL.revokeObjectURL(made));
  const fetchIt = async () => {
    try {
      const { blob } = await getBlob("/api/files/raw", { path: props.audio.path });
      made = URL.createObjectURL(new Blob([blob], { type: props.audio.mime }));
      setUrl(made);
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <div class="card">
      <Show
        when={url()}
        fallback={
          <button type="button" onClick={fetchIt}>
            Play {props.audio.name} here
          </button>
        }
      >
        <audio controls autoplay src={url()} aria-label={props.audio.name} />
      </Show>
    </div>
  );
}
