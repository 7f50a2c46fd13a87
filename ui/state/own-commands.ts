/** The commands that the project, plug-ins and the person wrote, as the server last told them. */
import { createSignal } from "solid-js";
import type { CommandRow } from "../../server/api.ts";
import { getJson } from "./api.ts";
import type { Store } from "./store.ts";

const [commands, setCommands] = createSignal<readonly CommandRow[]>([]);

export const ownCommands = commands;

/** Asks for them again; where nobody answers they are as before. */
export async function loadOwnCommands({ session }: Pick<Store, "session">): Promise<readonly CommandRow[]> {
  const rows = await getJson<readonly CommandRow[]>("/api/commands", session === undefined ? {} : { session }).catch(
    () => undefined,
  );
  if (rows) setCommands(rows);
  return commands();
}
