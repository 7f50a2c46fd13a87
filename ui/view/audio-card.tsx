/** A sound, fetched and played once the person asks for it. */
import { createSignal, onCleanup, Show } from "solid-js";
import { getBlob } from "../state/api.ts";
import type { AudioCard } from "../state/audio-card.ts";
import { toastError } from "../state/shell.ts";

export function AudioCardView(props: { readonly audio: AudioCard }) {
  const [playing, setPlaying] = createSignal<HTMLAudioElement>();
  const stop = () => {
    const sound = playing();
    if (!sound) return;
    sound.pause();
    URL.revokeObjectURL(sound.src);
    setPlaying(undefined);
  };
  onCleanup(stop);
  const play = async () => {
    try {
      const { blob } = await getBlob("/api/files/raw", { path: props.audio.path });
      const sound = new Audio(URL.createObjectURL(new Blob([blob], { type: props.audio.mime })));
      sound.onended = stop;
      setPlaying(sound);
      await sound.play();
    } catch (error) {
      stop();
      toastError(error);
    }
  };
  return (
    <p class="card">
      <Show
        when={playing()}
        fallback={
          <button type="button" onClick={play}>
            Play {props.audio.name} here
          </button>
        }
      >
        <button type="button" onClick={stop}>
          Stop {props.audio.name}
        </button>
      </Show>
    </p>
  );
}
