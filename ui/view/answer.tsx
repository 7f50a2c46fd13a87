/** An answer of the model: text, thoughts and calls in the order they came, how it ended and what it cost. */
import { createMemo, Index, Match, Show, Switch } from "solid-js";
import { promptTokens } from "../../agent/message.ts";
import { wordsOf } from "../state/answer-text.ts";
import { useStore } from "../state/context.ts";
import { shownCount, shownMs, shownUsd } from "../state/format.ts";
import { foldKey } from "../state/opened.ts";
import { toastError } from "../state/shell.ts";
import { type StopWords, stopWords } from "../state/stop-words.ts";
import type { AssistantItem, PartView } from "../state/view.ts";
import { Call } from "./call.tsx";
import { CopyButton } from "./copy.tsx";
import { Icon } from "./icon.tsx";
import { Prose } from "./prose.tsx";
import { ForkButton } from "./said.tsx";
import { Elapsed, Thinking } from "./thinking.tsx";

export function Answer(props: { readonly item: AssistantItem; readonly isNewest: boolean }) {
  const store = useStore();
  const place = { session: store.session ?? "", agent: store.agent ?? "" };
  const isLast = (index: number) => props.item.live && index === props.item.parts.length - 1;
  return (
    <>
      <Index each={props.item.parts}>
        {(part, index) => <Part part={part()} isLive={isLast(index)} foldKey={foldKey(place, props.item.id, index)} />}
      </Index>
      <Show when={props.item.live && props.item.parts.length === 0}>
        <p class="answer-waiting dim small">
          <span class="pulse" aria-hidden="true" />
          Waiting for {props.item.origin.model} <Elapsed since={props.item.at} />
        </p>
      </Show>
      <Show when={stopWords(props.item.stopReason)}>
        {(words) => <StopNote words={words()} isNewest={props.isNewest} />}
      </Show>
      <Show when={!props.item.live}>
        <Footer item={props.item} />
      </Show>
    </>
  );
}

function Part(props: { readonly part: PartView; readonly isLive: boolean; readonly foldKey: string }) {
  return (
    <Switch>
      <Match when={props.part.type === "text" && props.part}>
        {(part) => <Prose text={part().text} live={props.isLive} />}
      </Match>
      <Match when={props.part.type === "thinking" && props.part}>
        {(part) => <Thinking part={part()} isLive={props.isLive} foldKey={props.foldKey} />}
      </Match>
      <Match when={props.part.type === "call" && props.part.call}>
        {(call) => <Call call={call()} foldKey={props.foldKey} />}
      </Match>
    </Switch>
  );
}

/** An end that the person should know of, and what can be done about it. */
function StopNote(props: { readonly words: StopWords; readonly isNewest: boolean }) {
  const store = useStore();
  const act = () => {
    const { command } = props.words;
    if (command && store.agent !== undefined) store.command(store.agent, command).catch(toastError);
  };
  return (
    <p class="stop-note" classList={{ quiet: props.words.isQuiet }}>
      <Icon name={props.words.isQuiet ? "stop" : "alert"} />
      <span class="grow">{props.words.text}</span>
      <Show when={props.isNewest && !store.isReplay && props.words.action}>
        {(title) => (
          <button type="button" class="outlined" onClick={act}>
            {title()}
          </button>
        )}
      </Show>
    </p>
  );
}

function Footer(props: { readonly item: AssistantItem }) {
  const text = () => wordsOf(props.item);
  const facts = createMemo(() => factsOf(props.item));
  return (
    <footer class="answer-foot" classList={{ between: props.item.stopReason === "toolUse" }}>
      <span class="cut" title={facts().title}>
        {facts().line}
      </span>
      <Show when={text() !== ""}>
        <CopyButton text={text} label="Copy the answer" />
      </Show>
      <ForkButton message={props.item.message} />
    </footer>
  );
}

function factsOf({ origin, usage, costUsd, durationMs }: AssistantItem) {
  const prompt = usage ? promptTokens(usage) : 0;
  const line = [
    origin.model,
    usage && `${shownCount(prompt)} → ${shownCount(usage.output)} tokens`,
    costUsd && shownUsd(costUsd),
    durationMs !== undefined && shownMs(durationMs),
  ];
  const cached = usage && usage.cacheRead > 0 ? ` (${shownCount(usage.cacheRead)} from the cache)` : "";
  const title = usage
    ? `${origin.provider}/${origin.model}: ${prompt} tokens read${cached}, ${usage.output} written`
    : `${origin.provider}/${origin.model}`;
  return { line: line.filter(Boolean).join(" · "), title };
}
