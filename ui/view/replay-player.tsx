/** Goes through a recording: by hand with the slider or step by step, or by itself as it was. */
import { createEffect, createSignal, For, onCleanup, onMount } from "solid-js";
import { plural } from "../state/format.ts";
import { stepMs } from "../state/recording.ts";
import type { ReplayStore } from "../state/replay-store.ts";
import { Icon } from "./icon.tsx";

const speeds = [1, 2, 4, 8] as const;

export function ReplayPlayer(props: { readonly store: ReplayStore }) {
  const [playing, setPlaying] = createSignal(false);
  const [speed, setSpeed] = createSignal<number>(2);
  const last = () => props.store.replay.stops.length - 1;
  const timeAt = (stop: number) => props.store.replay.timeAt(props.store.replay.stops[stop] ?? 0);
  const step = (by: number) => {
    setPlaying(false);
    props.store.goTo(props.store.stop + by);
  };
  const toggle = () => {
    if (!playing() && props.store.stop === last()) props.store.goTo(0);
    setPlaying(!playing());
  };
  createEffect(() => {
    const { stop } = props.store;
    if (!playing()) return;
    if (stop === last()) return void setPlaying(false);
    const timer = setTimeout(() => props.store.goTo(stop + 1), stepMs(timeAt(stop), timeAt(stop + 1), speed()));
    onCleanup(() => clearTimeout(timer));
  });
  useKeys({ toggle, step });
  const words = () => `${props.store.stop} of ${plural(last(), "step")}, ${shownTime(timeAt(props.store.stop))}`;
  return (
    <section class="player" aria-label="Replay">
      <div class="player-buttons">
        <button type="button" class="icon-button" aria-label="Step back" title="Step back (←)" onClick={() => step(-1)}>
          <Icon name="stepBack" />
        </button>
        <button
          type="button"
          class="player-toggle primary"
          aria-label={playing() ? "Pause" : "Play"}
          title={playing() ? "Pause (Space)" : "Play (Space)"}
          onClick={toggle}
        >
          <Icon name={playing() ? "pause" : "play"} />
        </button>
        <button type="button" class="icon-button" aria-label="Step on" title="Step on (→)" onClick={() => step(1)}>
          <Icon name="stepForward" />
        </button>
      </div>
      <input
        type="range"
        class="player-slider"
        aria-label="Moment"
        aria-valuetext={words()}
        min={0}
        max={last()}
        value={props.store.stop}
        style={{ "--done": `${last() === 0 ? 100 : (100 * props.store.stop) / last()}%` }}
        onInput={({ currentTarget }) => {
          setPlaying(false);
          props.store.goTo(Number(currentTarget.value));
        }}
      />
      <span class="player-time small dim">
        <span class="player-count">
          {props.store.stop}/{last()}
        </span>
        <time>{shownTime(timeAt(props.store.stop))}</time>
      </span>
      <label class="player-speed small">
        <span class="hidden-label">Speed</span>
        <select value={speed()} onChange={({ currentTarget }) => setSpeed(Number(currentTarget.value))}>
          <For each={speeds}>{(each) => <option value={each}>{each}×</option>}</For>
        </select>
      </label>
    </section>
  );
}

function shownTime(at: number | undefined): string {
  return at === undefined ? "" : new Date(at).toLocaleTimeString();
}

/** Keys for where no field or button takes them. */
function useKeys(player: { toggle(): void; step(by: number): void }): void {
  const onKey = (event: KeyboardEvent) => {
    const isTaken =
      event.target instanceof HTMLElement && /^(INPUT|SELECT|BUTTON|A|SUMMARY)$/.test(event.target.tagName);
    if (isTaken || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === " ") player.toggle();
    else if (event.key === "ArrowLeft") player.step(-1);
    else if (event.key === "ArrowRight") player.step(1);
    else return;
    event.preventDefault();
  };
  onMount(() => window.addEventListener("keydown", onKey));
  onCleanup(() => window.removeEventListener("keydown", onKey));
}
