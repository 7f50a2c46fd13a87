/** What the model thought: one line that opens. */
import { createMemo, Show } from "solid-js";
import { shownMs } from "../state/format.ts";
import { useNow } from "../state/now.ts";
import { plain } from "../state/plain.ts";
import type { PartView } from "../state/view.ts";
import { Fold } from "./fold.tsx";
import { Icon } from "./icon.tsx";
import { Prose } from "./prose.tsx";

type ThinkingPart = Extract<PartView, { type: "thinking" }>;

export function Thinking(props: { readonly part: ThinkingPart; readonly isLive: boolean; readonly foldKey: string }) {
  const gist = createMemo(() => gistOf(props.part.text, props.isLive));
  const head = () => (
    <>
      <Icon name="thinking" />
      <Show when={props.isLive} fallback={<span class="thinking-title">{doneTitle(props.part)}</span>}>
        <span class="thinking-title shimmer">Thinking</span>
        <Elapsed since={props.part.startedAt} />
      </Show>
      <span class="cut grow thinking-gist">{gist()}</span>
    </>
  );
  return (
    <Show when={props.part.text !== ""} fallback={<div class="thinking fold-head">{head()}</div>}>
      <Fold key={props.foldKey} class="thinking" head={head()}>
        <Prose text={props.part.text} live={props.isLive} />
      </Fold>
    </Show>
  );
}

function doneTitle({ durationMs, text }: ThinkingPart): string {
  const took = durationMs === undefined ? "Thought" : `Thought for ${shownMs(durationMs)}`;
  return text === "" ? `${took}; the provider does not show what` : took;
}

/** Ticks; nothing where the beginning is not known. */
export function Elapsed(props: { readonly since: number | undefined }) {
  return <Show when={props.since}>{(since) => <Ticking since={since()} />}</Show>;
}

function Ticking(props: { readonly since: number }) {
  const now = useNow();
  const seconds = () => Math.floor(Math.max(0, now() - props.since) / 1_000);
  return <span class="elapsed">{seconds() < 10 ? `${seconds()} s` : shownMs(seconds() * 1_000)}</span>;
}

const gistChars = 300;

/** A line of it: while it grows the last one, later the first. */
function gistOf(text: string, isLive: boolean): string {
  const near = isLive ? text.slice(-gistChars) : text.slice(0, gistChars);
  const lines = near.split("\n").filter((line) => line.trim() !== "");
  return plain((isLive ? lines.at(-1) : lines[0]) ?? "")
    .replace(/[*_#`]+/g, "")
    .trim();
}
