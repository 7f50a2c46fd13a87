/** What the server knows of the agent that is shown beyond its events. */
import { createEffect, createSignal, on } from "solid-js";
import type { AgentFacts } from "../../server/api.ts";
import { getJson } from "./api.ts";
import type { Store } from "./store.ts";

/** To be made within a component. Undefined until told, and where it cannot be had. */
export function createAgentFacts(store: Store): () => AgentFacts | undefined {
  const [facts, setFacts] = createSignal<AgentFacts>();
  createEffect(
    on([() => store.session, () => store.agent], ([session, agent]) => {
      setFacts(undefined);
      if (session === undefined || agent === undefined || store.isReplay) return;
      const isCurrent = () => store.session === session && store.agent === agent;
      getJson<AgentFacts>(`/api/sessions/${session}/agents/${encodeURIComponent(agent)}`).then(
        (told) => isCurrent() && setFacts(told),
        () => {},
      );
    }),
  );
  return facts;
}
