/** The address names what is shown, `/#SESSION` or `/#SESSION/AGENT`, so that a reload or a shared link finds it again. */
import { createEffect, onCleanup } from "solid-js";
import type { Store } from "./store.ts";

export function followRoute(store: Store): void {
  const read = () => {
    const [session, agent] = decodeURIComponent(location.hash.slice(1)).split("/");
    store.openSession(session && /^[0-9a-f]{12}$/.test(session) ? session : undefined);
    const label = agent ?? store.fleet?.root;
    if (session && label) store.openAgent(label);
  };
  read();
  window.addEventListener("hashchange", read);
  onCleanup(() => window.removeEventListener("hashchange", read));
  createEffect(() => {
    const { session, agent, fleet } = store;
    const place = session === undefined ? "" : agent && agent !== fleet?.root ? `${session}/${agent}` : session;
    const now = decodeURIComponent(location.hash.slice(1));
    if (place !== now) history.pushState(null, "", place ? `#${place}` : location.pathname);
  });
}
