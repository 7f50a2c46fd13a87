/** `sagent slack` at work: what people say goes to the agents that it is for, in the order in which it came. */
import { misfit } from "../../agent/ask.ts";
import { messageOf } from "../../agent/error.ts";
import type { AgentEvent } from "../../agent/event.ts";
import { readAnswer } from "../terminal-asks.ts";
import { guidance, obey } from "./commands.ts";
import { type FileAccess, fetchFiles } from "./files.ts";
import { type Incoming, readEvent, type Thread } from "./incoming.ts";
import { headingText, readHeading } from "./replies.ts";
import { type Routed, route } from "./router.ts";
import { Speech, type SpeechParts } from "./speech.ts";

export interface ServiceParts extends SpeechParts {
  readonly files: FileAccess;
}

interface Seat {
  /** Messages of other threads than the one that the agent works on. */
  readonly waiting: Incoming[];
  /** Messages that carry the mark of work. */
  readonly marked: Thread[];
}

const workingMark = "hourglass_flowing_sand";
const restarted = "The program was ended in the middle of this work and is back. Go on where you were.";

export class SlackService implements Disposable {
  readonly #parts: ServiceParts;
  readonly #speech: Speech;
  readonly #seats = new Map<string, Seat>();
  /** By channel: what came first is handled first. */
  readonly #chains = new Map<string, Promise<void>>();
  readonly #subscription: Disposable;

