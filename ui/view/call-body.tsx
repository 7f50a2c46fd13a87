/** What an opened call shows, by what kind of tool it is. */
import { createMemo, Match, Show, Switch } from "solid-js";
import { diffsOf } from "../../agent/message.ts";
import { planOf } from "../../server/card.ts";
import { lookOf } from "../state/call-words.ts";
import { cardsOf, jsonCardsOf } from "../state/cards.ts";
import type { CallView } from "../state/view.ts";
import { Attachments } from "./attachments.tsx";
import { AgentCall, AskCall } from "./call-agent.tsx";
import { Cards } from "./call-cards.tsx";
import { ChangeCall, ReadCall } from "./call-file.tsx";
import { Args, Result, Told } from "./call-result.tsx";
import { SearchCall } from "./call-search.tsx";
import { ShellCall } from "./call-shell.tsx";
import { PlanSteps } from "./plan.tsx";

export function CallBody(props: { readonly call: CallView }) {
  // Whatever changed files, such as a rename by LSP, shows what it changed.
  const kind = createMemo(() => (diffsOf(props.call.details).length > 0 ? "change" : lookOf(props.call.name).kind));
  return (
    <>
      <Switch fallback={<OtherCall call={props.call} />}>
        <Match when={kind() === "shell"}>
          <ShellCall call={props.call} />
        </Match>
        <Match when={kind() === "change"}>
          <ChangeCall call={props.call} />
        </Match>
        <Match when={kind() === "read"}>
          <ReadCall call={props.call} />
        </Match>
        <Match when={kind() === "search"}>
          <SearchCall call={props.call} />
        </Match>
        <Match when={kind() === "agent"}>
          <AgentCall call={props.call} />
        </Match>
        <Match when={kind() === "plan"}>
          <PlanCall call={props.call} />
        </Match>
        <Match when={kind() === "ask"}>
          <AskCall call={props.call} />
        </Match>
      </Switch>
      <Attachments list={props.call.attachments} />
    </>
  );
}

/** The plan as it was then. */
function PlanCall(props: { readonly call: CallView }) {
  return (
    <Show when={planOf(props.call.details)} fallback={<Result call={props.call} />}>
      {(steps) => <PlanSteps steps={steps()} />}
    </Show>
  );
}

/** A tool that the page has no view for: its arguments, and its result as cards or as text. */
function OtherCall(props: { readonly call: CallView }) {
  const cards = createMemo(() => cardsOf(props.call.details) ?? jsonCardsOf(props.call.result));
  return (
    <>
      <Args call={props.call} />
      <Show when={cards()} fallback={<Result call={props.call} />}>
        {(found) => (
          <>
            <Cards cards={found()} text={props.call.result} />
            <Show when={found().type !== "document"}>
              <Told text={props.call.result} />
            </Show>
          </>
        )}
      </Show>
    </>
  );
}
