/** What can be done with an agent of the tree: its menu, and the keys on its row. */
import type { AgentCard } from "../../server/protocol.ts";
import { shownKeys } from "../state/actions.ts";
import {
  askRetune,
  askSpawn,
  detachTools,
  haltAgent,
  killTools,
  messageAgent,
  showAgent,
  tell,
} from "../state/fleet-actions.ts";
import type { Store } from "../state/store.ts";
import { groupOf } from "../state/tree.ts";
import type { MenuItem } from "./menu.tsx";

export interface Deed extends MenuItem {
  /** As `keysOf` writes them; empty for none. */
  readonly pressed: string;
}

export function deedsFor(store: Store, card: AgentCard): readonly Deed[] {
  const { label } = card;
  const open = deed("Open", "agent", "enter", () => showAgent(store, label));
  if (card.ended || store.isReplay) return [open];
  return [
    open,
    deed("Message", "send", "mod+enter", () => messageAgent(store, label)),
    ...stopsFor(store, card),
    deed("Retune …", "settings", "f2", () => askRetune(label)),
    deed("Spawn a child …", "plus", "insert", () => askSpawn(label)),
    deed("Shorten its conversation", "compact", "", () => tell(store, label, { type: "compact" })),
    { ...deed("Forget its conversation", "broom", "", () => tell(store, label, { type: "clear" })), isDangerous: true },
  ];
}

function stopsFor(store: Store, card: AgentCard): readonly Deed[] {
  const { label, running } = card;
  const group = groupOf(card);
  const halt = deed("Halt", "stop", "delete", () => haltAgent(store, label));
  const tools = [
    deed("Tools to the background", "background", "", () => detachTools(store, label)),
    deed("Stop its tools", "close", "shift+delete", () => killTools(store, label)),
  ];
  return [...(group === "working" || group === "waiting" ? [halt] : []), ...(running > 0 ? tools : [])];
}

function deed(title: string, icon: MenuItem["icon"], pressed: string, run: () => void): Deed {
  return { title, icon, pressed, run, ...(pressed === "" ? {} : { keys: shownKeys(pressed).join("+") }) };
}
