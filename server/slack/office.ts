/** The workspace as the service needs it: who the bot is, how people and channels are called, which channels logs go to. */
import { type Clock, systemClock } from "../../agent/clock.ts";
import { ConfigError } from "../../agent/error.ts";
import { type Slack, SlackError, textOf } from "../../tools/slack/api.ts";
import { bookOf, Directory } from "../../tools/slack/directory.ts";
import { type NameBook, toMarkdown, toMrkdwn } from "../../tools/slack/mrkdwn.ts";

export interface OfficeOptions {
  readonly slack: Slack;
  readonly note: (words: string) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

const staleMs = 10 * 60_000;

export class Office {
  readonly #slack: Slack;
  readonly #names: Directory;
  readonly #options: OfficeOptions;
  #book: NameBook = bookOf([], []);
  #readAt = 0;
  /** The user that the bot is. */
  self = "";

  constructor(options: OfficeOptions) {
    this.#options = options;
    this.#slack = options.slack;
    this.#names = new Directory(options.slack);
  }

  /** Finds out who the bot is, however long Slack is away. Throws `ConfigError` for a token that is not taken. */
  async enter(): Promise<void> {
    const { note, signal, clock = systemClock } = this.#options;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        this.self = textOf(await this.#slack.call("auth.test", {}, signal), "user_id");
        await this.#refresh();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof SlackError)) throw error;
        if (!error.isPassing) throw new ConfigError(error.message, { cause: error });
        if (failures === 0) note(`Slack cannot be reached: ${error.message}`);
        await clock.sleep(Math.min(30_000, 500 * 2 ** failures), signal);
      }
    }
  }

  /** Names go stale; new ones are read in the background. */
  get book(): NameBook {
    if (Date.now() - this.#readAt > staleMs) this.#refresh().catch(() => {});
    return this.#book;
  }

  /** What somebody wrote, as an agent reads it, without the mention of the bot. */
  read(mrkdwn: string): string {
    const own = new RegExp(`<@${this.self}(\\|[^>]*)?>[:,]?`, "g");
    return toMarkdown(mrkdwn.replace(own, " "), this.book).trim();
  }

  mentionsBot(mrkdwn: string): boolean {
    return mrkdwn.includes(`<@${this.self}>`) || mrkdwn.includes(`<@${this.self}|`);
  }

  write(markdown: string): string {
    return toMrkdwn(markdown, this.book);
  }

  who(user: string): string {
    return `@${this.book.userName(user) ?? user}`;
  }

  where(channel: string): string {
    if (channel.startsWith("D")) return "a direct message";
    return `#${this.book.channelName(channel) ?? channel}`;
  }

  /** The id of a channel that the bot is in, made or joined where it must be. Undefined, and noted, where it cannot be. */
  async channel(name: string): Promise<string | undefined> {
    const { signal, note } = this.#options;
    try {
      const known = (await this.#names.channels(signal)).find((each) => each.name === name);
      if (known && !known.isMember) await this.#slack.call("conversations.join", { channel: known.id }, signal);
      if (known) return known.id;
      const answer = await this.#slack.call("conversations.create", { name }, signal);
      this.#names.forgetChannels();
      return channelId(answer);
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      note(`There is no log channel #${name}. ${error.message}`);
      return undefined;
    }
  }

  async #refresh(): Promise<void> {
    this.#readAt = Date.now();
    this.#book = await this.#names.book(this.#options.signal);
  }
}

function channelId(answer: unknown): string | undefined {
  const found =
    typeof answer === "object" && answer !== null && "channel" in answer ? textOf(answer.channel, "id") : "";
  return found === "" ? undefined : found;
}

/** A name that Slack takes for a channel. */
export function channelName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_-]+/gu, "-")
    .slice(0, 80);
}
