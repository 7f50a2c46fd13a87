/** What a line that begins with `/` does: commands go to the agents, the rest the page does by itself. */
import type { Action, LocalOf } from "../../server/slash-command.ts";
import { loadOwnCommands } from "./own-commands.ts";
import { setPref } from "./prefs.ts";
import { exportSession, forkSession, openSession, renameSession } from "./session-actions.ts";
import { setDialog, showTab, toast } from "./shell.ts";
import type { Store } from "./store.ts";

type Local = LocalOf["page"];
/** What cannot be done is thrown as this. */
interface Refusal {
  readonly message: string;
  readonly hint?: string;
}

/** Rejects with what is wrong, as a `RequestError`. */
export async function perform(store: Store, action: Action<"page">): Promise<void> {
  switch (action.type) {
    case "error":
      throw refusal(action.text);
    case "command":
      await store.command(action.target ?? agentOf(store), action.command);
      return;
    case "own":
      await store.command(agentOf(store), { type: "prompt", text: action.line });
      return;
    default:
      return performLocal(store, action);
  }
}

async function performLocal(store: Store, action: Local): Promise<void> {
  switch (action.name) {
    case "new":
      return store.openSession(undefined);
    case "resume":
      return action.session === undefined ? setPref("sidebarOpen", true) : resume(store, action.session);
    case "fork":
      return forkSession(store, sessionOf(store));
    case "rename":
      return renameSession(sessionOf(store), action.title);
    case "export":
      return exportSession(sessionOf(store), action.format);
    case "theme":
      return setPref("theme", action.theme);
    case "reload":
      return reload(store);
    case "help":
      return void setDialog("help");
    case "model":
      return void setDialog("models");
    case "agents":
      return showTab("fleet");
    case "cost":
      return showTab("details");
    case "status":
      if (action.agent !== undefined) store.openAgent(living(store, action.agent));
      return showTab("details");
    case "spawn":
      return spawn(store, action);
  }
}

async function reload(store: Store): Promise<void> {
  const { text } = (await store.request({ type: "reload", session: sessionOf(store) })) as { text: string };
  toast("info", text);
  await loadOwnCommands(store);
}

/** A session by its id, or by what its title has in it, the newest first. */
function resume(store: Store, wanted: string): void {
  const words = wanted.toLowerCase();
  const rows = store.sessions ?? [];
  const row = rows.find(({ id }) => id === wanted) ?? rows.find(({ title }) => title.toLowerCase().includes(words));
  if (!row) throw refusal(`No session is “${wanted}”.`, "The list on the left has them all.");
  openSession(store, row.id);
}

async function spawn(store: Store, { label, text }: Extract<Local, { name: "spawn" }>): Promise<void> {
  await store.request({ type: "spawn", session: sessionOf(store), parent: agentOf(store), label, prompt: text });
  store.openAgent(label);
}

function living(store: Store, label: string): string {
  if (store.fleet?.cards.has(label)) return label;
  throw refusal(`There is no agent “${label}”.`, "The side's Fleet shows them.");
}

function sessionOf({ session }: Store): string {
  if (session === undefined) throw refusal("There is no session yet.", "Write what should be done; that begins one.");
  return session;
}

function agentOf({ agent }: Store): string {
  if (agent === undefined) throw refusal("There is no agent yet.", "Write what should be done; that begins a session.");
  return agent;
}

const refusal = (message: string, hint?: string): Refusal => ({ message, ...(hint === undefined ? {} : { hint }) });
