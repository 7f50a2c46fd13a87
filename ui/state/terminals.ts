/** The session's terminals: which one is shown, and what is done with them. */
import { createEffect, createSignal } from "solid-js";
import type { TerminalRow } from "../../server/protocol.ts";
import { plain } from "./plain.ts";
import { showTab, toast, toastError } from "./shell.ts";
import type { Store } from "./store.ts";

const [chosen, setChosen] = createSignal<string>();
const [focusAsked, setFocusAsked] = createSignal(false);

export { focusAsked, setFocusAsked };

export interface NamedTerminal {
  readonly id: string;
  readonly name: string;
  readonly hasEnded: boolean;
}

/** What programs call their terminals, by id; of those that were shown here. */
export type Titles = ReadonlyMap<string, string>;

const [titles, setTitles] = createSignal<Titles>(new Map());

export { titles };

const maxTitle = 60;

/** Takes a title as a program wrote it. */
export function noteTitle(id: string, title: string): void {
  setTitles((all) => new Map(all).set(id, plain(title).trim().slice(0, maxTitle)));
}

/** Names that tell terminals of the same title, or of none and the same shell, apart: `bash`, `bash 2`. */
export function namedTerminals(rows: readonly TerminalRow[], titles: Titles): NamedTerminal[] {
  const counts = new Map<string, number>();
  return rows.map(({ id, title: shell, exitCode }) => {
    const title = titles.get(id) || shell;
    const count = (counts.get(title) ?? 0) + 1;
    counts.set(title, count);
    return { id, name: count === 1 ? title : `${title} ${count}`, hasEnded: exitCode !== undefined };
  });
}

/** The one that was chosen, or else the newest. */
export function shownTerminal(store: Store): TerminalRow | undefined {
  const rows = store.fleet?.terminals ?? [];
  return rows.find(({ id }) => id === chosen()) ?? rows.at(-1);
}

export function chooseTerminal(id: string): void {
  setChosen(id);
  setFocusAsked(true);
}

/** Shows the terminals and goes to the one that is shown. */
export function goToTerminal(): void {
  setFocusAsked(true);
  showTab("terminal");
}

/** What a shell begins with; its screen gives it the right size at once. */
const firstSize = { cols: 80, rows: 24 };

/** Starts a shell and shows it; resolves to its id, to undefined where it could not be. */
export async function newTerminal(store: Store): Promise<string | undefined> {
  const { session } = store;
  if (session === undefined) return undefined;
  try {
    const made = await store.request({ type: "terminalOpen", session, ...firstSize });
    const { terminal } = made as { terminal: string };
    chooseTerminal(terminal);
    return terminal;
  } catch (error) {
    toastError(error);
    return undefined;
  }
}

/** Ends a shell and all that it started. */
export function closeTerminal(store: Store, terminal: string): void {
  store.send({ type: "terminalClose", terminal });
}

/** Runs a command in a shell of its own. */
export async function runInTerminal(store: Store, command: string): Promise<void> {
  const terminal = await newTerminal(store);
  if (terminal === undefined) return;
  showTab("terminal");
  store.send({ type: "terminalInput", terminal, data: `${command}\r` });
}

const maxInput = 1024 * 1024;
/** Keys that wait longer were meant for what stood there then. */
const heldMs = 5_000;

export interface Typing {
  type(data: string): void;
  /** The connection stands again. */
  goOn(): void;
}

/** Sends what is typed, and what is typed during a short cut when that is over. */
export function makeTyping(send: (data: string) => void, isOpen: () => boolean, now = Date.now): Typing {
  let held = "";
  let heldSince = 0;
  return {
    type(data) {
      if (isOpen()) return send(data);
      if (held === "") heldSince = now();
      if (held.length + data.length <= maxInput) held += data;
    },
    goOn() {
      if (held !== "" && now() - heldSince < heldMs) send(held);
      held = "";
    },
  };
}

/** Types into a shell while the calling component is there. */
export function createTyping(store: Store, terminal: string): (data: string) => void {
  const send = (data: string) => store.send({ type: "terminalInput", terminal, data });
  const typing = makeTyping(send, () => store.link === "open");
  createEffect(() => store.link === "open" && typing.goOn());
  return (data) => {
    if (data.length <= maxInput) return typing.type(data);
    toast("bad", "This is too long to paste; nothing was pasted.", { hint: "Save it as a file of the project." });
  };
}

const ackUnits = 16 * 1024;

/** Takes lengths as they are shown, and tells of them in bigger sums: what is left is far less than the server's window. */
export function ackInSums(tell: (units: number) => void): (units: number) => void {
  let sum = 0;
  return (units) => {
    sum += units;
    if (sum < ackUnits) return;
    tell(sum);
    sum = 0;
  };
}

/** Offers to open a link that a program wrote, and says where it leads; only the web's own addresses. */
export function offerLink(uri: string): void {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return;
  // In a page that knows nothing of this one.
  const open = () => void window.open(url.href, "_blank", "noopener,noreferrer");
  toast("info", `This leads to ${url.host}.`, { hint: url.href.slice(0, 200), action: { title: "Open", run: open } });
}