  /** Goes on with what an earlier process left. */
  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.#speech = new Speech(parts);
    const { crew, outbox, composed, journal } = parts;
    outbox.resume();
    for (const { label } of crew.all) this.#resume(label);
    this.#subscription = composed.fleet.subscribe((event) => this.#hear(event));
    const told = new Set(composed.session?.events.flatMap(messagesIn));
    for (const incoming of [...journal.pending.values()]) {
      if (told.has(incoming.id)) journal.write({ type: "handled", id: incoming.id }).catch(() => {});
      else this.#queue(incoming);
    }
  }

  /** What an envelope brought; resolves once it cannot be lost any more. */
  async take(payload: unknown): Promise<void> {
    const { journal, office } = this.#parts;
    const incoming = readEvent(payload, office.self);
    if (!incoming || journal.seen.has(incoming.id)) return await journal.write();
    const kept = journal.write({ type: "in", incoming });
    this.#queue(incoming);
    await kept;
  }

  /** Resolves once all that came is handled. */
  async settle(): Promise<void> {
    await Promise.all(this.#chains.values());
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  #resume(label: string): void {
    const { crew, office } = this.#parts;
    const { thread, message, isDone } = this.#speech.replay(label);
    if (isDone || !thread || message === undefined) return;
    // It has the mark of the earlier process.
    this.#seat(label).marked.push({ channel: thread.channel, ts: message });
    const heading = { ...thread, message, who: "sagent", where: office.where(thread.channel) };
    crew.get(label)?.send({ type: "prompt", text: `${headingText(heading)}\n\n${restarted}` });
    this.#speech.log(label, "goes on after a restart");
  }

  #queue(incoming: Incoming): void {
    const { channel } = incoming;
    const chain = (this.#chains.get(channel) ?? Promise.resolve())
      .then(() => this.#handle(incoming))
      .catch((error: unknown) => this.#parts.note(`A message could not be handled: ${messageOf(error)}`))
      .then(() => {
        if (this.#chains.get(channel) === chain) this.#chains.delete(channel);
      });
    this.#chains.set(channel, chain);
  }

  async #handle(incoming: Incoming): Promise<void> {
    const { crew, journal, composed } = this.#parts;
    const ownerOf = (thread: Thread) => {
      const { agent = "" } = journal.ownerOf(thread) ?? {};
      return crew.get(agent) && agent;
    };
    const decision = route(this.#routed(incoming), { agents: crew.all, ownerOf });
    switch (decision.type) {
      case "agent":
        this.#speech.routerLog(`${incoming.id} → ${decision.agent} (${decision.by})`);
        return await this.#deliver(decision.agent, incoming, decision.text);
      case "command":
        await this.#answer(incoming, await obey(decision.command, crew, composed.fleet, (label) => this.#leave(label)));
        break;
      case "guidance":
        await this.#answer(incoming, guidance(crew, composed.fleet));
        break;
      case "ignore":
    }
    await this.#handled(incoming);
  }

  #routed(incoming: Incoming): Routed {
    const { office, routerLog } = this.#parts;
    const { channel } = incoming;
    if (incoming.type === "reaction") {
      return {
        type: "reaction",
        channel,
        ts: incoming.ts,
        text: `(reacted with :${incoming.name}: to what you wrote)`,
      };
    }
    const isAddressed = incoming.isDirect || channel === routerLog || office.mentionsBot(incoming.text);
    return { type: "message", thread: this.#threadOf(incoming), text: office.read(incoming.text), isAddressed };
  }

  async #deliver(label: string, incoming: Incoming, text: string): Promise<void> {
    const { crew, journal, composed, files: access } = this.#parts;
    const agent = crew.get(label);
    if (!agent) return;
    const thread = this.#threadOf(incoming);
    await journal.write({ type: "owner", ...thread, agent: label });
    if (await this.#answerAsk(label, incoming, text)) return;
    const files = incoming.type === "message" ? incoming.files : [];
    const { attachments, notes } = await fetchFiles(files, agent.view().model.info, access);
    const replies = this.#speech.of(label);
    if (agent.isBusy && !isSame(replies.thread, thread)) return void this.#seat(label).waiting.push(incoming);
    replies.thread = thread;
    this.#mark(label, incoming);
    const words = [this.#heading(incoming, thread), text, ...notes].filter((part) => part !== "").join("\n\n");
    agent.send({ type: "prompt", text: words, ...(attachments.length > 0 && { attachments: [...attachments] }) });
    await composed.session?.flush();
    await this.#handled(incoming);
  }

  /** A message in the thread of an agent that waits for an answer is the answer. */
  async #answerAsk(label: string, incoming: Incoming, text: string): Promise<boolean> {
    const { composed, crew, office } = this.#parts;
    const isThere = isSame(this.#speech.of(label).thread, this.#threadOf(incoming));
    if (incoming.type !== "message" || !isThere) return false;
    const living = composed.fleet.living().filter(({ path }) => crew.ownerOf(path) === label);
    const [open] = living.flatMap(({ label: asker, asks }) => asks.map((each) => ({ ...each, asker })));
    if (!open) return false;
    const answer = readAnswer(open.ask, text);
    const problem = misfit(open.ask, answer);
    if (problem) await this.#answer(incoming, problem);
    else {
      const by = office.who(incoming.user);
      composed.fleet.command(open.asker, { type: "answer", askId: open.askId, answer, by });
      await composed.session?.flush();
    }
    await this.#handled(incoming);
    return true;
  }

  #hear(event: AgentEvent): void {
    const label = this.#speech.hear(event);
    if (label !== undefined && event.type === "idle" && event.agent === label) queueMicrotask(() => this.#rest(label));
  }

  /** It has come to rest: the marks go, and what waited for it is its next work. */
  #rest(label: string): void {
    const { crew, outbox } = this.#parts;
    const seat = this.#seat(label);
    if (crew.get(label)?.isBusy) return;
    for (const message of seat.marked.splice(0)) outbox.mark(message, workingMark, false);
    const [next] = seat.waiting;
    if (!next) return;
    const thread = this.#threadOf(next);
    const waiting = seat.waiting.splice(0);
    for (const each of waiting) {
      if (isSame(this.#threadOf(each), thread)) this.#queue(each);
      else seat.waiting.push(each);
    }
  }

  /** What waited for it is for somebody else now. */
  #leave(label: string): void {
    const { waiting, marked } = this.#seat(label);
    this.#seats.delete(label);
    this.#speech.forget(label);
    for (const message of marked) this.#parts.outbox.mark(message, workingMark, false);
    for (const incoming of waiting) this.#queue(incoming);
  }

  #mark(label: string, { channel, ts, type }: Incoming): void {
    if (type !== "message") return;
    this.#seat(label).marked.push({ channel, ts });
    this.#parts.outbox.mark({ channel, ts }, workingMark, true);
  }

  #heading({ user, channel, ts }: Incoming, thread: Thread): string {
    const { office } = this.#parts;
    return headingText({ ...thread, message: ts, who: office.who(user), where: office.where(channel) });
  }

  async #answer(incoming: Incoming, text: string): Promise<void> {
    await this.#speech.answer({ id: `sagent/${incoming.id}`, thread: this.#threadOf(incoming), text });
  }

  async #handled({ id }: Incoming): Promise<void> {
    await this.#parts.journal.write({ type: "handled", id });
  }

  /** A reaction is answered in the thread of what was reacted to. */
  #threadOf(incoming: Incoming): Thread {
    const { channel, ts } = incoming;
    if (incoming.type === "message") return { channel, ts: incoming.thread };
    return { channel, ts: this.#parts.journal.ownerOf({ channel, ts })?.root ?? ts };
  }

  #seat(label: string): Seat {
    const known = this.#seats.get(label);
    if (known) return known;
    const seat: Seat = { waiting: [], marked: [] };
    this.#seats.set(label, seat);
    return seat;
  }
}

const isSame = (a: Thread | undefined, b: Thread) => a?.channel === b.channel && a.ts === b.ts;

/** Ids of the messages of Slack that an agent was told in this event. */
function messagesIn(event: AgentEvent): string[] {
  const said = event.type === "message" && event.message.type === "user" ? event.message.text : "";
  const heading = readHeading(event.type === "queued" ? event.text : said);
  return heading ? [`${heading.channel}:${heading.message}`] : [];
}
