/** A new agent below another, with a task of its own. It stays, and answers to the person. */
import { createSignal, onMount } from "solid-js";
import { useStore } from "../state/context.ts";
import { subject } from "../state/fleet-actions.ts";
import { loadProviders } from "../state/model-list.ts";
import { setDialog, toastError } from "../state/shell.ts";
import { Modal } from "./modal.tsx";
import { ModelOptions } from "./retune.tsx";

export function Spawn() {
  const store = useStore();
  const parent = subject();
  const [label, setLabel] = createSignal("");
  const [prompt, setPrompt] = createSignal("");
  const [model, setModel] = createSignal("");
  onMount(() => void loadProviders());
  const spawn = async (event: SubmitEvent) => {
    event.preventDefault();
    const { session } = store;
    if (session === undefined) return;
    const [provider, name] = model().includes(" ") ? model().split(" ", 2) : [undefined, model()];
    try {
      await store.request({
        type: "spawn",
        session,
        parent,
        prompt: prompt().trim(),
        ...(label() === "" ? {} : { label: label() }),
        ...(provider ? { provider } : {}),
        ...(name ? { model: name } : {}),
      });
      setDialog(undefined);
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <Modal title={`Spawn an agent below ${parent}`} class="form-dialog">
      <form class="form" onSubmit={(event) => void spawn(event)}>
        <label>
          Task
          <textarea
            required
            rows={4}
            value={prompt()}
            onInput={({ currentTarget }) => setPrompt(currentTarget.value)}
          />
        </label>
        <label>
          Name
          <input
            type="text"
            pattern="[A-Za-z0-9_.\-]{1,64}"
            placeholder="made from its parent's"
            value={label()}
            onInput={({ currentTarget }) => setLabel(currentTarget.value)}
          />
        </label>
        <label>
          Model
          <input
            type="text"
            list="spawn-models"
            placeholder="as its parent"
            value={model()}
            onInput={({ currentTarget }) => setModel(currentTarget.value.trim())}
          />
          <ModelOptions id="spawn-models" />
        </label>
        <div class="row form-end">
          <button type="submit" class="primary">
            Spawn
          </button>
        </div>
      </form>
    </Modal>
  );
}
