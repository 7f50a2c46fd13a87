/** Stands in for the store where a recording is shown: the same signals, and nothing that can be said. */
import { batch, createSignal } from "solid-js";
import type { FleetView } from "./fleet.ts";
import { emptyView, type Recording, Replay, type Scene } from "./recording.ts";
import type { Store } from "./store.ts";
import { createTranscript, type Transcript } from "./transcript.ts";

export interface ReplayStore extends Store {
  readonly replay: Replay;
  /** Index in `replay.stops` of the moment that is shown. */
  readonly stop: number;
  /** Shows another moment; beyond the ends is the end. */
  goTo(stop: number): void;
}

const refused = { message: "This is a recording; nothing can be said in it." };

/** Begins at the end. */
export function createReplayStore(recording: Recording): ReplayStore {
  const { id } = recording.session;
  const replay = new Replay(recording);
  const last = replay.stops.length - 1;
  const [stop, setStop] = createSignal(last);
  const [scene, setScene] = createSignal<Scene>(replay.at(replay.stops[last] ?? 0));
  const [agent, setAgent] = createSignal(replay.root);
  const [transcript, setTranscript] = createSignal<Transcript>(shownOf(replay.root));

  function shownOf(label: string): Transcript {
    const made = createTranscript(id, label);
    made.set(viewOf(label));
    return made;
  }
  function viewOf(label: string) {
    return scene().get(label) ?? emptyView(id, label, label, recording.session.createdAt ?? 0);
  }
  const refuse = () => Promise.reject(refused);
  return {
    replay,
    get stop() {
      return stop();
    },
    goTo(wanted) {
      const to = Math.max(0, Math.min(last, wanted));
      batch(() => {
        setStop(to);
        setScene(replay.at(replay.stops[to] ?? 0));
        transcript().set(viewOf(agent()));
      });
    },
    openAgent(label) {
      if (label === agent()) return;
      batch(() => {
        setAgent(label);
        setTranscript(shownOf(label));
      });
    },
    get agent() {
      return agent();
    },
    told: undefined,
    get transcript() {
      return transcript();
    },
    get fleet() {
      return fleetOf(id, replay.root, scene());
    },
    isReplay: true,
    link: "open",
    hello: undefined,
    sessions: undefined,
    session: id,
    meter: undefined,
    local: new Map(),
    problem: undefined,
    openSession() {},
    send() {},
    request: refuse,
    command: refuse,
    older() {},
    onTerminal: () => () => {},
    [Symbol.dispose]() {},
  };
}

function fleetOf(session: string, root: string, scene: Scene): FleetView {
  const cards = new Map([...scene].map(([label, { card }]) => [label, card]));
  return { session, root, cards, asks: [], passing: [], spans: [], terminals: [] };
}
