/** What of the page itself is open: dialogs, the side's tabs, a file, passing words. Data of the work is in the store. */
import { createSignal } from "solid-js";
import { setPref } from "./prefs.ts";

export type SideTab = "fleet" | "changes" | "files" | "terminal" | "details";
export type Dialog =
  | "palette"
  | "help"
  | "find"
  | "models"
  | "local"
  | "asks"
  | "export"
  | "timeline"
  | "retune"
  | "spawn";

export interface Toast {
  readonly id: number;
  readonly kind: "info" | "bad";
  readonly text: string;
  readonly hint?: string | undefined;
  /** One thing that can be done about it. */
  readonly action?: { readonly title: string; run(): void } | undefined;
}

export interface OpenFile {
  readonly path: string;
  readonly line?: number | undefined;
}

const [dialog, setDialog] = createSignal<Dialog>();
const [file, setFile] = createSignal<OpenFile>();
const [toasts, setToasts] = createSignal<readonly Toast[]>([]);
let toastCount = 0;

export { dialog, file, setDialog, toasts };

export function showTab(tab: SideTab): void {
  setPref("sideTab", tab);
  setPref("sideOpen", true);
}

/** Shows a file of the project in the side. */
export function openFile(path: string, line?: number): void {
  setFile({ path, line });
  showTab("files");
}

/** Back to the tree of files. */
export function closeFile(): void {
  setFile(undefined);
}

const toastMs = 6_000;

export function toast(kind: Toast["kind"], text: string, rest: Pick<Toast, "hint" | "action"> = {}): void {
  toastCount += 1;
  const id = toastCount;
  setToasts((all) => [...all, { id, kind, text, ...rest }].slice(-4));
  setTimeout(() => dismissToast(id), kind === "bad" || rest.action ? 2 * toastMs : toastMs);
}

export function dismissToast(id: number): void {
  setToasts((all) => all.filter((each) => each.id !== id));
}

/** Where weights are missing, that leads to where they are fetched. */
export function leadOn(error: unknown): void {
  if ((error as { code?: string }).code === "missing_weights") setDialog("local");
}

/** Tells of what a request was refused for. */
export function toastError(error: unknown): void {
  const { message, hint } = error as { message?: string; hint?: string };
  leadOn(error);
  toast("bad", message ?? String(error), { hint });
}
