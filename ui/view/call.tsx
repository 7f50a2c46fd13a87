/** A tool call: one line that says what is done and how it stands, and opens. */
import { createMemo, createUniqueId, Show } from "solid-js";
import { bringToFront } from "../state/answers.ts";
import { isRunning, lookOf, statusWord, titleOf, whyOf } from "../state/call-words.ts";
import { useStore } from "../state/context.ts";
import { shownMs } from "../state/format.ts";
import { fold } from "../state/opened.ts";
import { plain } from "../state/plain.ts";
import { toastError } from "../state/shell.ts";
import type { CallStatus, CallView } from "../state/view.ts";
import { CallBody } from "./call-body.tsx";
import { Icon } from "./icon.tsx";
import { Elapsed } from "./thinking.tsx";

export function Call(props: { readonly call: CallView; readonly foldKey: string }) {
  const store = useStore();
  const bodyId = createUniqueId();
  const state = fold(props.foldKey);
  const title = createMemo(() => titleOf(props.call, store.transcript?.view()?.cwd ?? ""));
  const note = createMemo(() => noteOf(props.call));
  return (
    <div class={`call ${props.call.status}`} data-call={props.call.callId}>
      <div class="call-line">
        <button
          type="button"
          class="call-head"
          title={plain(props.call.name)}
          data-fold
          aria-expanded={state.open()}
          aria-controls={state.open() ? bodyId : undefined}
          onClick={() => state.set(!state.open())}
        >
          <StatusMark status={props.call.status} />
          <Icon name={lookOf(props.call.name).icon} class="call-icon" />
          <span class="call-name cut">{title().does}</span>
          <span class="call-subject cut">{title().subject}</span>
          <Show when={title().beside}>
            <span class="call-beside cut">in {title().beside}</span>
          </Show>
          <span class="call-state">
            <Show when={isRunning(props.call)} fallback={<Took call={props.call} />}>
              <Elapsed since={props.call.startedAt} />
            </Show>
            <span class="call-word">{statusWord(props.call.status)}</span>
          </span>
        </button>
        <Show when={!store.isReplay && askOf(store, props.call)}>
          {(ask) => (
            <button type="button" class="link-button warn small" onClick={() => bringToFront(ask())}>
              Waits for you
            </button>
          )}
        </Show>
        <Show when={isRunning(props.call) && !store.isReplay}>
          <CallButtons call={props.call} />
        </Show>
      </div>
      <Show when={note()}>
        <p class="call-note cut">{note()}</p>
      </Show>
      <Show when={state.open()}>
        <div class="call-body" id={bodyId}>
          <CallBody call={props.call} />
        </div>
      </Show>
    </div>
  );
}

/** The question that a call waits with. */
function askOf(store: ReturnType<typeof useStore>, { callId }: CallView) {
  const asks = callId === undefined ? [] : (store.fleet?.asks ?? []);
  return asks.find(({ agent, call }) => call === callId && agent === store.agent);
}

function Took(props: { readonly call: CallView }) {
  /** What was there at once needs no number. */
  const ms = () => ((props.call.durationMs ?? 0) < 100 ? undefined : props.call.durationMs);
  return <Show when={ms()}>{(ms) => <span class="elapsed">{shownMs(ms())}</span>}</Show>;
}

/** A second line: what it does just now, or why it came to nothing. */
function noteOf(call: CallView): string {
  if (isRunning(call)) return call.progress;
  return call.status === "failed" || call.status === "cancelled" ? whyOf(call) : "";
}

/** Each state has a shape of its own. */
function StatusMark(props: { readonly status: CallStatus }) {
  return (
    <span class={`mark ${props.status}`} aria-hidden="true">
      <Show when={marks[props.status]}>{(name) => <Icon name={name()} />}</Show>
    </span>
  );
}

const marks = {
  written: undefined,
  running: undefined,
  background: "background",
  done: "check",
  failed: "close",
  cancelled: "stop",
} as const;

function CallButtons(props: { readonly call: CallView }) {
  const store = useStore();
  const tell = (type: "kill" | "detach" | "undetach") => () => {
    const { callId } = props.call;
    if (callId && store.agent !== undefined) store.command(store.agent, { type, call: callId }).catch(toastError);
  };
  return (
    <span class="call-buttons">
      <Show
        when={props.call.status === "background"}
        fallback={
          <button
            type="button"
            class="icon-button"
            aria-label="Send to the background"
            title="Send to the background: the model goes on without its result"
            onClick={tell("detach")}
          >
            <Icon name="background" />
          </button>
        }
      >
        <button
          type="button"
          class="icon-button"
          aria-label="Wait for it again"
          title="Wait for it: the model's next turn waits for its result"
          onClick={tell("undetach")}
        >
          <Icon name="foreground" />
        </button>
      </Show>
      <button type="button" class="icon-button danger" aria-label="Stop this call" title="Stop" onClick={tell("kill")}>
        <Icon name="stop" />
      </button>
    </span>
  );
}
