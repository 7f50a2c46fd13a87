/** Changes agents in the middle of their work: model, effort, limit, and what they say they do. A pattern means many. */
import { createSignal, For, onMount } from "solid-js";
import { type Effort, efforts } from "../../agent/command.ts";
import { useStore } from "../state/context.ts";
import { subject, tell } from "../state/fleet-actions.ts";
import { loadProviders, providers } from "../state/model-list.ts";
import { setDialog, toast } from "../state/shell.ts";
import { Modal } from "./modal.tsx";

export function Retune() {
  const store = useStore();
  const [target, setTarget] = createSignal(subject());
  const card = () => store.fleet?.cards.get(target());
  const [model, setModel] = createSignal("");
  const [effort, setEffort] = createSignal<Effort | "">("");
  const [rounds, setRounds] = createSignal("");
  onMount(() => void loadProviders());
  const apply = (event: SubmitEvent) => {
    event.preventDefault();
    const [provider, name] = model().includes(" ") ? model().split(" ", 2) : [undefined, model()];
    const wanted = {
      ...(provider ? { provider } : {}),
      ...(name ? { model: name } : {}),
      ...(effort() === "" ? {} : { settings: { effort: effort() as Effort } }),
    };
    if (Object.keys(wanted).length > 0) tell(store, target(), { type: "switch", ...wanted });
    if (rounds() !== "") tell(store, target(), { type: "tune", maxRounds: Number(rounds()) || null });
    toast("info", `${target()} changes as soon as no call of it is under way.`);
    setDialog(undefined);
  };
  return (
    <Modal title="Retune" class="form-dialog">
      <form class="form" onSubmit={apply}>
        <label>
          Who
          <input
            type="text"
            required
            value={target()}
            onInput={({ currentTarget }) => setTarget(currentTarget.value)}
          />
          <small class="dim">A label, or a pattern such as worker-* for many.</small>
        </label>
        <label>
          Model
          <input
            type="text"
            list="retune-models"
            placeholder={card()?.model?.model ?? "as it is"}
            value={model()}
            onInput={({ currentTarget }) => setModel(currentTarget.value.trim())}
          />
          <ModelOptions id="retune-models" />
        </label>
        <label>
          Effort
          <select value={effort()} onChange={({ currentTarget }) => setEffort(currentTarget.value as Effort | "")}>
            <option value="">as it is{card()?.settings ? ` (${card()?.settings?.effort})` : ""}</option>
            <For each={efforts}>{(each) => <option value={each}>{each}</option>}</For>
          </select>
        </label>
        <label>
          Rounds of tools for one message
          <input
            type="number"
            min="0"
            placeholder="as it is; 0 for no limit"
            value={rounds()}
            onInput={({ currentTarget }) => setRounds(currentTarget.value)}
          />
        </label>
        <div class="row form-end">
          <button type="submit" class="primary">
            Retune
          </button>
        </div>
      </form>
    </Modal>
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
