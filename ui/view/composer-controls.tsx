/** Under what the person writes: the model, its knobs, how full the context is, and what it costs. */
import { createEffect, on, onMount, Show } from "solid-js";
import { useActions } from "../state/actions.ts";
import { shownOrigin } from "../state/choose-model.ts";
import { useStore } from "../state/context.ts";
import { firstModel, loadProviders, providers, shownModel } from "../state/model-list.ts";
import { dialog, setDialog, toastError } from "../state/shell.ts";
import type { Item } from "../state/view.ts";
import { Cost, Speed } from "./cost.tsx";
import { EffortMenu } from "./effort-menu.tsx";
import { Icon } from "./icon.tsx";
import { Meter } from "./meter.tsx";

export function ComposerControls() {
  const store = useStore();
  const origin = () => shownOrigin(store);
  onMount(() => void loadProviders());
  let isGreeted = false;
  createEffect(() => {
    const isFirstRun = providers() && !firstModel(providers()) && store.sessions?.length === 0;
    if (isGreeted || !isFirstRun || store.session !== undefined) return;
    isGreeted = true;
    setDialog("local");
  });
  useActions([
    { id: "model.choose", title: "Change the model", group: "Model", keys: "mod+m", run: () => setDialog("models") },
    { id: "model.local", title: "Local models", group: "Model", keys: "alt+shift+m", run: () => setDialog("local") },
  ]);
  useSwitchFailures();
  return (
    <div class="controls">
      <button
        type="button"
        class="chip model-chip"
        title={origin() ? `${origin()?.provider}/${origin()?.model}` : "Choose a model"}
        aria-haspopup="dialog"
        aria-expanded={dialog() === "models"}
        onClick={() => setDialog("models")}
      >
        <Icon name={origin()?.provider === "local" ? "chip" : "cloud"} />
        <Show when={origin()} fallback={<span>Choose a model</span>}>
          {(shown) => <span class="cut">{shownModel(shown().model)}</span>}
        </Show>
      </button>
      <EffortMenu />
      <span class="grow" />
      <Speed />
      <Meter />
      <Cost />
    </div>
  );
}

/** A change that could not be made is said aloud, for its line in the transcript may be out of sight. */
function useSwitchFailures(): void {
  const store = useStore();
  const newest = () => failures(store.transcript?.view()?.items ?? []).at(-1);
  const isThere = () => store.transcript?.view() !== undefined;
  createEffect(
    on([() => store.transcript, isThere, newest], ([transcript, , event], before) => {
      const [known, wasThere, last] = before ?? [];
      if (known !== transcript || !wasThere || event === undefined || event === last) return;
      toastError(event.error);
    }),
  );
}

const failures = (items: readonly Item[]) =>
  items.flatMap((item) => (item.type === "marker" && item.event.type === "switchFailed" ? [item.event] : []));
