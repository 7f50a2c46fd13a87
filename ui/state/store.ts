/**
 * What the page knows, as signals. Views read from here and send through here; the rules are in `apply.ts` and `fleet.ts`.
 */
import { batch, createSignal, type Signal } from "solid-js";
import type { Command } from "../../agent/command.ts";
import type { LocalNews, Meter, ServerFrame, SessionRow } from "../../server/protocol.ts";
import { apply, fromSnapshot, hasGap, prepend } from "./apply.ts";
import { applyFleet, type FleetView, fromJoined } from "./fleet.ts";
import { PageModels } from "./page-models.ts";
import { type Link, type Patience, type Request, Socket } from "./socket.ts";
import { createTranscript, type Transcript } from "./transcript.ts";

export type Hello = Extract<ServerFrame, { type: "hello" }>;
export type TerminalFrame = Extract<ServerFrame, { type: "terminalData" | "terminalExit" }>;
export type ToldFrame = Extract<ServerFrame, { type: "told" }>;
type EventsFrame = Extract<ServerFrame, { type: "events" }>;
type Maybe<T> = Signal<T | undefined>;

/** What views need of it: a replay has it too. */
export type Store = Pick<LiveStore, keyof LiveStore>;

export class LiveStore implements Disposable {
  readonly #socket: Socket;
  readonly #link = createSignal<Link>("connecting");
  readonly #hello: Maybe<Hello> = createSignal();
  readonly #sessions: Maybe<readonly SessionRow[]> = createSignal();
  readonly #session: Maybe<string> = createSignal();
  readonly #fleet: Maybe<FleetView> = createSignal();
  readonly #agent: Maybe<string> = createSignal();
  readonly #transcript: Maybe<Transcript> = createSignal();
  readonly #meters = createSignal<ReadonlyMap<string, Meter>>(new Map());
  readonly #local = createSignal<ReadonlyMap<string, LocalNews>>(new Map());
  readonly #problem: Maybe<string> = createSignal();
  readonly #told: Maybe<ToldFrame> = createSignal();
  readonly #models = new PageModels((frame) => this.#socket.send(frame));
  readonly #terminals = new Set<(frame: TerminalFrame) => void>();

