/** What a person does to agents from the tree: to one, to those that a pattern means, or to all. */
import { createSignal } from "solid-js";
import type { Command } from "../../agent/command.ts";
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

/** Shows an agent and leads the person to the field. */
export function messageAgent(store: Store, label: string): void {
  store.openAgent(label);
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(".composer textarea, .composer-box textarea")?.focus(),
  );
}
