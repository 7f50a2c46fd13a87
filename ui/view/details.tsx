/** All that is known of the agent that is shown. */
import { children, For, type JSX, Show } from "solid-js";
import { createAgentFacts } from "../state/agent-facts.ts";
import { useStore } from "../state/context.ts";
import { shownCount, shownMs, shownUsd, shownWhen } from "../state/format.ts";
import { useNow } from "../state/now.ts";
import { plain } from "../state/plain.ts";
import { stateWords } from "../state/state-words.ts";
import { workedMs } from "../state/tree.ts";
import { CopyButton } from "./copy.tsx";

export function Details() {
  const store = useStore();
  const card = () => store.fleet?.cards.get(store.agent ?? "");
  return (
    <Show when={card()} fallback={<p class="empty">What is known of an agent is shown here.</p>}>
      {(shown) => (
        <div class="details">
          <Agent />
          <Given />
          <h3>Model</h3>
          <dl>
            <Row name="Provider">{shown().model?.provider}</Row>
            <Row name="Model" copy={shown().model?.model}>
              {shown().model?.model}
            </Row>
            <For each={Object.entries(shown().settings ?? {})}>
              {([name, value]) => <Row name={names[name] ?? name}>{String(value)}</Row>}
            </For>
          </dl>
          <h3>Tokens</h3>
          <dl>
            <For each={Object.entries(shown().usage)}>
              {([name, value]) => <Row name={names[name] ?? name}>{shownCount(value)}</Row>}
            </For>
          </dl>
          <Money />
        </div>
      )}
    </Show>
  );
}

const names: Readonly<Record<string, string>> = {
  effort: "Effort",
  thinkingBudget: "Thinking",
  thinkingOutput: "Thoughts shown",
  tier: "Tier",
  cacheTtlSec: "Cache, seconds",
  input: "Read, not cached",
  output: "Written",
  cacheRead: "Read from the cache",
  cacheWrite: "Written to the cache",
  cacheWrite1h: "Cached for an hour",
};

function Agent() {
  const store = useStore();
  const now = useNow();
  const card = () => store.fleet?.cards.get(store.agent ?? "");
  const view = () => store.transcript?.view();
  return (
    <Show when={card()}>
      {(shown) => (
        <>
          <h3>Agent</h3>
          <dl>
            <Row name="Name" copy={shown().path}>
              {shown().path}
            </Row>
            <Row name="State">{stateWords(shown()).text}</Row>
            <Row name="Says">{plain(shown().status)}</Row>
            <Row name="Error">{shown().error === null ? "" : plain(shown().error ?? "")}</Row>
            <Row name="Began">{shownWhen(shown().startedAt, now())}</Row>
            <Row name="Worked">{shownMs(workedMs(shown(), now()))}</Row>
            <Row name="Rounds of this turn">
              {shown().rounds}
              {view()?.maxRounds ? ` of ${view()?.maxRounds}` : ""}
            </Row>
            <Row name="Session" copy={store.session}>
              {store.session}
            </Row>
            <Row name="Works in" copy={view()?.cwd}>
              {plain(view()?.cwd ?? "")}
            </Row>
            <Row name="Open questions">{shown().asks || ""}</Row>
            <Row name="Waiting messages">{shown().queued || ""}</Row>
            <Row name="Running tools">{shown().running || ""}</Row>
            <Row name="Stays">{shown().persistent ? "yes, until it is ended" : ""}</Row>
          </dl>
        </>
      )}
    </Show>
  );
}

/** What it was given to work with. */
function Given() {
  const facts = createAgentFacts(useStore());
  const tools = () => facts()?.tools ?? [];
  return (
    <Show when={facts()}>
      {(told) => (
        <>
          <h3>Given</h3>
          <dl>
            <Row name="Tools" copy={tools().join(", ")}>
              {tools().length > 0 && (
                <details>
                  <summary>{tools().length}</summary>
                  {plain(tools().join(", "))}
                </details>
              )}
            </Row>
            <For each={told().instructions}>
              {(path) => (
                <Row name="Instructions" copy={path}>
                  {plain(path)}
                </Row>
              )}
            </For>
          </dl>
        </>
      )}
    </Show>
  );
}

function Money() {
  const store = useStore();
  const card = () => store.fleet?.cards.get(store.agent ?? "");
  return (
    <>
      <h3>Money</h3>
      <dl>
        <Row name="Its own">{shownUsd(card()?.costUsd ?? 0)}</Row>
        <Row name="With all below it">{store.meter && shownUsd(store.meter.subtreeUsd)}</Row>
        <Row name="The whole tree">{store.meter && shownUsd(store.meter.treeUsd)}</Row>
        <Row name="Left">
          {store.meter && (store.meter.leftUsd === null ? "no limit" : shownUsd(store.meter.leftUsd))}
        </Row>
      </dl>
    </>
  );
}

/** Left out where there is nothing to say. */
function Row(props: { readonly name: string; readonly copy?: string | undefined; readonly children: JSX.Element }) {
  const told = children(() => props.children);
  return (
    <Show when={told()}>
      <div class="details-row">
        <dt class="dim">{props.name}</dt>
        <dd>
          <span>{told()}</span>
          <Show when={props.copy}>
            {(text) => <CopyButton label={`Copy ${props.name.toLowerCase()}`} text={text} />}
          </Show>
        </dd>
      </div>
    </Show>
  );
}
