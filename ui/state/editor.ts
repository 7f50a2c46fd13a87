/** Opens files in the person's editor. */
import type { EditorOpening } from "../../server/file-types.ts";
import { sendJson } from "./api.ts";
import { toast, toastError } from "./shell.ts";
import type { Store } from "./store.ts";
import { runInTerminal } from "./terminals.ts";

/** An editor without windows is run in a terminal of the page. */
export async function openInEditor(store: Store, path: string, line?: number): Promise<void> {
  try {
    const opening = await sendJson<EditorOpening>("POST", "/api/editor", { path, line });
    if (opening.type === "opened") toast("info", `Opened in ${opening.editor}.`);
    else if (store.session !== undefined) await runInTerminal(store, opening.command);
    else toast("info", `Run this in a terminal: ${opening.command}`);
  } catch (error) {
    toastError(error);
  }
}
