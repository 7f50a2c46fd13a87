/** A new agent below another, with a task of its own. It stays, and answers to the person. */
import { createSignal, onMount } from "solid-js";
import { useStore } from "../state/context.ts";
import { showAgent, subject } from "../state/fleet-actions.ts";
import { loadProviders } from "../state/model-list.ts";
import { modelNamed } from "../state/retune.ts";
import { setDialog, toastError } from "../state/shell.ts";
import { Dialog } from "./dialog.tsx";
import { ModelOptions } from "./retune.tsx";

export function Spawn() {
  const store = useStore();
  const parent = subject();
  const [label, setLabel] = createSignal("");
  const [prompt, setPrompt] = createSignal("");
  const [model, setModel] = createSignal("");
  let task: HTMLTextAreaElement | undefined;
  onMount(() => {
    void loadProviders();
    task?.focus();
  });
  const spawn = async (event: SubmitEvent) => {
    event.preventDefault();
    const { session } = store;
    if (session === undefined) return;
    try {
      await store.request({
        type: "spawn",
        session,
        parent,
        prompt: prompt().trim(),
        ...(label() === "" ? {} : { label: label() }),
        ...modelNamed(model()),
      });
      setDialog(undefined);
      if (label() !== "") showAgent(store, label());
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <Dialog title={`Spawn an agent below ${parent}`} class="form-dialog">
      <form class="form" onSubmit={(event) => void spawn(event)}>
        <label>
          Task
          <textarea
            ref={task}
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
            onInput={({ currentTarget }) => setModel(currentTarget.value)}
          />
          <ModelOptions id="spawn-models" />
        </label>
        <div class="row form-end">
          <button type="submit" class="primary">
            Spawn
          </button>
        </div>
      </form>
    </Dialog>
  );
}
