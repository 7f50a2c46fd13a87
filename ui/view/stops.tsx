/** What can be done with the shown agent and its session as a whole: stop it, stop all, and the way to the dialogs. */
import { createMemo, For, Show } from "solid-js";
import { useActions } from "../state/actions.ts";
import { useStore } from "../state/context.ts";
import { setDialog, toastError } from "../state/shell.ts";
import { isAtWork } from "../state/state-words.ts";
import { Icon } from "./icon.tsx";
import { Popover } from "./popover.tsx";

/** Stops the shown agent, and all of them where others work. */
export function Stops() {
  const store = useStore();
  const card = () => store.fleet?.cards.get(store.agent ?? "");
  const working = createMemo(() => [...(store.fleet?.cards.values() ?? [])].filter(isAtWork));
  const isShown = () => working().some(({ label }) => label === store.agent);
  const stop = () => void store.command(card()?.label ?? "", { type: "halt" }).catch(toastError);
  const stopAll = () => {
    for (const type of ["halt", "kill"] as const) {
      const command = type === "halt" ? { type } : { type, call: "all" as const };
      store.command("*", command).catch(toastError);
    }
  };
  useActions([
    {
      id: "agent.stopAll",
      keys: "alt+shift+s",
      title: "Stop all agents and their tools",
      group: "Agent",
      enabled: () => working().length > 0,
      run: stopAll,
    },
  ]);
  return (
    <>
      <Show when={isShown()}>
        <button type="button" class="stop outlined" title="Stop this agent; running tools go on" onClick={stop}>
          <Icon name="stop" />
          <span>Stop</span>
        </button>
      </Show>
      <Show when={working().length > (isShown() ? 1 : 0)}>
        <button type="button" class="stop outlined" title="Stop all agents and end their tools" onClick={stopAll}>
          <Icon name="stop" />
          <span>Stop all {working().length}</span>
        </button>
      </Show>
    </>
  );
}

const places = [
  { title: "Find in the transcript", dialog: "find" },
  { title: "Timeline", dialog: "timeline" },
  { title: "Export the session", dialog: "export" },
  { title: "Change the model", dialog: "models" },
] as const;

export function Menu() {
  return (
    <Popover label="More of this session" face={<Icon name="more" />} class="icon-button" width={220}>
      {(close) => (
        <div class="popover-menu">
          <For each={places}>
            {({ title, dialog }) => (
              <button
                type="button"
                onClick={() => {
                  close();
                  setDialog(dialog);
                }}
              >
                {title}
              </button>
            )}
          </For>
        </div>
      )}
    </Popover>
  );
}
