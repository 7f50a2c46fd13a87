/** In which form a session is to be saved. */
import { For } from "solid-js";
import type { ExportFormat } from "../../server/slash-command.ts";
import { useStore } from "../state/context.ts";
import { exportSession } from "../state/session-actions.ts";
import { setDialog } from "../state/shell.ts";
import { Dialog } from "./dialog.tsx";
import { Icon, type IconName } from "./icon.tsx";

const formats: readonly {
  readonly format: ExportFormat;
  readonly icon: IconName;
  readonly title: string;
  readonly help: string;
}[] = [
  {
    format: "markdown",
    icon: "file",
    title: "Markdown",
    help: "To read, quote or paste: who said what, tool calls folded away.",
  },
  { format: "json", icon: "list", title: "JSON", help: "For programs: every event as the session keeps it." },
  {
    format: "html",
    icon: "play",
    title: "A page",
    help: "One file that opens offline: the conversation as it is here, with a replay.",
  },
];

export function Export() {
  const store = useStore();
  const save = (format: ExportFormat) => {
    const id = store.session;
    setDialog(undefined);
    if (id !== undefined) void exportSession(id, format);
  };
  return (
    <Dialog title="Export the session" class="export">
      <p class="dim small">
        Keys that are set where sagent runs are left out. What the conversation itself tells is in it.
      </p>
      <ul class="choice-list">
        <For each={formats}>
          {({ format, icon, title, help }, index) => (
            <li>
              <button type="button" class="choice" autofocus={index() === 0} onClick={() => save(format)}>
                <Icon name={icon} />
                <span class="grow">
                  <span class="choice-title">{title}</span>
                  <span class="dim small">{help}</span>
                </span>
                <Icon name="download" class="dim" />
              </button>
            </li>
          )}
        </For>
      </ul>
    </Dialog>
  );
}
