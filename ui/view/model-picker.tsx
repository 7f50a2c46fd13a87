/** All models there are: searched, by provider, with price and window, and for those that cannot be used what is missing. */
import { createEffect, createMemo, createSignal, createUniqueId, For, onMount, Show } from "solid-js";
import { chooseModel, shownOrigin } from "../state/choose-model.ts";
import { useStore } from "../state/context.ts";
import { isCurrent, loadProviders, type ModelEntry, modelGroups, providers } from "../state/model-list.ts";
import { setDialog } from "../state/shell.ts";
import { Dialog } from "./dialog.tsx";
import { ModelFacts } from "./model-facts.tsx";

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

export function ModelPicker() {
  const store = useStore();
  const id = createUniqueId();
  const [search, setSearch] = createSignal("");
  const [at, setAt] = createSignal<string>();
  const groups = createMemo(() => modelGroups(providers() ?? [], search()));
  const entries = createMemo(() => groups().flatMap((group) => group.entries));
  const current = () => entries().find((entry) => isCurrent(entry, shownOrigin(store)));
  const active = createMemo(
    () => entries().find((entry) => keyOf(entry) === at()) ?? (search() === "" ? current() : undefined) ?? entries()[0],
  );
  const activeId = () => {
    const entry = active();
    return entry && `${id}-${keyOf(entry)}`;
  };
  onMount(() => void loadProviders());
  createEffect(() => document.getElementById(activeId() ?? "")?.scrollIntoView({ block: "nearest" }));
  const move = (by: number) => {
    const list = entries();
    const entry = active();
    const from = entry ? list.indexOf(entry) : -1;
    const next = list[Math.min(list.length - 1, Math.max(0, from + by))];
    if (next) setAt(keyOf(next));
  };
  const choose = (entry: ModelEntry | undefined) => {
    if (entry && (entry.missing === undefined || entry.model?.away)) chooseModel(store, entry);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (step === undefined && event.key !== "Enter") return;
    event.preventDefault();
    if (step === undefined) choose(active());
    else move(step);
  };
  return (
    <Dialog title="Model" class="models">
      <input
        type="search"
        role="combobox"
        aria-label="Search the models"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={activeId()}
        placeholder="Search by name, provider, local or cloud"
        autofocus
        value={search()}
        onInput={({ currentTarget }) => {
          setSearch(currentTarget.value);
          setAt(undefined);
        }}
        onKeyDown={onKey}
      />
      <div class="model-list" role="listbox" id={`${id}-list`} aria-label="Models" tabindex="-1">
        <Show when={providers()} fallback={<p class="dim small">Asking for the models…</p>}>
          <For each={groups()} fallback={<p class="dim small">No model fits this search.</p>}>
            {(group) => (
              <fieldset class="model-group" aria-labelledby={`${id}-${group.provider.name}`}>
                <div class="model-provider" id={`${id}-${group.provider.name}`}>
                  <strong>{group.provider.name}</strong>
                  <span class="small dim">{aboutOf(group.provider)}</span>
                </div>
                <For each={group.entries}>
                  {(entry) => (
                    <ModelFacts
                      id={`${id}-${keyOf(entry)}`}
                      entry={entry}
                      isActive={entry === active()}
                      isCurrent={entry === current()}
                      choose={() => choose(entry)}
                    />
                  )}
                </For>
              </fieldset>
            )}
          </For>
        </Show>
      </div>
      <footer class="dialog-foot small dim">
        <span class="grow">Prices are USD for a million tokens: read, written, read from the cache.</span>
        <button type="button" class="link-button" onClick={() => setDialog("local")}>
          Local models
        </button>
      </footer>
    </Dialog>
  );
}

function aboutOf({ missing, problem, anyName, local, usable }: ModelEntry["provider"]): string {
  if (missing !== undefined) return missing;
  const typed = anyName && usable && !local ? "Type the name of a model." : "";
  return [problem, typed].filter(Boolean).join(" ") || (local ? "on this machine" : "");
}

/** Names an entry within the list; fit for an id of the page. */
const keyOf = ({ provider, name }: ModelEntry) => `${provider.name}-${name}`.replace(/[^\w.+-]/g, "_");
