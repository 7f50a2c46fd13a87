/** A recorded session: the same transcripts as the workspace shows, who took part, and a way through the time it took. */
import { createMemo, For, Show } from "solid-js";
import { StoreContext } from "../state/context.ts";
import { shownUsd } from "../state/format.ts";
import { plain } from "../state/plain.ts";
import { setPref, shownTheme } from "../state/prefs.ts";
import type { Recording } from "../state/recording.ts";
import { createReplayStore, type ReplayStore } from "../state/replay-store.ts";
import { toasts } from "../state/shell.ts";
import { useTheme } from "../state/theme.ts";
import { Icon } from "./icon.tsx";
import { ReplayPlayer } from "./replay-player.tsx";
import { Toasts } from "./toasts.tsx";
import { Transcript } from "./transcript.tsx";

export function ReplayPage(props: { readonly recording: Recording }) {
  const store = createReplayStore(props.recording);
  useTheme();
  const isFleet = createMemo(() => new Set(props.recording.events.map(({ agent }) => agent)).size > 1);
  return (
    <StoreContext.Provider value={store}>
      <div class="replay" classList={{ "with-agents": isFleet() }}>
        <Head recording={props.recording} />
        <Show when={isFleet()}>
          <Agents store={store} recording={props.recording} />
        </Show>
        <main class="replay-main">
          <Show when={store.transcript} keyed>
            {(transcript) => <Transcript transcript={transcript} />}
          </Show>
          <Show when={store.transcript?.rows().length === 0}>
            <p class="replay-nothing dim">Nothing was said here yet at this moment.</p>
          </Show>
        </main>
        <ReplayPlayer store={store} />
      </div>
      <Show when={toasts().length > 0}>
        <Toasts />
      </Show>
    </StoreContext.Provider>
  );
}

function Head(props: { readonly recording: Recording }) {
  const session = () => props.recording.session;
  const facts = () =>
    [
      new Date(session().createdAt ?? session().updatedAt).toLocaleString([], {
        dateStyle: "medium",
        timeStyle: "short",
      }),
      session().model?.model,
      session().costUsd === undefined ? undefined : shownUsd(session().costUsd ?? 0),
    ].filter(Boolean);
  const isDark = () => shownTheme() === "dark";
  return (
    <header class="replay-head">
      <div class="grow">
        <h1 class="cut">{plain(session().title || "Session")}</h1>
        <p class="dim small cut">{facts().join(" · ")}</p>
      </div>
      <button
        type="button"
        class="icon-button"
        aria-label={isDark() ? "Light theme" : "Dark theme"}
        title={isDark() ? "Light theme" : "Dark theme"}
        onClick={() => setPref("theme", isDark() ? "light" : "dark")}
      >
        <Icon name={isDark() ? "sun" : "moon"} />
      </button>
    </header>
  );
}

/** Everybody who ever took part; those who had not begun yet at the moment are dim. */
function Agents(props: { readonly store: ReplayStore; readonly recording: Recording }) {
  const all = createMemo(() => {
    const paths = new Map(props.recording.events.map(({ agent, path }) => [agent, path ?? agent] as const));
    return [...paths].map(([label, path]) => ({ label, depth: path === label ? 0 : path.split("/").length - 1 }));
  });
  return (
    <nav class="replay-agents" aria-label="Agents">
      <h2>Agents</h2>
      <For each={all()}>
        {({ label, depth }) => {
          const card = () => props.store.fleet?.cards.get(label);
          return (
            <button
              type="button"
              class="replay-agent"
              classList={{ absent: card() === undefined }}
              style={{ "--depth": depth }}
              aria-current={props.store.agent === label ? "page" : undefined}
              onClick={() => props.store.openAgent(label)}
            >
              <Icon name="agent" />
              <span class="grow cut">{plain(label)}</span>
              <span class="dim small">{shownUsd(card()?.costUsd ?? 0)}</span>
            </button>
          );
        }}
      </For>
    </nav>
  );
}
