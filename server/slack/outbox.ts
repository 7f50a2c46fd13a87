/**
 * What is to be said in Slack. Replies are kept on the disk until they are posted, and posted once: where it is not known whether
 * one arrived, Slack is asked. Lines of logs and marks may get lost; they are bounded, and what is dropped is counted.
 */
import { type Clock, systemClock } from "../../agent/clock.ts";
import { fieldOf } from "../../tools/search/engine.ts";
import { type Slack, SlackError, textOf } from "../../tools/slack/api.ts";
import { maxMessageChars } from "../../tools/slack/mrkdwn.ts";
import type { Thread } from "./incoming.ts";
import type { Journal, JournalRecord, Out } from "./journal.ts";

export interface OutboxOptions {
  /** Sends each call once: what follows a failure is decided here. */
  readonly slack: Slack;
  readonly journal: Journal;
  readonly note: (words: string) => void;
  readonly clock?: Clock;
}

type Item =
  | { readonly type: "reply"; readonly out: Out; isInDoubt: boolean }
  | { readonly type: "log"; readonly channel: string; readonly lines: string[]; chars: number }
  | { readonly type: "mark"; readonly message: Thread; readonly name: string; readonly add: boolean };

const longestPauseMs = 60_000;
/** Between two messages of a log, so that more lines go together. */
const logPauseMs = 1_000;
/** Of logs and marks, in one channel. */
const mostWaiting = 200;
const eventType = "sagent_reply";
/** So much of a thread is looked at for a message that may be there. */
const searchedMessages = 1_000;

export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  /** By channel, each in order. */
  readonly #queues = new Map<string, Item[]>();
  /** Channels that take no logs. */
  readonly #closed = new Set<string>();
  readonly #workers = new Map<string, Promise<void>>();
  /** Lines and marks that were lost. */
  dropped = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Posts what an earlier process has left. */
  resume(): void {
    for (const out of this.#options.journal.outs.values())
      this.#put(out.channel, { type: "reply", out, isInDoubt: true });
  }

  /** Replies that are not posted yet. */
  get waiting(): number {
    return this.#options.journal.outs.size;
  }

  /** Resolves once they are kept; those that were made before are left out. */
  async post(outs: readonly Out[]): Promise<void> {
    const fresh = outs.filter(({ id }) => !this.#options.journal.hasMade(id));
    if (fresh.length === 0) return;
    await this.#options.journal.write(...fresh.map((out) => ({ type: "out" as const, out })));
    for (const out of fresh) this.#put(out.channel, { type: "reply", out, isInDoubt: false });
  }

  /** A line of a log; lines that wait become one message. */
  log(channel: string, line: string): void {
    if (this.#closed.has(channel)) return void this.dropped++;
    const last = this.#queues.get(channel)?.slice(1).at(-1);
    if (last?.type === "log" && last.chars + line.length < maxMessageChars) {
      last.lines.push(line);
      last.chars += line.length + 1;
    } else this.#put(channel, { type: "log", channel, lines: [line], chars: line.length });
  }

  /** Adds or removes the bot's reaction to a message. */
  mark(message: Thread, name: string, add: boolean): void {
    this.#put(message.channel, { type: "mark", message, name, add });
  }

  /** Says what it still can say at once, for at most so many ms. */
  async settle(ms: number): Promise<void> {
    await Promise.race([Promise.all(this.#workers.values()), this.#clock.sleep(ms, this.#stop.signal)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#workers.values());
  }

  #put(channel: string, item: Item): void {
    const queue = this.#queues.get(channel) ?? [];
    this.#queues.set(channel, queue);
    queue.push(item);
    const lossy = queue.filter(({ type }, at) => at > 0 && type !== "reply");
    const [oldest] = lossy;
    if (oldest && lossy.length > mostWaiting) {
      queue.splice(queue.indexOf(oldest), 1);
      this.dropped++;
    }
    if (!this.#workers.has(channel)) {
      this.#workers.set(
        channel,
        this.#work(queue).finally(() => this.#workers.delete(channel)),
      );
    }
  }

  async #work(queue: Item[]): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    for (let item = queue[0]; item && !signal.aborted; item = queue[0]) {
      try {
        await this.#send(item);
        failures = 0;
        queue.shift();
        if (item.type === "log" && queue[0]?.type === "log") await this.#clock.sleep(logPauseMs, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof SlackError && !error.isPassing) {
          this.#giveUp(item, error);
          queue.shift();
          continue;
        }
        const isRefused = error instanceof SlackError && error.status === 429;
        if (item.type === "reply") item.isInDoubt ||= !isRefused;
        const askedMs = error instanceof SlackError ? error.waitMs : undefined;
        await this.#clock.sleep(askedMs ?? Math.min(longestPauseMs, 500 * 2 ** failures++), signal);
      }
    }
  }

  async #send(item: Item): Promise<void> {
    const { slack, journal } = this.#options;
    const { signal } = this.#stop;
    switch (item.type) {
      case "log": {
        const args = { channel: item.channel, text: item.lines.join("\n"), unfurl_links: false };
        return void (await slack.call("chat.postMessage", args, signal));
      }
      case "mark": {
        const { channel, ts } = item.message;
        const method = item.add ? "reactions.add" : "reactions.remove";
        return void (await slack.call(method, { channel, timestamp: ts, name: item.name }, signal));
      }
      case "reply": {
        const { out } = item;
        const there = item.isInDoubt ? await this.#find(out) : undefined;
        const ts = there ?? (await this.#post(out));
        const owner = ownerRecord(out, ts);
        await journal.write({ type: "posted", id: out.id }, ...owner);
      }
    }
  }

  async #post({ id, channel, thread, text }: Out): Promise<string> {
    const metadata = JSON.stringify({ event_type: eventType, event_payload: { id } });
    const args = { channel, thread_ts: thread, text, metadata, unfurl_links: false };
    return textOf(await this.#options.slack.call("chat.postMessage", args, this.#stop.signal), "ts");
  }

  /** The time of the message of this id, if Slack has it. */
  async #find({ id, channel, thread }: Out): Promise<string | undefined> {
    const method = thread === undefined ? "conversations.history" : "conversations.replies";
    const args = { channel, ts: thread, include_all_metadata: true };
    const { signal } = this.#stop;
    const found = await this.#options.slack.list(method, "messages", args, searchedMessages, signal);
    const ours = found.find((message) => {
      const metadata = fieldOf(message, "metadata");
      return textOf(metadata, "event_type") === eventType && textOf(fieldOf(metadata, "event_payload"), "id") === id;
    });
    return ours === undefined ? undefined : textOf(ours, "ts");
  }

  #giveUp(item: Item, error: SlackError): void {
    const { journal, note } = this.#options;
    switch (item.type) {
      case "reply":
        note(`A reply could not be posted and is given up. ${error.message}`);
        journal.write({ type: "posted", id: item.out.id }).catch(() => {});
        return;
      case "log":
        this.dropped += item.lines.length;
        this.#closed.add(item.channel);
        return note(`Nothing more is logged in ${item.channel}. ${error.message}`);
      case "mark":
        if (error.code !== "already_reacted" && error.code !== "no_reaction") this.dropped++;
    }
  }
}

function ownerRecord({ channel, agent, thread }: Out, ts: string): JournalRecord[] {
  return agent === undefined ? [] : [{ type: "owner", channel, ts, agent, root: thread }];
}
