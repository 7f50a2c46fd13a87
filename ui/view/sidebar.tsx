/** The sessions of the project, newest first. */
import { For, Show } from "solid-js";
import { useStore } from "../state/context.ts";
import { Splitter } from "./splitter.tsx";

export function Sidebar() {
  const store = useStore();
  return (
    <nav class="sidebar" aria-label="Sessions">
      <div class="top">
        <strong class="grow cut">{store.hello?.project.split("/").at(-1) ?? "sagent"}</strong>
        <button type="button" class="primary" onClick={() => store.openSession(undefined)}>
          New
        </button>
      </div>
      <div class="panel session-list">
        <Show when={store.sessions} fallback={<p class="dim small">Loading…</p>}>
          {(sessions) => (
            <For each={sessions()} fallback={<p class="dim small">No sessions yet.</p>}>
              {(row) => (
                <button
                  type="button"
                  class="session-row"
                  aria-current={store.session === row.id ? "page" : undefined}
                  onClick={() => store.openSession(row.id)}
                >
                  <span class={`badge ${row.state}`} title={row.state} />
                  <span class="grow cut">{row.title || "Untitled"}</span>
                </button>
              )}
            </For>
          )}
        </Show>
      </div>
      <Splitter name="sidebar" label="Width of the sessions" min={180} max={520} />
    </nav>
  );
}
