/** Calls about other agents, and questions: small cards. */
import { createMemo, For, Show } from "solid-js";
import { argOf } from "../state/call-words.ts";
import { useStore } from "../state/context.ts";
import { shownUsd } from "../state/format.ts";
import { plain } from "../state/plain.ts";
import type { CallView } from "../state/view.ts";
import { Result } from "./call-result.tsx";
import { Icon } from "./icon.tsx";
import { Prose } from "./prose.tsx";

export function AgentCall(props: { readonly call: CallView }) {
  const task = () => argOf(props.call, props.call.name === "AgentSend" ? "content" : "prompt");
  const facts = createMemo(() => factsOf(props.call));
  return (
    <div class="agent-call">
      <Show when={facts() !== ""}>
        <p class="dim small">{plain(facts())}</p>
      </Show>
      <AgentLinks call={props.call} />
      <div class="quoted">
        <Prose text={task()} />
      </div>
      <Reply call={props.call} />
    </div>
  );
}

/** What was asked for besides the task. */
function factsOf({ args = {} }: CallView): string {
  const names = [
    "to",
    "model",
    "provider",
    "maxRounds",
    "maxBudgetUsd",
    "context",
    "persistent",
    "urgent",
    "delay",
    "isolation",
  ];
  const facts = names.map((name) => (args[name] === true ? name : args[name] ? `${name} ${String(args[name])}` : ""));
  return facts.filter(Boolean).join(" · ");
}

/** The agents that the call names, where they are. */
function AgentLinks(props: { readonly call: CallView }) {
  const store = useStore();
  const known = createMemo(() => {
    const { args, result, label } = props.call;
    const words = new Set(`${args?.label ?? ""} ${args?.to ?? ""} ${result} ${label}`.match(/[\w.-]+/g) ?? []);
    return [...(store.fleet?.cards.values() ?? [])].filter(
      (card) => card.label !== store.agent && words.has(card.label),
    );
  });
  return (
    <For each={known().slice(0, 20)}>
      {(card) => (
        <button type="button" class="agent-card" onClick={() => store.openAgent(card.label)}>
          <span class={`badge ${card.state === "idle" ? (card.error ? "failed" : "idle") : "working"}`} />
          <span class="agent-card-name">{card.label}</span>
          <span class="dim small cut grow">
            {plain(card.status || card.tool || (card.ended ? "ended" : card.state))}
          </span>
          <span class="dim small">{shownUsd(card.costUsd)}</span>
        </button>
      )}
    </For>
  );
}

export function AskCall(props: { readonly call: CallView }) {
  const question = () => argOf(props.call, props.call.name === "Ask" ? "question" : "prompt");
  const choices = () => {
    const { choices: given } = props.call.args ?? {};
    return Array.isArray(given) ? given.map(String) : [];
  };
  return (
    <div class="agent-call">
      <AgentLinks call={props.call} />
      <div class="quoted">
        <Prose text={question()} />
        <Show when={choices().length > 0}>
          <ul class="choices">
            <For each={choices()}>{(choice) => <li>{plain(choice)}</li>}</For>
          </ul>
        </Show>
      </div>
      <Reply call={props.call} />
    </div>
  );
}

function Reply(props: { readonly call: CallView }) {
  return (
    <Show when={props.call.status === "done"} fallback={<Result call={props.call} />}>
      <div class="reply">
        <Icon name="chevron" />
        <Prose text={props.call.result} />
      </div>
    </Show>
  );
}
