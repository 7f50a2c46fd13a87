/** Models that run on this machine: which are here, which can be fetched and fit, and what becomes of them. */
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show } from "solid-js";
import type { LocalState } from "../../server/api.ts";
import { getJson } from "../state/api.ts";
import { switchTo } from "../state/choose-model.ts";
import { useStore } from "../state/context.ts";
import { shownBytes } from "../state/format.ts";
import { localRows, referenceOf } from "../state/local-list.ts";
import { firstModel, loadProviders, providers } from "../state/model-list.ts";
import { setDialog, toastError } from "../state/shell.ts";
import { Dialog } from "./dialog.tsx";
import { LocalModel } from "./local-model.tsx";

const refreshMs = 5_000;

export function LocalModels() {
  const store = useStore();
  const [state, setState] = createSignal<LocalState>();
  const load = () => getJson<LocalState>("/api/local").then(setState, toastError);
  const changes = () => [...store.local.values()].map(({ name, state }) => `${name} ${state}`).join();
  createEffect(on(changes, () => void Promise.all([load(), loadProviders()])));
  onMount(() => {
    const timer = setInterval(() => void load(), refreshMs);
    onCleanup(() => clearInterval(timer));
  });
  const rows = createMemo(() => localRows(state() ?? nothing, store.local));
  const pull = (name: string) => void store.request({ type: "pull", name }).catch(toastError);
  const use = (name: string) => {
    setDialog(undefined);
    switchTo(store, "local", name);
  };
  const isFirstRun = () => providers() !== undefined && firstModel(providers()) === undefined;
  return (
    <Dialog title="Local models" class="local">
      <Show when={isFirstRun()}>
        <p class="local-lead">
          No key of a provider is set, and no local model is here yet. A local model needs no account and costs nothing:
          fetch one, and it answers on this machine.
        </p>
      </Show>
      <div class="local-list">
        <Show when={state()} fallback={<p class="dim small">Looking for models…</p>}>
          <For each={rows().map(({ name }) => name)}>
            {(name) => (
              <Show when={rows().find((row) => row.name === name)}>
                {(row) => (
                  <LocalModel
                    row={row()}
                    isSuggested={state()?.suggested === name}
                    pull={() => pull(name)}
                    cancel={() => store.send({ type: "pullCancel", name })}
                    use={() => use(name)}
                  />
                )}
              </Show>
            )}
          </For>
        </Show>
      </div>
      <Reference pull={pull} use={use} />
      <Show when={state()}>
        {(known) => (
          <footer class="dialog-foot small dim">
            {shownBytes(known().freeBytes)} of {shownBytes(known().totalBytes)} of memory are free; sagent uses{" "}
            {shownBytes(known().memoryBytes)}.
          </footer>
        )}
      </Show>
    </Dialog>
  );
}

const nothing: LocalState = { models: [], suggested: "", news: [], memoryBytes: 0, freeBytes: 0, totalBytes: 0 };

/** A model that has no name here: weights that lie somewhere, or a file of the Hugging Face hub. */
function Reference(props: { readonly pull: (name: string) => void; readonly use: (name: string) => void }) {
  const [text, setText] = createSignal("");
  const reference = () => referenceOf(text());
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const found = reference();
    if (found?.type === "path") props.use(found.name);
    if (found?.type === "hub") props.pull(found.name);
    if (found) setText("");
  };
  return (
    <form class="local-reference" onSubmit={submit}>
      <label>
        <span class="small dim">Another model: the path of a .gguf file, or hf:user/repo/file.gguf</span>
        <input
          type="text"
          value={text()}
          spellcheck={false}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <button type="submit" class="outlined" disabled={!reference()}>
        {reference()?.type === "path" ? "Use" : "Fetch"}
      </button>
    </form>
  );
}
