/** The questions of all agents that wait for the person, one in front, above the field on every screen. */
import { createMemo, createSignal, Match, onCleanup, Show, Switch } from "solid-js";
import type { OpenAsk } from "../../server/protocol.ts";
import { useActions } from "../state/actions.ts";
import { answerAsk, focusAsk, frontAsk, keyOf, sending, stepAsk } from "../state/answers.ts";
import { guardMs } from "../state/ask-keys.ts";
import { useStore } from "../state/context.ts";
import { focusComposer } from "../state/fill.ts";
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

/** True at first: the click or the key that ends one question must not answer the next. */
function createGuard(): () => boolean {
  const [isOn, setOn] = createSignal(true);
  const timer = setTimeout(() => setOn(false), guardMs);
  onCleanup(() => clearTimeout(timer));
  return isOn;
}

function Card(props: { readonly ask: OpenAsk; readonly at: number; readonly count: number }) {
  const store = useStore();
  let card: HTMLElement | undefined;
  const isSending = () => sending().has(keyOf(props.ask));
  const isFresh = createGuard();
  const isHeld = () => isSending() || isFresh();
  const as = <Type extends OpenAsk["ask"]["type"]>(type: Type) =>
    props.ask.ask.type === type ? (props.ask.ask as Extract<OpenAsk["ask"], { type: Type }>) : undefined;
  let answersHere = false;
  const answer = (given: Parameters<typeof answerAsk>[2]) => {
    answersHere = card?.contains(document.activeElement) ?? false;
    void answerAsk(store, props.ask, given);
  };
  // A button that is disabled meanwhile has lost the focus by then.
  onCleanup(() => {
    if (!answersHere) return;
    if ((store.fleet?.asks ?? []).length > 0) focusAsk();
    else focusComposer();
  });
  return (
    <section ref={card} class="ask" tabindex={-1} aria-label={`${props.ask.agent} asks`} aria-busy={isSending()}>
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
            <Icon name="chevron" class="mirrored" />
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
            <Icon name="chevron" />
          </button>
        </Show>
      </header>
      <Switch>
        <Match when={as("question")}>{(ask) => <AskQuestion ask={ask()} answer={answer} isHeld={isHeld()} />}</Match>
        <Match when={as("permission")}>
          {(ask) => <AskPermission ask={ask()} answer={answer} isHeld={isHeld()} />}
        </Match>
      </Switch>
    </section>
  );
}
