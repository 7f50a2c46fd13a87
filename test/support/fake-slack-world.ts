/** What a fake workspace holds: people, channels, messages. */

export interface FakeMessage {
  readonly ts: string;
  readonly user: string;
  text: string;
  readonly thread_ts?: string;
  readonly files?: readonly FakeFile[];
  readonly metadata?: { readonly event_type: string; readonly event_payload: Record<string, unknown> };
  readonly reactions: Set<string>;
}

export interface FakeFile {
  readonly id: string;
  readonly name: string;
  readonly mimetype: string;
  readonly size: number;
  readonly url_private_download: string;
}

export interface FakeChannel {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  /** The bot's. */
  isMember: boolean;
  readonly messages: FakeMessage[];
}

export const bot = { id: "U0BOT00001", botId: "B0BOT00001" };
export const people = [
  { id: "U0ANN00001", name: "ann", real_name: "Ann Ash", profile: { display_name: "Annie" } },
  { id: "U0BOB00001", name: "bob", real_name: "Bob Birch", profile: { display_name: "bobby" } },
  { id: "U0GONE0001", name: "gone", real_name: "Gone", deleted: true, profile: { display_name: "" } },
  { id: bot.id, name: "sagent", real_name: "sagent", is_bot: true, profile: { display_name: "" } },
];

export class SlackWorld {
  readonly channels = new Map<string, FakeChannel>();
  #ids = 0;

  constructor() {
    this.add("general", { isMember: true });
    this.add("random", { isMember: false });
    this.add("hidden", { isMember: true, isPrivate: true });
  }

  add(name: string, { isMember = true, isPrivate = false, id = this.nextId("C") } = {}): FakeChannel {
    const channel = { id, name, isPrivate, isMember, messages: [] };
    this.channels.set(id, channel);
    return channel;
  }

  named(name: string): FakeChannel | undefined {
    return [...this.channels.values()].find((channel) => channel.name === name);
  }

  /** The channel of direct messages between the bot and somebody. */
  direct(user: string): FakeChannel {
    return this.named(`dm-${user}`) ?? this.add(`dm-${user}`, { id: this.nextId("D") });
  }

  post(channel: FakeChannel, message: Omit<FakeMessage, "ts" | "reactions">): FakeMessage {
    const ts = `17180${String(++this.#ids).padStart(5, "0")}.000100`;
    const made = { ...message, ts, reactions: new Set<string>() };
    channel.messages.push(made);
    return made;
  }

  nextId(prefix: string): string {
    return `${prefix}0FAKE${String(++this.#ids).padStart(4, "0")}`;
  }
}
