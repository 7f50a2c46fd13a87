/** Under what the person writes: the model, its knobs, how full the context is, and what it costs. */
import { useStore } from "../state/context.ts";

export function ComposerControls() {
  const store = useStore();
  const card = () => store.fleet?.cards.get(store.agent ?? "");
  return <span class="dim small">{card()?.model?.model}</span>;
}
