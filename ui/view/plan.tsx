/** What the agent plans to do, above the field: its present step in a line, all of them below. */
import { createMemo, For, Show } from "solid-js";
import type { Step } from "../../server/protocol.ts";
import { plain } from "../state/plain.ts";
import { prefs, setPref } from "../state/prefs.ts";
import { Icon } from "./icon.tsx";

const words: Readonly<Record<Step["state"], string>> = { open: "to do", doing: "in progress", done: "done" };

/** Shown while a step is left. */
export function Plan(props: { readonly steps: readonly Step[] }) {
  const done = createMemo(() => props.steps.filter(({ state }) => state === "done").length);
  const now = () =>
    props.steps.find(({ state }) => state === "doing") ?? props.steps.find(({ state }) => state === "open");
  return (
    <Show when={done() < props.steps.length}>
      <details class="plan" open={prefs().planOpen} onToggle={(event) => setPref("planOpen", event.currentTarget.open)}>
        <summary class="plan-head small">
          <Icon name="list" />
          <span class="plan-count">
            Plan {done()} of {props.steps.length}
          </span>
          <span class="grow cut">{now()?.text}</span>
          <progress class="plan-bar" max={props.steps.length} value={done()} aria-label="Steps done" />
        </summary>
        <PlanSteps steps={props.steps} />
      </details>
    </Show>
  );
}

export function PlanSteps(props: { readonly steps: readonly Step[] }) {
  return (
    <ol class="plan-steps">
      <For each={props.steps}>
        {({ text, state }) => (
          <li class={`plan-step ${state}`} aria-current={state === "doing" ? "step" : undefined}>
            <span class="plan-mark" aria-hidden="true">
              <Show when={state === "done"}>
                <Icon name="check" />
              </Show>
            </span>
            <span>{plain(text)}</span>
            <span class="hidden-label">, {words[state]}</span>
          </li>
        )}
      </For>
    </ol>
  );
}
