/** Changes the model and its knobs: of the agent that is shown, or of the session that is about to begin. */
import type { Effort } from "../../agent/command.ts";
import { type ThinkingMode, thinkingSettings } from "../../server/slash-command.ts";
import { choice, setChoice } from "./choice.ts";
import { firstModel, type ModelEntry, modelOf, providers } from "./model-list.ts";
import { setDialog, toast, toastError } from "./shell.ts";
import { isAtWork } from "./state-words.ts";
import type { Store } from "./store.ts";

/** The model in question; undefined while it is not known. */
export function shownOrigin(store: Store) {
  if (store.session !== undefined) return store.fleet?.cards.get(store.agent ?? "")?.model ?? undefined;
  const { provider, model } = choice();
  return provider !== undefined && model !== undefined ? { provider, model } : firstModel(providers());
}

/** What is known of it. */
export const shownModelRow = (store: Store) => modelOf(providers(), shownOrigin(store));

/** Uses a model; one whose weights are away leads to where they are fetched. */
export function chooseModel(store: Store, { provider, model, name }: ModelEntry): void {
  setDialog(model?.away ? "local" : undefined);
  if (model?.away) return;
  switchTo(store, provider.name, name);
  if (store.session !== undefined) return;
  const { effort, thinking } = choice();
  setChoice({
    provider: provider.name,
    model: name,
    effort: effort && model?.efforts.includes(effort) ? effort : undefined,
    thinking: thinking && model?.thinking.includes(thinking) ? thinking : undefined,
  });
}

/** The same by name, where nothing more is known of it. */
export function switchTo(store: Store, provider: string, model: string): void {
  const { session, agent } = store;
  if (session === undefined || agent === undefined) {
    setChoice({ provider, model });
    return;
  }
  const card = store.fleet?.cards.get(agent);
  if (card && isAtWork(card)) toast("info", `${model} answers from the next call on.`);
  store.command(agent, { type: "switch", provider, model }).catch(toastError);
}

export function chooseEffort(store: Store, effort: Effort): void {
  if (store.session === undefined) return void setChoice({ ...choice(), effort });
  store.command(store.agent ?? "", { type: "switch", settings: { effort } }).catch(toastError);
}

export function chooseThinking(store: Store, thinking: ThinkingMode): void {
  if (store.session === undefined) return void setChoice({ ...choice(), thinking });
  store.command(store.agent ?? "", { type: "switch", settings: thinkingSettings[thinking] }).catch(toastError);
}

/** The knobs as they are; what is left to the server is undefined. */
export function shownKnobs(store: Store): { effort: Effort | undefined; thinking: ThinkingMode | undefined } {
  if (store.session === undefined) return { effort: choice().effort, thinking: choice().thinking };
  const settings = store.fleet?.cards.get(store.agent ?? "")?.settings;
  const modes = Object.keys(thinkingSettings) as ThinkingMode[];
  const thinking = modes.find((mode) => {
    const { thinkingBudget, thinkingOutput } = thinkingSettings[mode];
    return thinkingBudget === settings?.thinkingBudget && thinkingOutput === settings?.thinkingOutput;
  });
  return { effort: settings?.effort, thinking };
}
