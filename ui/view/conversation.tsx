/** The middle: which agent is shown and how it fares, its transcript, and the composer. */
import { Show } from "solid-js";
import { useStore } from "../state/context.ts";
import { Asks } from "./asks.tsx";
import { Composer } from "./composer.tsx";
import { FindBar } from "./find-bar.tsx";
import { Header } from "./header.tsx";
import { Start } from "./start.tsx";
import { Transcript } from "./transcript.tsx";

export function Conversation() {
  const store = useStore();
  return (
    <main class="main">
      <Header />
      <Show when={store.link === "lost"}>
        <div class="link-notice" role="status">
          The connection to sagent is lost; trying again. Nothing is lost: what you send waits here.
        </div>
      </Show>
      <Show when={store.link === "refused"}>
        <div class="link-notice" role="alert">
          This page is no longer let in. Run sagent in the project again and open the link that it prints; what you
          wrote is kept here.
        </div>
      </Show>
      <Show when={store.problem}>{(problem) => <div class="link-notice">{problem()}</div>}</Show>
      <div class="stage">
        <Show when={store.session !== undefined} fallback={<Start />}>
          <FindBar />
          <Show when={store.transcript} keyed>
            {(transcript) => <Transcript transcript={transcript} />}
          </Show>
        </Show>
      </div>
      <Asks />
      <Composer />
    </main>
  );
}
