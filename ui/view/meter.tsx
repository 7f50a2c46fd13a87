/** How full the context is: a ring with its share, and behind it what fills it and what would make room. */
import { createSignal, For, Show } from "solid-js";
import type { Meter as MeterData } from "../../server/protocol.ts";
import { useActions } from "../state/actions.ts";
import { useStore } from "../state/context.ts";
import { shownCount, shownShare } from "../state/format.ts";
import { contextShare, contextTotal, isTight, tokenKinds } from "../state/meter-words.ts";
import { toastError } from "../state/shell.ts";
import { Popover } from "./popover.tsx";

export function Meter() {
  const store = useStore();
  const compact = () => void store.command(store.agent ?? "", { type: "compact" }).catch(toastError);
  useActions([
    {
      id: "agent.compact",
      keys: "alt+shift+c",
      title: "Shorten the conversation by a summary",
      group: "Agent",
      enabled: () => (store.meter?.compactFreesTokens ?? 0) > 0,
      run: compact,
    },
  ]);
  return (
    <Show when={store.meter}>
      {(meter) => (
        <Popover label={titleOf(meter())} face={<Face meter={meter()} />} class="chip" width={340}>
          {(close) => <Details meter={meter()} close={close} />}
        </Popover>
      )}
    </Show>
  );
}

function titleOf(meter: MeterData): string {
  const share = contextShare(meter);
  const words = `Context: about ${shownCount(contextTotal(meter))} tokens`;
  return share === undefined ? words : `${words}, ${shownShare(share)} of the window`;
}

function Face(props: { readonly meter: MeterData }) {
  const share = () => contextShare(props.meter);
  return (
    <span class="meter-face" classList={{ tight: isTight(props.meter) }}>
      <svg class="ring" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" pathLength="100" />
        <circle
          class="ring-full"
          cx="8"
          cy="8"
          r="6"
          pathLength="100"
          style={{ "--share": String(Math.min(100, 100 * (share() ?? 0))) }}
        />
      </svg>
      {share() === undefined ? shownCount(contextTotal(props.meter)) : shownShare(share() ?? 0)}
    </span>
  );
}

function Details(props: { readonly meter: MeterData; readonly close: () => void }) {
  const total = () => contextTotal(props.meter);
  const whole = () => Math.max(props.meter.windowTokens, total(), 1);
  const kinds = () => tokenKinds.filter(({ kind }) => props.meter.contextTokens[kind] > 0);
  return (
    <div class="details">
      <h2>Context</h2>
      <p class="small dim">
        About {shownCount(total())}
        <Show when={props.meter.windowTokens > 0}> of {shownCount(props.meter.windowTokens)}</Show> tokens
        <Show when={props.meter.compactAtTokens}>{(at) => <>; summarised by itself from {shownCount(at())} on</>}</Show>
      </p>
      <div class="stack" aria-hidden="true">
        <For each={kinds()}>
          {({ kind }) => (
            <span
              class={`stack-part ${kind}`}
              style={{ "--share": `${(100 * props.meter.contextTokens[kind]) / whole()}%` }}
            />
          )}
        </For>
        <Show when={props.meter.compactAtTokens}>
          {(at) => <span class="stack-mark" style={{ "--share": `${(100 * at()) / whole()}%` }} />}
        </Show>
      </div>
      <dl class="legend">
        <For each={kinds()}>
          {({ kind, title }) => (
            <div>
              <dt>
                <span class={`swatch ${kind}`} aria-hidden="true" />
                {title}
              </dt>
              <dd>{shownCount(Math.round(props.meter.contextTokens[kind]))}</dd>
            </div>
          )}
        </For>
      </dl>
      <Room meter={props.meter} close={props.close} />
    </div>
  );
}

/** What makes the conversation shorter, with what it frees. To forget all of it is asked twice. */
function Room(props: { readonly meter: MeterData; readonly close: () => void }) {
  const store = useStore();
  const [sure, setSure] = createSignal(false);
  const send = (command: Parameters<typeof store.command>[1]) => {
    props.close();
    store.command(store.agent ?? "", command).catch(toastError);
  };
  return (
    <div class="room">
      <RoomButton
        title="Summarise"
        frees={props.meter.compactFreesTokens}
        nothing="Nothing is old enough yet."
        run={() => send({ type: "compact" })}
      />
      <RoomButton
        title="Drop file reads"
        frees={props.meter.dropFreesTokens}
        nothing="No file was read that could be dropped."
        run={() => send({ type: "compact", mode: "drop", drop: ["Read"] })}
      />
      <Show
        when={sure()}
        fallback={
          <button type="button" class="outlined danger" onClick={() => setSure(true)}>
            Clear…
          </button>
        }
      >
        <p class="small">The agent forgets all of the conversation. You can still read it here.</p>
        <div class="row">
          <button type="button" class="outlined danger" onClick={() => send({ type: "clear" })}>
            Clear it
          </button>
          <button type="button" class="outlined" onClick={() => setSure(false)}>
            Keep it
          </button>
        </div>
      </Show>
    </div>
  );
}

function RoomButton(props: {
  readonly title: string;
  readonly frees: number;
  readonly nothing: string;
  readonly run: () => void;
}) {
  return (
    <div class="row">
      <button type="button" class="outlined" disabled={props.frees === 0} onClick={() => props.run()}>
        {props.title}
      </button>
      <span class="small dim">
        {props.frees === 0 ? props.nothing : `frees about ${shownCount(Math.round(props.frees))} tokens`}
      </span>
    </div>
  );
}
