/** The session's terminals: which one is shown, and what is done with them. */
import { createSignal } from "solid-js";
import type { TerminalRow } from "../../server/protocol.ts";
import { showTab, toast, toastError } from "./shell.ts";
import type { Store } from "./store.ts";

const [chosen, setChosen] = createSignal<string>();
const [focusAsked, setFocusAsked] = createSignal(false);

export { focusAsked, setFocusAsked };

export interface NamedTerminal {
  readonly id: string;
  readonly name: string;
}

/** Names that tell terminals of the same shell apart: `bash`, `bash 2`. */
export function namedTerminals(rows: readonly TerminalRow[]): NamedTerminal[] {
  const counts = new Map<string, number>();
  return rows.map(({ id, title }) => {
    const count = (counts.get(title) ?? 0) + 1;
    counts.set(title, count);
    return { id, name: count === 1 ? title : `${title} ${count}` };
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

/** Types into a shell; more at once than it takes is refused as a whole. */
export function typeInto(store: Store, terminal: string, data: string): void {
  if (data.length > maxInput) {
    toast("bad", "This is too long to paste; nothing was pasted.", { hint: "Save it as a file of the project." });
  } else store.send({ type: "terminalInput", terminal, data });
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

/** Opens a link that a program wrote, in a page that knows nothing of this one; only the web's own addresses. */
export function openLink(uri: string): void {
  if (URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol)) window.open(uri, "_blank", "noopener,noreferrer");
}