  /** Connects to the socket at `url`. */
  constructor(url: string, patience?: Patience) {
    const events = {
      link: this.#link[1],
      opened: () => {
        this.#follow();
        void this.#models.opened();
      },
      frame: (frame: ServerFrame) => batch(() => this.#take(frame)),
    };
    this.#socket = new Socket(url, events, patience);
  }

  /** Nothing can be said here: it is a recording. */
  get isReplay(): boolean {
    return false;
  }
  get link(): Link {
    return this.#link[0]();
  }
  get hello(): Hello | undefined {
    return this.#hello[0]();
  }
  /** Newest first; undefined until told. */
  get sessions(): readonly SessionRow[] | undefined {
    return this.#sessions[0]();
  }
  /** The session that is shown; undefined where a new one begins. */
  get session(): string | undefined {
    return this.#session[0]();
  }
  get fleet(): FleetView | undefined {
    return this.#fleet[0]();
  }
  /** The agent whose transcript is shown. */
  get agent(): string | undefined {
    return this.#agent[0]();
  }
  get transcript(): Transcript | undefined {
    return this.#transcript[0]();
  }
  /** Where its tokens and money stand. */
  get meter(): Meter | undefined {
    return this.#meters[0]().get(this.agent ?? "");
  }
  /** News of weights, by name. */
  get local(): ReadonlyMap<string, LocalNews> {
    return this.#local[0]();
  }
  /** Why the session cannot be shown. */
  get problem(): string | undefined {
    return this.#problem[0]();
  }

  /** Shows another session, or none: the place where a new one begins. */
  openSession(id: string | undefined): void {
    const before = this.session;
    if (id === before) return;
    if (before !== undefined) this.#socket.send({ type: "leave", session: before });
    batch(() => {
      this.#session[1](id);
      this.#fleet[1](undefined);
      this.#meters[1](new Map());
      this.#agent[1](undefined);
      this.#transcript[1](undefined);
      this.#problem[1](undefined);
    });
    this.#follow();
  }

  /** Shows an agent's transcript; the last one is let go. */
  openAgent(label: string): void {
    const { session, agent } = this;
    if (session === undefined || label === agent) return;
    if (agent !== undefined) this.#socket.send({ type: "unwatch", session, agent });
    batch(() => {
      this.#agent[1](label);
      this.#transcript[1](createTranscript(session, label));
    });
    this.#socket.send({ type: "watch", session, agent: label });
  }

  /** What an agent of any session wanted the person to know, as it came last. */
  get told(): ToldFrame | undefined {
    return this.#told[0]();
  }

  /** Sent if the connection stands; what must not be lost is a request. */
  send: Socket["send"] = (frame) => this.#socket.send(frame);

  /** Asks, across cuts, until there is an answer. Rejects with a `RequestError`. */
  request(request: Request): Promise<unknown> {
    return this.#socket.request(request);
  }

  /** Says something to the agents that `target` means; resolves once it is on the disk. */
  command(target: string, command: Command): Promise<unknown> {
    const { session } = this;
    if (session === undefined) return Promise.reject({ message: "No session is open." });
    return this.#socket.request({ type: "command", session, target, command });
  }

  /** Asks for what is before the transcript's beginning. */
  older(): void {
    const view = this.transcript?.view();
    if (!view || view.first === 0) return;
    this.#socket.send({ type: "older", session: view.session, agent: view.agent, before: view.first });
  }

  /** Hears every frame of every terminal until what it returns is called. */
  onTerminal(listener: (frame: TerminalFrame) => void): () => void {
    this.#terminals.add(listener);
    return () => this.#terminals.delete(listener);
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  /** Says what is followed, from where it stands. */
  #follow(): void {
    const { session, transcript } = this;
    if (session === undefined) return;
    this.#socket.send({ type: "join", session });
    if (!transcript) return;
    const { epoch, seq } = transcript.view() ?? {};
    const from = epoch === undefined || seq === undefined ? {} : { epoch, seq };
    this.#socket.send({ type: "watch", session, agent: transcript.agent, ...from });
  }

  #take(frame: ServerFrame): void {
    switch (frame.type) {
      case "pong":
        return;
      case "hello":
        return void this.#hello[1](frame);
      case "sessions":
        return void this.#sessions[1](frame.rows);
      case "joined":
        if (frame.session !== this.session) return;
        this.#fleet[1]((before) => fromJoined(frame, before));
        return this.agent === undefined ? this.openAgent(frame.root) : undefined;
      case "fleet":
      case "terminals":
        return void this.#fleet[1]((view) => view && applyFleet(view, frame));
      case "meter":
        return void this.#meters[1]((all) => new Map(all).set(frame.agent, frame.meter));
      case "terminalData":
      case "terminalExit":
        for (const listener of this.#terminals) listener(frame);
        return;
      case "local":
        return void this.#local[1]((all) => new Map(all).set(frame.news.name, frame.news));
      case "models":
        return this.#models.take(frame);
      case "told":
        return void this.#told[1](frame);
      case "unloaded":
        return frame.session === this.session ? this.#follow() : undefined;
      case "done":
        if (frame.error && frame.key === `join:${this.session}`) this.#problem[1](frame.error.message);
        return;
      default:
        return this.#takeTranscript(frame);
    }
  }

  #takeTranscript(frame: Extract<ServerFrame, { type: "snapshot" | "events" | "page" | "resumed" }>): void {
    const { transcript } = this;
    if (transcript?.session !== frame.session || transcript.agent !== frame.agent) return;
    if (frame.type === "snapshot") return transcript.set(fromSnapshot(frame));
    const view = transcript.view();
    if (!view) return;
    if (frame.type === "page") return transcript.set(prepend(view, frame.first, frame.timeline));
    if (frame.type === "events") this.#takeEvents(transcript, frame);
  }

  #takeEvents(transcript: Transcript, { session, agent, events }: EventsFrame): void {
    const view = transcript.view();
    if (!view) return;
    if (hasGap(view, events)) return this.#socket.send({ type: "watch", session, agent });
    transcript.set(
      apply(
        view,
        events.filter(({ seq }) => seq > view.seq),
      ),
    );
  }
}
