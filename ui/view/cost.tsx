/** What it has cost and what is left, how fast answers come, and how far the provider lets one go. */
import { createEffect, createMemo, For, type JSX, Show } from "solid-js";
import type { AgentCard, Meter } from "../../server/protocol.ts";
import { useStore } from "../state/context.ts";
import { shownCount, shownShare, shownSpeed, shownUsd, shownWhen } from "../state/format.ts";
import { cacheShare, newestAnswer, speedOf, tightest, usedShare } from "../state/meter-words.ts";
import { useNow } from "../state/now.ts";
import { plain } from "../state/plain.ts";
import { noteSpeed, Stopwatch, speeds } from "../state/speeds.ts";
import type { AgentView } from "../state/view.ts";
import { Popover } from "./popover.tsx";

export function Cost() {
  const store = useStore();
  const card = () => store.fleet?.cards.get(store.agent ?? "");
  const tree = () => store.meter?.treeUsd ?? card()?.costUsd ?? 0;
  const limits = () => store.transcript?.view()?.limits ?? [];
  const face = () => {
    const near = tightest(limits());
    return near ? `${shownUsd(tree())} · ${plain(near.name)} ${shownShare(near.share)}` : shownUsd(tree());
  };
  return (
    <Show when={card()}>
      {(shown) => (
        <Popover label={`Cost so far: ${face()}`} face={face()} class="chip" width={300}>
          {() => <Details card={shown()} meter={store.meter} limits={limits()} />}
        </Popover>
      )}
    </Show>
  );
}

/** Tokens a second of the newest answer; shown for models whose speed is this machine's. */
export function Speed() {
  const store = useStore();
  const isLocal = () => store.transcript?.view()?.card.model?.provider === "local";
  return (
    <Show when={isLocal()}>
      <Ticking />
    </Show>
  );
}

function Ticking() {
  const store = useStore();
  const now = useNow();
  const watch = new Stopwatch();
  const answer = createMemo(() => newestAnswer(store.transcript?.view()?.items ?? []));
  const speed = createMemo(() => {
    const item = answer();
    now();
    return item && (watch.speed(item, Date.now()) ?? (item.live ? undefined : speedOf(item)));
  });
  createEffect(() => {
    const [item, value] = [answer(), speed()];
    if (item && !item.live && value !== undefined) noteSpeed(item.origin.model, value);
  });
  return <Show when={speed()}>{(value) => <span class="speed small dim">{shownSpeed(value())}</span>}</Show>;
}

function Details(props: {
  readonly card: AgentCard;
  readonly meter: Meter | undefined;
  readonly limits: AgentView["limits"];
}) {
  const store = useStore();
  const now = useNow();
  const speed = () => {
    const item = newestAnswer(store.transcript?.view()?.items ?? []);
    return item && (speeds().get(item.origin.model) ?? speedOf(item));
  };
  return (
    <div class="details">
      <h2>Cost</h2>
      <dl class="legend">
        <Fact title="This agent">{shownUsd(props.card.costUsd)}</Fact>
        <Show when={props.meter}>
          {(meter) => (
            <>
              <Fact title="This agent and those below it">{shownUsd(meter().subtreeUsd)}</Fact>
              <Fact title="All agents of the session">{shownUsd(meter().treeUsd)}</Fact>
            </>
          )}
        </Show>
        <Fact title="Tokens read">{shownCount(readTokens(props.card))}</Fact>
        <Show when={cacheShare(props.card.usage)}>
          {(share) => <Fact title="of them from the cache">{shownShare(share())}</Fact>}
        </Show>
        <Fact title="Tokens written">{shownCount(props.card.usage.output)}</Fact>
        <Show when={speed()}>{(value) => <Fact title="Newest answer">{shownSpeed(value())}</Fact>}</Show>
      </dl>
      <Show when={props.meter?.leftUsd !== null && props.meter}>{(meter) => <Budget meter={meter()} />}</Show>
      <Show when={props.limits.length > 0}>
        <h2>Limits of the provider</h2>
        <dl class="legend">
          <For each={props.limits}>
            {(window) => (
              <Fact title={plain(window.name)}>
                {left(window)}
                <Show when={window.resetAt}>{(at) => <span class="dim"> · anew {shownWhen(at(), now())}</span>}</Show>
                <Show when={usedShare(window) !== undefined}>
                  <Bar share={usedShare(window) ?? 0} />
                </Show>
              </Fact>
            )}
          </For>
        </dl>
      </Show>
    </div>
  );
}

function readTokens({ usage }: AgentCard): number {
  return usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWrite1h;
}

function left({ used, limit, remaining }: AgentView["limits"][number]): string {
  if (used !== undefined) return `${shownShare(used)} used`;
  if (remaining !== undefined && limit !== undefined) return `${shownCount(remaining)} of ${shownCount(limit)} left`;
  return remaining === undefined ? "" : `${shownCount(remaining)} left`;
}

function Budget(props: { readonly meter: Meter }) {
  const leftUsd = () => props.meter.leftUsd ?? 0;
  const cap = () => props.meter.treeUsd + leftUsd();
  const share = () => (cap() === 0 ? 1 : props.meter.treeUsd / cap());
  return (
    <>
      <Bar share={share()} />
      <p class="small dim">
        {shownUsd(leftUsd())} left of a budget of {shownUsd(cap())}
      </p>
    </>
  );
}

/** What it shows is said in words beside it. */
function Bar(props: { readonly share: number }) {
  return (
    <div class="bar" classList={{ tight: props.share > 0.85 }} aria-hidden="true">
      <span style={{ "--share": `${Math.min(100, 100 * props.share)}%` }} />
    </div>
  );
}

function Fact(props: { readonly title: string; readonly children: JSX.Element }) {
  return (
    <div>
      <dt>{props.title}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
