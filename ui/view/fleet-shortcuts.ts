/** What can be done with the fleet from anywhere on the page. */
import { type Action, useActions } from "../state/actions.ts";
import { useStore } from "../state/context.ts";
import { askRetune, askSpawn } from "../state/fleet-actions.ts";
import { setDialog, showTab } from "../state/shell.ts";

export function useFleetActions(): void {
  const store = useStore();
  const enabled = () => store.fleet !== undefined;
  const shown = () => store.agent ?? store.fleet?.root ?? "";
  const actions: readonly Action[] = [
    { id: "fleet.go", title: "Go to the tree of agents", group: "Go to", keys: "alt+g", enabled, run: focusTree },
    { id: "timeline", title: "Timeline", group: "View", keys: "alt+t", enabled, run: () => setDialog("timeline") },
    {
      id: "agent.retune",
      title: "Retune the agent",
      group: "Agent",
      keys: "alt+r",
      enabled,
      run: () => askRetune(shown()),
    },
    {
      id: "agent.spawn",
      title: "Spawn an agent",
      group: "Agent",
      keys: "alt+p",
      enabled,
      run: () => askSpawn(shown()),
    },
  ];
  useActions(actions);
}

/** The side may first have to be opened, and its tab loaded. */
function focusTree(): void {
  showTab("fleet");
  let frames = 60;
  const look = () => {
    const tree = document.querySelector<HTMLElement>(".fleet-tree");
    frames -= 1;
    if (tree) tree.focus();
    else if (frames > 0) requestAnimationFrame(look);
  };
  look();
}
