/** What a person does to agents from the tree: to one, to those that a pattern means, or to all. */
import { createSignal } from "solid-js";
import type { Command } from "../../agent/command.ts";
import { setPref } from "./prefs.ts";
import { isNarrow } from "./screen.ts";
import { setDialog, toastError } from "./shell.ts";
import type { Store } from "./store.ts";

const [subject, setSubject] = createSignal("");

/** The agent, or the pattern, that an open dialog is about. */
export { subject };

export function tell(store: Store, target: string, ...commands: readonly Command[]): void {
  for (const command of commands) store.command(target, command).catch(toastError);
}

export const haltAgent = (store: Store, target: string) => tell(store, target, { type: "halt" });
export const killTools = (store: Store, target: string) => tell(store, target, { type: "kill", call: "all" });
export const detachTools = (store: Store, target: string) => tell(store, target, { type: "detach", call: "all" });

/** Shows an agent's own transcript; on a narrow screen the side gives way to it. */
export function showAgent(store: Store, label: string): void {
  if (isNarrow()) setPref("sideOpen", false);
  store.openAgent(label);
}

/** Shows an agent and leads the person to the field, before the next key; where a drawer holds the focus, once it is gone. */
export function messageAgent(store: Store, label: string): void {
  showAgent(store, label);
  const focus = () => document.querySelector<HTMLElement>(".composer textarea")?.focus();
  focus();
  if (isNarrow()) requestAnimationFrame(focus);
}

/** Asks what is to be changed about them. */
export function askRetune(target: string): void {
  setSubject(target);
  setDialog("retune");
}

/** Asks for the task of a child of an agent. */
export function askSpawn(parent: string): void {
  setSubject(parent);
  setDialog("spawn");
}

/** The labels that a command went to. */
export async function reachedBy(store: Store, target: string, command: Command): Promise<readonly string[]> {
  const { reached } = (await store.command(target, command)) as { readonly reached: readonly string[] };
  return reached;
}
