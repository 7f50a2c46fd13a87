/** The questions of all agents that wait for the person, one in front, above the field on every screen. */
import { createMemo, Match, Show, Switch } from "solid-js";
import type { OpenAsk } from "../../server/protocol.ts";
import { useActions } from "../state/actions.ts";
import { answerAsk, focusAsk, frontAsk, keyOf, sending, stepAsk } from "../state/answers.ts";
import { useStore } from "../state/context.ts";
import { AskPermission } from "./ask-permission.tsx";
import { AskQuestion } from "./ask-question.tsx";
import { Icon } from "./icon.tsx";

export function Asks() {
  const store = useStore();
  const asks = () => store.fleet?.asks ?? [];
  const key = createMemo(() => {
    const front = frontAsk(asks());
    return front && keyOf(front.ask);
  });
  useActions([
    {
      id: "asks.focus",
      title: "Go to the question that waits",
      group: "Agent",
      keys: "alt+a",
      inFields: true,
      enabled: () => asks().length > 0,
      run: focusAsk,
    },
    {
      id: "asks.next",
      title: "Next question",
      group: "Agent",
      keys: "alt+shift+a",
      inFields: true,
      enabled: () => asks().length > 1,
      run: () => {
        stepAsk(asks(), 1);
        focusAsk();
      },
    },
  ]);
  return (
    <Show when={key()} keyed>
      {(_key) => (
        <Show when={frontAsk(asks())}>
          {(front) => <Card ask={front().ask} at={front().at} count={asks().length} />}
        </Show>
      )}
    </Show>
  );
}

function Card(props: { readonly ask: OpenAsk; readonly at: number; readonly count: number }) {
  const store = useStore();
  const isSending = () => sending().has(keyOf(props.ask));
  const as = <Type extends OpenAsk["ask"]["type"]>(type: Type) =>
    props.ask.ask.type === type ? (props.ask.ask as Extract<OpenAsk["ask"], { type: Type }>) : undefined;
  const answer = (given: Parameters<typeof answerAsk>[2]) => void answerAsk(store, props.ask, given);
  return (
    <section class="ask" tabindex={-1} aria-label={`${props.ask.agent} asks`} aria-busy={isSending()}>
      <header class="row small">
        <Icon name={props.ask.ask.type === "permission" ? "lock" : "question"} />
        <span class="grow cut">
          <button type="button" class="link-button" onClick={() => store.openAgent(props.ask.agent)}>
            {props.ask.agent}
          </button>{" "}
          {props.ask.ask.type === "permission" ? "asks for permission" : "asks"}
          <Show when={isSending()}> · answering …</Show>
        </span>
        <Show when={props.count > 1}>
          <button
            type="button"
            class="icon-button"
            aria-label="Question before"
            onClick={() => stepAsk(store.fleet?.asks ?? [], -1)}
          >
            ‹
          </button>
          <span class="dim">
            {props.at + 1} of {props.count}
          </span>
          <button
            type="button"
            class="icon-button"
            aria-label="Next question"
            onClick={() => stepAsk(store.fleet?.asks ?? [], 1)}
          >
            ›
          </button>
        </Show>
      </header>
      <Switch>
        <Match when={as("question")}>
          {(ask) => <AskQuestion ask={ask()} answer={answer} isSending={isSending()} />}
        </Match>
        <Match when={as("permission")}>
          {(ask) => <AskPermission ask={ask()} answer={answer} isSending={isSending()} />}
        </Match>
      </Switch>
    </section>
  );
}
