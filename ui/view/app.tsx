/** The frame of the page: sessions, conversation, side; and what lies over all of it. */
import { onCleanup, Show } from "solid-js";
import { handleKey, useActions } from "../state/actions.ts";
import { useStore } from "../state/context.ts";
import { focusComposer } from "../state/fill.ts";
import { prefs, setPref } from "../state/prefs.ts";
import { followRoute } from "../state/route.ts";
import { setDialog } from "../state/shell.ts";
import { useTheme } from "../state/theme.ts";
import { Conversation } from "./conversation.tsx";
import { Notify } from "./notify.tsx";
import { Overlays } from "./overlays.tsx";
import { Side, useTabActions } from "./side.tsx";
import { Sidebar } from "./sidebar.tsx";

export function App() {
  const store = useStore();
  followRoute(store);
  useTheme();
  useTabActions();
  const onKey = (event: KeyboardEvent) => void handleKey(event);
  window.addEventListener("keydown", onKey);
  onCleanup(() => window.removeEventListener("keydown", onKey));
  useActions([
    { id: "palette", title: "Command palette", group: "Go to", keys: "mod+k", run: () => setDialog("palette") },
    { id: "help", title: "Keyboard help", group: "Help", keys: "?", run: () => setDialog("help") },
    {
      id: "session.new",
      title: "New session",
      group: "Session",
      keys: "alt+n",
      inFields: true,
      run: () => store.openSession(undefined),
    },
    {
      id: "view.sidebar",
      title: "Show or hide the sessions",
      group: "View",
      keys: "mod+b",
      run: () => setPref("sidebarOpen", !prefs().sidebarOpen),
    },
    {
      id: "view.side",
      title: "Show or hide the side",
      group: "View",
      keys: "mod+j",
      run: () => setPref("sideOpen", !prefs().sideOpen),
    },
    { id: "theme.dark", title: "Dark theme", group: "View", keys: "alt+shift+d", run: () => setPref("theme", "dark") },
    {
      id: "theme.light",
      title: "Light theme",
      group: "View",
      keys: "alt+shift+b",
      run: () => setPref("theme", "light"),
    },
    {
      id: "theme.system",
      title: "The system's theme",
      group: "View",
      keys: "alt+shift+y",
      run: () => setPref("theme", "system"),
    },
  ]);
  return (
    <div
      class="frame"
      classList={{ "no-sidebar": !prefs().sidebarOpen, "no-side": !prefs().sideOpen }}
      style={{ "--sidebar": `${prefs().sidebar}px`, "--side": `${prefs().side}px` }}
    >
      <button type="button" class="skip" onClick={focusComposer}>
        Skip to the message
      </button>
      <Show when={prefs().sidebarOpen}>
        <Sidebar />
      </Show>
      <Conversation />
      <Show when={prefs().sideOpen}>
        <Side />
      </Show>
      <Notify />
      <Overlays />
    </div>
  );
}
