/** What agents say in Slack: replies in their threads, once they are saved, and lines of what they do in their log channels. */
import { messageOf } from "../../agent/error.ts";
import type { AgentEvent } from "../../agent/event.ts";
import { oneLine } from "../../tools/output.ts";
import { splitText } from "../../tools/slack/mrkdwn.ts";
import type { Composed } from "../compose.ts";
import type { Crew } from "./crew.ts";
import type { Journal, Out } from "./journal.ts";
import type { Office } from "./office.ts";
import type { Outbox } from "./outbox.ts";
import { Replies, type Reply } from "./replies.ts";

export interface SpeechParts {
  readonly composed: Composed;
  readonly journal: Journal;
  readonly office: Office;
  readonly outbox: Outbox;
  readonly crew: Crew;
  /** Where the service itself logs. */
  readonly routerLog: string | undefined;
  readonly note: (words: string) => void;
}

interface Voice {
  readonly replies: Replies;
  /** Said, and not yet on the disk. */
  held: { readonly seq: number; readonly reply: Reply }[];
}

export class Speech {
  readonly #parts: SpeechParts;
  readonly #voices = new Map<string, Voice>();

  constructor(parts: SpeechParts) {
    this.#parts = parts;
  }

  /** Where an agent is in its conversations. */
  of(label: string): Replies {
    return this.#voice(label).replies;
  }

  forget(label: string): void {
    this.#voices.delete(label);
  }

  /** Takes an event of the fleet; the label of the agent of the service that it is about. */
  hear(event: AgentEvent): string | undefined {
    const label = this.#parts.crew.ownerOf(event.path ?? event.agent);
    if (label === undefined) return undefined;
    const voice = this.#voice(label);
    const reply = voice.replies.take(event);
    if (reply) voice.held.push({ seq: event.agent === label ? event.seq : 0, reply });
    if (event.type === "saved" && event.agent === label) this.#say(label, event.upTo);
    else if (reply && event.agent !== label) this.#say(label, 0);
    this.#logEvent(label, event);
    return label;
  }

  /** Takes what an earlier process has saved, and says what that had no time to say. */
  replay(label: string): Replies {
    const { composed, crew } = this.#parts;
    const { replies } = this.#voice(label);
    for (const event of composed.session?.events ?? []) {
      const isOurs = crew.ownerOf(event.path ?? event.agent) === label;
      const reply = isOurs ? replies.take(event) : undefined;
      // Nobody waits for the answers of that time any more.
      if (reply && event.type !== "asked") this.#post(reply, label);
    }
    return replies;
  }

  /** An answer of the service itself. Resolves once it is kept. */
  async answer(reply: Reply): Promise<void> {
    await this.#parts.outbox.post(this.#outs(reply));
  }

  /** A line in an agent's log channel. */
  log(label: string, line: string): void {
    const channel = this.#parts.journal.agents.get(label)?.channel;
    if (channel !== undefined) this.#parts.outbox.log(channel, this.#parts.office.write(oneLine(line, 500)));
  }

  routerLog(line: string): void {
    const { routerLog, outbox } = this.#parts;
    if (routerLog !== undefined) outbox.log(routerLog, oneLine(line, 500));
  }

  #voice(label: string): Voice {
    const known = this.#voices.get(label);
    if (known) return known;
    const voice = { replies: new Replies(label), held: [] };
    this.#voices.set(label, voice);
    return voice;
  }

  /** Only what is on the disk is said: after a crash an agent must know what it told people. */
  #say(label: string, upTo: number): void {
    const voice = this.#voice(label);
    const ready = voice.held.filter(({ seq }) => seq <= upTo);
    voice.held = voice.held.filter(({ seq }) => seq > upTo);
    for (const { reply } of ready) this.#post(reply, label);
  }

  #post(reply: Reply, label: string): void {
    this.#parts.outbox.post(this.#outs(reply, label)).catch((error: unknown) => {
      this.#parts.note(`A reply could not be kept, so it may be lost: ${messageOf(error)}`);
    });
  }

  #outs({ id, thread, text }: Reply, agent?: string): Out[] {
    const pieces = splitText(this.#parts.office.write(text));
    return pieces.map((piece, at) => ({
      id: pieces.length === 1 ? id : `${id}/${at + 1}`,
      channel: thread.channel,
      thread: thread.ts,
      text: piece,
      ...(agent === undefined ? {} : { agent }),
    }));
  }

  #logEvent(label: string, event: AgentEvent): void {
    const who = event.agent === label ? "" : `${event.agent}: `;
    switch (event.type) {
      case "toolStarted":
        return this.log(label, `${who}${event.label}`);
      case "toolEnded":
        return event.isError ? this.log(label, `${who}✗ failed after ${event.durationMs} ms`) : undefined;
      case "error":
        return this.log(label, `${who}:warning: ${event.error.message}`);
      case "idle": {
        if (event.agent !== label) return;
        const { subtreeUsd } = this.#parts.composed.fleet.report(label);
        return this.log(label, `at rest (${event.reason}), $${subtreeUsd.toFixed(4)} in all`);
      }
      default:
    }
  }
}
