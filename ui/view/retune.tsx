/** Changes agents in the middle of their work: model, effort, thinking, limit, and what they say they do. A pattern means many. */
import { createSignal, For, type JSX, onMount } from "solid-js";
import { type Command, type Effort, efforts } from "../../agent/command.ts";
import type { ThinkingMode } from "../../server/slash-command.ts";
import { useStore } from "../state/context.ts";
import { reachedBy, subject } from "../state/fleet-actions.ts";
import { plural } from "../state/format.ts";
import { loadProviders, modelOf, providers } from "../state/model-list.ts";
import { emptyForm, type RetuneForm, retuneCommands } from "../state/retune.ts";
import { setDialog, toast, toastError } from "../state/shell.ts";
import type { Store } from "../state/store.ts";
import { Dialog } from "./dialog.tsx";
import { thinkingWords } from "./effort-menu.tsx";

export function Retune() {
  const store = useStore();
  const [target, setTarget] = createSignal(subject());
  const [form, setForm] = createSignal(emptyForm);
  const card = () => store.fleet?.cards.get(target());
  const offered = () => modelOf(providers(), card()?.model ?? undefined);
  const change = (changed: Partial<RetuneForm>) => setForm((before) => ({ ...before, ...changed }));
  let first: HTMLInputElement | undefined;
  onMount(() => {
    void loadProviders();
    first?.focus();
  });
  return (
    <Dialog title="Retune" class="form-dialog">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void retune(store, target().trim(), retuneCommands(form()));
        }}
      >
        <label>
          Who
          <input
            ref={first}
            type="text"
            required
            value={target()}
            onInput={({ currentTarget }) => setTarget(currentTarget.value)}
          />
          <small class="dim">A name, or a pattern such as worker-* or {"{a,b}"} for many.</small>
        </label>
        <label>
          Model
          <input
            type="text"
            list="retune-models"
            placeholder={card()?.model?.model ?? asItIs}
            value={form().model}
            onInput={({ currentTarget }) => change({ model: currentTarget.value })}
          />
          <ModelOptions id="retune-models" />
        </label>
        <div class="form-pair">
          <Choice
            title="Effort"
            value={form().effort}
            change={(effort) => change({ effort: effort as Effort | "" })}
            options={(offered()?.efforts ?? efforts).map((each) => ({ value: each, words: each }))}
          />
          <Choice
            title="Thinking"
            value={form().thinking}
            change={(thinking) => change({ thinking: thinking as ThinkingMode | "" })}
            options={(offered()?.thinking ?? allThinking).map((each) => ({ value: each, words: thinkingWords[each] }))}
          />
        </div>
        <label>
          Rounds of tools for one message
          <input
            type="number"
            min="0"
            placeholder={`${asItIs}; 0 for no limit`}
            value={form().rounds}
            onInput={({ currentTarget }) => change({ rounds: currentTarget.value })}
          />
        </label>
        <label>
          Status
          <input
            type="text"
            placeholder={card()?.status || asItIs}
            value={form().status}
            onInput={({ currentTarget }) => change({ status: currentTarget.value })}
          />
        </label>
        <div class="row form-end">
          <button type="submit" class="primary" disabled={retuneCommands(form()).length === 0}>
            Retune
          </button>
        </div>
      </form>
    </Dialog>
  );
}

const asItIs = "as it is";
const allThinking = Object.keys(thinkingWords) as readonly ThinkingMode[];

/** Says whom it reached. */
async function retune(store: Store, target: string, commands: readonly Command[]): Promise<void> {
  try {
    const reached = await Promise.all(commands.map((command) => reachedBy(store, target, command)));
    const labels = reached[0] ?? [];
    const who = labels.length > 3 ? plural(labels.length, "agent") : labels.join(", ");
    toast("info", `${who} will change before the next call.`);
    setDialog(undefined);
  } catch (error) {
    toastError(error);
  }
}

function Choice(props: {
  readonly title: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly words: string }[];
}): JSX.Element {
  return (
    <label>
      {props.title}
      <select value={props.value} onChange={({ currentTarget }) => props.change(currentTarget.value)}>
        <option value="">{asItIs}</option>
        <For each={props.options}>{({ value, words }) => <option value={value}>{words}</option>}</For>
      </select>
    </label>
  );
}

/** Models that can be used, as `provider id`. */
export function ModelOptions(props: { readonly id: string }) {
  const usable = () => (providers() ?? []).filter((provider) => provider.usable);
  return (
    <datalist id={props.id}>
      <For each={usable()}>
        {(provider) => <For each={provider.models}>{(each) => <option value={`${provider.name} ${each.id}`} />}</For>}
      </For>
    </datalist>
  );
}
