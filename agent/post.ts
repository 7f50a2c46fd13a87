/** Messages between the members of a fleet, now and later. */
import type { Clock } from "./clock.ts";
import type { EventBody } from "./event.ts";
import type { SendRequest } from "./fleet-port.ts";
import { Log, type Observer } from "./log.ts";
import { replay, type ScheduledSend } from "./log-state.ts";
import type { Member } from "./member.ts";
import { Outbox, type Outgoing } from "./outbox.ts";
import type { Roster } from "./roster.ts";
import type { Session } from "./session.ts";

type Report = (event: Extract<EventBody, { type: "sendDone" }>) => void;

export class Post implements Disposable {
  readonly #roster: Roster;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #onSent: () => void;
  /** Where each sender's record is kept, that of one that has ended too. */
  readonly #records = new Map<string, Report>();

  /** `onSent` is called after each message that had waited. */
  constructor(roster: Roster, clock: Clock, onSent: () => void) {
    this.#roster = roster;
    this.#clock = clock;
    this.#outbox = new Outbox(clock, (message) => this.#deliver(message));
    this.#onSent = onSent;
  }

  /** Messages wait to be sent. */
  get isWaiting(): boolean {
    return this.#outbox.size > 0;
  }

  /**
   * Returns the labels that were reached, or would be now where it is to be sent later. A pattern does not mean the sender.
   * Throws `UsageError` for a target that is malformed or means nobody.
   */
  send(self: string, { to, content, delaySec = 0, urgent = false }: SendRequest): readonly string[] {
    const sender = this.#roster.get(self);
    const receivers = this.#roster.match(to, self);
    if (delaySec > 0)
      this.#schedule(sender, { to, text: content, urgent, dueAt: this.#clock.now() + delaySec * 1_000 });
    else hand(receivers, self, content, urgent);
    return receivers.map(({ label }) => label);
  }

  /** What was to be sent later by an earlier process still is. */
  rearm({ agent, label }: Member): void {
    this.#rearm(label, agent.scheduled(), (event) => agent.report(event));
  }

  /** So is what agents of this session asked for that have ended since. Call it once those that come back are there. */
  rearmEnded(session: Session, observer: Observer): void {
    const clock = this.#clock;
    for (const [label, events] of Map.groupBy(session.events, ({ agent }) => agent)) {
      const state = replay(events);
      if (state.scheduled.size === 0 || this.#roster.find(label)) continue;
      const log = new Log({ agent: label, path: events.at(-1)?.path, clock, state, sink: session });
      log.subscribe(observer);
      this.#rearm(label, state.scheduled, (event) => log.emit(event));
    }
  }

  #rearm(from: string, scheduled: ReadonlyMap<string, ScheduledSend>, report: Report): void {
    this.#records.set(from, report);
    for (const [id, message] of scheduled) this.#outbox.schedule({ id, from, ...message });
  }

  /** Nothing that waits is sent until the hold is disposed of. */
  hold(): Disposable {
    return this.#outbox.hold();
  }

  /** Nothing more is sent by this process; what waits stays recorded. */
  [Symbol.dispose](): void {
    this.#outbox[Symbol.dispose]();
  }

  #schedule({ agent, label }: Member, message: Omit<Outgoing, "id" | "from">): void {
    const id = agent.nextSendId();
    this.#records.set(label, (event) => agent.report(event));
    agent.report({ type: "sendScheduled", sendId: id, ...message });
    this.#outbox.schedule({ id, from: label, ...message });
  }

  /** The sender may be gone by now; its message is sent all the same. */
  #deliver({ id, from, to, text, urgent }: Outgoing): void {
    const receivers = this.#roster.matching(to, from);
    hand(receivers, from, text, urgent);
    this.#records.get(from)?.({ type: "sendDone", sendId: id, delivered: receivers.length > 0 });
    this.#onSent();
  }
}

function hand(receivers: readonly Member[], from: string, text: string, urgent: boolean): void {
  for (const { agent } of receivers) agent.send({ type: "peer", from, text, ...(urgent ? { policy: "now" } : {}) });
}
