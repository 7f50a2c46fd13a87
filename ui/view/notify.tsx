/** Tells a person who looks elsewhere: by the title, by the browser, and for a screen reader by one polite sentence. */
import { createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import type { SessionRow } from "../../server/protocol.ts";
import { useActions } from "../state/actions.ts";
import { useStore } from "../state/context.ts";
import { type Notice, noticesOf, pageTitle, workingSince } from "../state/notices.ts";
import { prefs, setPref } from "../state/prefs.ts";
import { toast } from "../state/shell.ts";
import type { ToldFrame } from "../state/store.ts";

export function Notify() {
  const store = useStore();
  const [spoken, setSpoken] = createSignal("");
  /** What came last while the page was not in sight. */
  const [missed, setMissed] = createSignal<Notice["kind"]>();
  let since: ReadonlyMap<string, number> = new Map();
  createEffect(() => {
    document.title = pageTitle(store.sessions ?? [], store.hello?.project ?? "", missed());
  });
  const onSight = () => document.hidden || setMissed(undefined);
  document.addEventListener("visibilitychange", onSight);
  onCleanup(() => document.removeEventListener("visibilitychange", onSight));
  createEffect(
    on(
      () => store.sessions,
      (rows, before) => {
        if (before && rows) tell(noticesOf(before, rows, since, Date.now()));
        since = workingSince(since, rows ?? [], Date.now());
      },
    ),
  );
  const tell = (notices: readonly Notice[]) => {
    for (const notice of notices) {
      setSpoken(notice.text);
      if (document.hidden) {
        setMissed(notice.kind);
        show(notice);
      } else if (notice.kind === "waiting" && notice.session !== store.session) lead(notice);
    }
  };
  createEffect(
    on(
      () => store.told,
      (told) => told && hear(told),
      { defer: true },
    ),
  );
  /** In sight it is a toast; out of sight the browser says it, where the desktop before which the person sits does not. */
  const hear = ({ session, title, text, desktop }: ToldFrame) => {
    const open = { title: "Open", run: () => store.openSession(session) };
    toast("info", `${title}: ${text}`, session === store.session ? {} : { action: open });
    setSpoken(`${title}: ${text}`);
    if (!document.hidden) return;
    setMissed("waiting");
    if (!(desktop && isHere)) show({ session, kind: "waiting", title, text });
  };
  const lead = ({ session, text }: Notice) =>
    toast("info", text, { action: { title: "Open", run: () => store.openSession(session) } });
  const show = ({ session, title, text }: Notice) => {
    if (!prefs().notify || globalThis.Notification?.permission !== "granted") return;
    const shown = new Notification(title, { body: text, tag: session });
    shown.onclick = () => {
      window.focus();
      store.openSession(session);
      shown.close();
    };
  };
  const state = createMemo(() => store.sessions?.find(({ id }) => id === store.session)?.state);
  createEffect(on(state, (now, was) => setSpoken(was === undefined ? "" : (sentences[now ?? "saved"] ?? ""))));
  useNotifyActions();
  return (
    <div class="hidden-label" role="status" aria-live="polite">
      {spoken()}
    </div>
  );
}

function useNotifyActions(): void {
  useActions([
    {
      id: "notify.on",
      title: "Notify me when work is done, blocked or failed",
      group: "View",
      keys: "alt+shift+n",
      run: askLeave,
    },
    {
      id: "notify.off",
      title: "Stop notifying me",
      keys: "alt+shift+o",
      group: "View",
      enabled: () => prefs().notify,
      run: () => setPref("notify", false),
    },
  ]);
}

/** Whether the agents run on the machine that the person sits at. */
const isHere = /^(?:localhost|127\.|\[::1\])/.test(location.hostname);

const sentences: Readonly<Partial<Record<SessionRow["state"], string>>> = {
  working: "At work.",
  waiting: "Waits for you.",
  failed: "The work has failed.",
  idle: "The work is done.",
};

/** Only at the person's wish does the browser ask. */
async function askLeave(): Promise<void> {
  const answer = await globalThis.Notification?.requestPermission();
  setPref("notify", answer === "granted");
  if (answer === "granted") toast("info", "You are told when this page is not in sight.");
  else
    toast("bad", "The browser does not let this page notify you.", {
      hint: "Allow it in the browser's settings for this address.",
    });
}
