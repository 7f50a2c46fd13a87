/** What is done with whole sessions. Each tells of its own failure. */
import { createSignal } from "solid-js";
import type { MessageId } from "../../agent/message.ts";
import type { SessionRow } from "../../server/protocol.ts";
import type { ExportFormat } from "../../server/slash-command.ts";
import { getBlob, sendJson } from "./api.ts";
import { plural } from "./format.ts";
import { type Pending, pendingRows, titleOf } from "./session-list.ts";
import { toast, toastError } from "./shell.ts";
import type { Store } from "./store.ts";

const none: Pending = { removed: new Set(), titles: new Map() };
const [pending, setPending] = createSignal(none);
/** The session whose title is being written. */
const [renaming, setRenaming] = createSignal<string>();

export { renaming, setRenaming };

/** The sessions as they will be once the server has done what it was asked for; undefined until they are told. */
export function sessionRows({ sessions }: Pick<Store, "sessions">): readonly SessionRow[] | undefined {
  return sessions && pendingRows(sessions, pending());
}

const pathOf = (id: string) => `/api/sessions/${id}`;

/** Names a session; an empty title gives it back its first prompt. */
export async function renameSession(id: string, title: string): Promise<void> {
  setRemembered({ titles: new Map(pending().titles).set(id, title) });
  try {
    await sendJson("PATCH", pathOf(id), { title });
    setTimeout(() => forgetTitle(id), settleMs);
  } catch (error) {
    forgetTitle(id);
    toastError(error);
  }
}

/** The server tells of a change within this time. */
const settleMs = 1_000;

function setRemembered(change: Partial<Pending>): void {
  setPending((all) => ({ ...all, ...change }));
}

function forgetTitle(id: string): void {
  setRemembered({ titles: new Map([...pending().titles].filter(([each]) => each !== id)) });
}

function setRemoved(id: string, isRemoved: boolean): void {
  const others = [...pending().removed].filter((each) => each !== id);
  setRemembered({ removed: new Set(isRemoved ? [...others, id] : others) });
}

/** Throws a session away; for a while a toast takes it back. */
export async function removeSession(store: Store, id: string): Promise<void> {
  const row = store.sessions?.find((each) => each.id === id);
  const wasShown = store.session === id;
  setRemoved(id, true);
  // Who still follows it would have it loaded again.
  if (wasShown) store.openSession(undefined);
  try {
    await sendJson("DELETE", pathOf(id));
    const undo = () => void restoreSession(store, id, wasShown);
    toast("info", `Deleted “${titleOf(row ?? { title: "" })}”.`, { action: { title: "Undo", run: undo } });
  } catch (error) {
    setRemoved(id, false);
    if (wasShown) store.openSession(id);
    toastError(error);
  }
}

async function restoreSession(store: Store, id: string, show: boolean): Promise<void> {
  try {
    await sendJson("POST", `${pathOf(id)}/restore`);
    setRemoved(id, false);
    if (show) store.openSession(id);
  } catch (error) {
    toastError(error);
  }
}

/** Makes a session of the conversation up to a message, and shows it. */
export function forkFrom(store: Store, upTo: MessageId): Promise<void> {
  const { session, agent } = store;
  if (session === undefined) return Promise.resolve();
  const said = "This is a new session with the conversation up to that message. The other one is as it was.";
  return fork(store, session, { upTo, ...(agent === undefined ? {} : { agent }) }, said);
}

/** Makes a session of all of another one's conversation, and shows it. */
export function forkSession(store: Store, id: string): Promise<void> {
  return fork(store, id, {}, "This is a copy of the conversation. The other session is as it was.");
}

async function fork(
  store: Store,
  id: string,
  from: { readonly upTo?: MessageId; readonly agent?: string },
  said: string,
): Promise<void> {
  try {
    const made = await sendJson<{ session: string }>("POST", `${pathOf(id)}/fork`, from);
    store.openSession(made.session);
    toast("info", said, { action: { title: "Go back", run: () => store.openSession(id) } });
  } catch (error) {
    toastError(error);
  }
}

/** Takes back what a call of the agent that is shown did to files. */
export async function undoCall({ session, agent }: Store, call: string): Promise<void> {
  if (session === undefined || agent === undefined) return;
  try {
    const { paths } = await sendJson<{ paths: readonly string[] }>("POST", `${pathOf(session)}/undo`, { agent, call });
    toast("info", `Taken back: ${paths.length === 1 ? paths[0] : plural(paths.length, "file")}.`);
  } catch (error) {
    toastError(error);
  }
}

/** Saves a session as a file of the person's. */
export async function exportSession(id: string, format: ExportFormat): Promise<void> {
  try {
    const { blob, name } = await getBlob(`${pathOf(id)}/export`, { format });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name ?? `session-${id}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), settleMs);
    toast("info", `Saved as ${link.download}.`);
  } catch (error) {
    toastError(error);
  }
}

/** The address of a session, or of an agent of it, for who has access to this server. */
export async function copyLink(id: string, agent?: string): Promise<void> {
  try {
    const place = agent === undefined ? id : `${id}/${encodeURIComponent(agent)}`;
    await navigator.clipboard.writeText(new URL(`/#${place}`, location.href).href);
    toast("info", "The link is copied.");
  } catch (error) {
    toastError(error);
  }
}

/** Has the list told anew: other processes may have done something to it. */
export function refreshSessions(): void {
  // Without a connection there is none to be told; it is told with the next one.
  sendJson("POST", "/api/sessions/refresh").catch(() => {});
}

/** Shows a session, unless another process writes it. */
export function openSession(store: Store, id: string): void {
  const row = store.sessions?.find((each) => each.id === id);
  if (row?.state !== "held") return store.openSession(id);
  toast("bad", "Another process of sagent has this session open, and only one may write it.", {
    hint: "End it there to go on here, or work on a copy.",
    action: { title: "Fork it", run: () => void forkSession(store, id) },
  });
}
