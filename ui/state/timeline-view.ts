/** The timeline that a person looks at: what of the time is seen, and which bar is looked at. */
import { batch, createMemo, createSignal } from "solid-js";
import type { AgentCard, Span } from "../../server/protocol.ts";
import { getJson } from "./api.ts";
import { useNow } from "./now.ts";
import { onChange } from "./on-change.ts";
import { setDialog, toastError } from "./shell.ts";
import { isAtWork } from "./state-words.ts";
import type { Store } from "./store.ts";
import { joinSpans, type Lane, lanesOf, moved, ongoing, type Stretch, showing, wholeOf, zoomed } from "./timeline.ts";

export type TimelineView = ReturnType<typeof createTimeline>;

/** To be made within a component. */
export function createTimeline(store: Store) {
  const [asked, setAsked] = createSignal<readonly Span[]>([]);
  const [chosen, setChosen] = createSignal<Stretch>();
  const [width, setWidth] = createSignal(600);
  const [lane, setLane] = createSignal<string>();
  const [about, setAbout] = createSignal<Span>();
  const now = useNow();
  const cards = (): ReadonlyMap<string, AgentCard> => store.fleet?.cards ?? new Map();
  const isLive = createMemo(() => [...cards().values()].some(isAtWork));
  const spans = createMemo(() => joinSpans(asked(), store.fleet?.spans ?? []));
  const lanes = createMemo(() => lanesOf(cards(), spans()));
  const whole = createMemo(() => wholeOf(spans(), isLive() || spans().length === 0 ? now() : undefined));
  const seen = createMemo(() => chosen() ?? whole());

  /** The server remembers more than it tells everyone. */
  const load = () => {
    if (store.session === undefined || store.link !== "open") return;
    getJson<readonly Span[]>(`/api/sessions/${store.session}/spans`).then(setAsked, toastError);
  };
  load();
  onChange(() => store.link, load);

  const laneOf = (agent: string | undefined) => lanes().find((each) => each.agent === agent);
  const stepLane = (by: 1 | -1) => {
    const at = lanes().findIndex(({ agent }) => agent === lane());
    const next = lanes()[Math.max(0, Math.min(lanes().length - 1, at < 0 ? 0 : at + by))];
    batch(() => {
      setLane(next?.agent);
      setAbout(undefined);
    });
  };
  const stepSpan = (by: 1 | -1) => {
    const own = (laneOf(lane()) ?? lanes()[0])?.spans ?? [];
    const shown = about();
    const at = shown ? own.indexOf(shown) : -1;
    const next = at < 0 ? own.at(by > 0 ? 0 : -1) : own[at + by];
    if (next) look(next);
  };
  /** Goes to a bar. */
  function look(span: Span): void {
    batch(() => {
      setLane(span.agent);
      setAbout(span);
      const shown = showing(seen(), span, whole());
      if (shown !== seen()) setChosen(shown);
    });
  }
  return {
    ...{ lanes, whole, seen, spans, width, setWidth, lane, setLane, about, setAbout, isLive, now, look },
    barsOf: (of: Lane): readonly Span[] => {
      const more = isLive() ? ongoing(of, cards().get(of.agent), now()) : undefined;
      return more ? [...of.spans, more] : of.spans;
    },
    zoom: (factor: number, at = 0.5) => setChosen(zoomed(seen(), factor, at, whole())),
    /** Has a time at the left edge, as far as that goes. */
    moveTo: (at: number) => setChosen(moved(seen(), (at - seen().from) / (seen().to - seen().from), whole())),
    move: (share: number) => setChosen(moved(seen(), share, whole())),
    showAll: () => setChosen(undefined),
    stepLane,
    stepSpan,
    open(agent: string | undefined): void {
      if (agent === undefined) return;
      setDialog(undefined);
      store.openAgent(agent);
    },
  };
}
