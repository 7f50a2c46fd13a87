/** What can be done with sessions from anywhere on the page. */
import { onCleanup } from "solid-js";
import { type Action, useActions } from "../state/actions.ts";
import { useStore } from "../state/context.ts";
import { setInnerText } from "../state/find.ts";
import { setPref } from "../state/prefs.ts";
import {
  copyLink,
  forkSession,
  openSession,
  refreshSessions,
  removeSession,
  sessionRows,
  setRenaming,
} from "../state/session-actions.ts";
import { setDialog } from "../state/shell.ts";
import type { Store } from "../state/store.ts";

export function useSessionActions(): void {
  const store = useStore();
  useActions([...ofSession(store), ...toSessions(store)]);
  window.addEventListener("focus", refreshSessions);
  onCleanup(() => window.removeEventListener("focus", refreshSessions));
}

function ofSession(store: Store): readonly Action[] {
  const enabled = () => store.session !== undefined;
  const withSession = (act: (id: string) => void) => () => {
    if (store.session !== undefined) act(store.session);
  };
  const group = "Session";
  return [
    {
      id: "session.rename",
      title: "Rename the session",
      group,
      keys: "f2",
      enabled,
      run: withSession((id) => {
        setPref("sidebarOpen", true);
        setRenaming(id);
      }),
    },
    {
      id: "session.fork",
      keys: "alt+shift+f",
      title: "Fork the session",
      group,
      enabled,
      run: withSession((id) => void forkSession(store, id)),
    },
    {
      id: "session.export",
      title: "Export the session",
      group,
      keys: "alt+shift+e",
      enabled,
      run: () => setDialog("export"),
    },
    {
      id: "session.link",
      keys: "alt+shift+l",
      title: "Copy the link to the session",
      group,
      enabled,
      run: withSession((id) => void copyLink(id)),
    },
    {
      id: "session.delete",
      keys: "alt+shift+delete",
      title: "Delete the session",
      group,
      enabled,
      run: withSession((id) => void removeSession(store, id)),
    },
  ];
}

function toSessions(store: Store): readonly Action[] {
  const stepTo = (by: 1 | -1) => () => {
    const rows = sessionRows(store) ?? [];
    const at = rows.findIndex(({ id }) => id === store.session);
    const row = rows[at < 0 ? 0 : at + by];
    if (row) openSession(store, row.id);
  };
  return [
    {
      id: "session.older",
      title: "Next older session",
      group: "Go to",
      keys: "alt+shift+arrowdown",
      inFields: true,
      run: stepTo(1),
    },
    {
      id: "session.newer",
      title: "Next newer session",
      group: "Go to",
      keys: "alt+shift+arrowup",
      inFields: true,
      run: stepTo(-1),
    },
    {
      id: "find.all",
      title: "Find in all sessions",
      group: "Go to",
      keys: "mod+shift+f",
      run: () => setDialog("find"),
    },
    {
      id: "find.here",
      title: "Find in this conversation",
      group: "Go to",
      keys: "mod+f",
      enabled: () => store.session !== undefined,
      run: () => setInnerText((text) => text ?? ""),
    },
  ];
}
