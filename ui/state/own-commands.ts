/** The commands that the project, plug-ins and the person wrote, as the server last told them. */
import { createSignal } from "solid-js";
import type { CommandRow } from "../../server/api.ts";
import { getJson } from "./api.ts";
import type { Store } from "./store.ts";

const [commands, setCommands] = createSignal<readonly CommandRow[]>([]);
let told: Promise<readonly CommandRow[]> | undefined;

export const ownCommands = commands;

/** Asks for them again; where nobody answers they are as before. */
export function loadOwnCommands({ session }: Pick<Store, "session">): Promise<readonly CommandRow[]> {
  told = getJson<readonly CommandRow[]>("/api/commands", session === undefined ? {} : { session }).then(
    (rows) => setCommands(rows),
    () => commands(),
  );
  return told;
}

/** What was asked for last, once it is there. */
export function knownOwnCommands(store: Pick<Store, "session">): Promise<readonly CommandRow[]> {
  return told ?? loadOwnCommands(store);
}
