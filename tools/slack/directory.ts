/** The people and channels of a workspace by name and by id. Lists are fetched when a name is wanted, and kept for a while. */
import { fieldOf } from "../search/engine.ts";
import { type Slack, SlackError, textOf } from "./api.ts";
import type { NameBook } from "./mrkdwn.ts";

export interface SlackUser {
  readonly id: string;
  /** The handle, which is unique. */
  readonly name: string;
  readonly realName: string;
  readonly displayName: string;
  readonly isBot: boolean;
  readonly isGone: boolean;
}

export interface SlackChannel {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly isMember: boolean;
  readonly topic: string;
}

const keptMs = 10 * 60_000;
/** Of larger workspaces, the first of each. */
const mostNames = 5_000;

interface Kept<Item> {
  readonly at: number;
  readonly items: Promise<readonly Item[]>;
}

export class Directory {
  readonly #slack: Slack;
  #users: Kept<SlackUser> | undefined;
  #channels: Kept<SlackChannel> | undefined;

  constructor(slack: Slack) {
    this.#slack = slack;
  }

  users(signal: AbortSignal): Promise<readonly SlackUser[]> {
    this.#users = fresh(this.#users) ?? { at: Date.now(), items: this.#fetchUsers(signal) };
    return this.#forget("users", this.#users.items);
  }

  channels(signal: AbortSignal): Promise<readonly SlackChannel[]> {
    this.#channels = fresh(this.#channels) ?? { at: Date.now(), items: this.#fetchChannels(signal) };
    return this.#forget("channels", this.#channels.items);
  }

  /** A channel was made or renamed. */
  forgetChannels(): void {
    this.#channels = undefined;
  }

  /** The id of `#name`, `name`, `@user` or of an id; a direct message is opened for a user. Throws `SlackError`. */
  async channelId(wanted: string, signal: AbortSignal): Promise<string> {
    const given = wanted.trim().replace(/^<([@#][A-Z0-9]+)(?:\|[^>]*)?>$/, "$1");
    if (given.startsWith("@") || /^[UW][A-Z0-9]{6,}$/.test(given)) return this.#direct(given.replace(/^@/, ""), signal);
    const name = given.replace(/^#/, "");
    if (/^[CDG][A-Z0-9]{6,}$/.test(name)) return name;
    const found = (await this.channels(signal)).find((channel) => channel.name === name.toLowerCase());
    if (found) return found.id;
    const near = (await this.channels(signal))
      .filter((channel) => channel.name.includes(name.toLowerCase()))
      .slice(0, 5);
    const hint = near.length > 0 ? ` Did you mean ${near.map((each) => `#${each.name}`).join(" or ")}?` : "";
    throw new SlackError(`The bot sees no channel #${name}.${hint}`, { code: "channel_not_found" });
  }

  /** Names as far as they can be had: without the scope to list them there are ids. Never throws a refusal. */
  async book(signal: AbortSignal): Promise<NameBook> {
    const [users, channels] = await Promise.all([orNone(this.users(signal)), orNone(this.channels(signal))]);
    return bookOf(users, channels);
  }

  async #direct(name: string, signal: AbortSignal): Promise<string> {
    const users = await this.users(signal);
    const user = /^[UW][A-Z0-9]{6,}$/.test(name) ? name : bookOf(users, []).userId(name);
    if (user === undefined) {
      throw new SlackError(`There is no user @${name}, or more than one. list_users shows them.`, {
        code: "user_not_found",
      });
    }
    const answer = await this.#slack.call("conversations.open", { users: user }, signal);
    return textOf(fieldOf(answer, "channel"), "id");
  }

  async #fetchUsers(signal: AbortSignal): Promise<readonly SlackUser[]> {
    return (await this.#slack.list("users.list", "members", {}, mostNames, signal)).map(readUser);
  }

  async #fetchChannels(signal: AbortSignal): Promise<readonly SlackChannel[]> {
    const list = (types: string) =>
      this.#slack.list("conversations.list", "channels", { types, exclude_archived: true }, mostNames, signal);
    try {
      return (await list("public_channel,private_channel")).map(readChannel);
    } catch (error) {
      if (!(error instanceof SlackError) || error.code !== "missing_scope") throw error;
      return (await list("public_channel")).map(readChannel);
    }
  }

  /** A list that could not be fetched is asked for again the next time. */
  async #forget<Item>(which: "users" | "channels", items: Promise<readonly Item[]>): Promise<readonly Item[]> {
    try {
      return await items;
    } catch (error) {
      if (which === "users") this.#users = undefined;
      else this.#channels = undefined;
      throw error;
    }
  }
}

function fresh<Item>(kept: Kept<Item> | undefined): Kept<Item> | undefined {
  return kept && Date.now() - kept.at < keptMs ? kept : undefined;
}

async function orNone<Item>(list: Promise<readonly Item[]>): Promise<readonly Item[]> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof SlackError) return [];
    throw error;
  }
}

/** A name means a handle first, then a display name that only one has. */
export function bookOf(users: readonly SlackUser[], channels: readonly SlackChannel[]): NameBook {
  const living = users.filter(({ isGone }) => !isGone);
  return {
    userId(name) {
      const wanted = name.toLowerCase();
      const byHandle = living.find((user) => user.name.toLowerCase() === wanted);
      if (byHandle) return byHandle.id;
      const [first, ...others] = living.filter((user) => user.displayName.toLowerCase() === wanted);
      return others.length === 0 ? first?.id : undefined;
    },
    channelId: (name) => channels.find((channel) => channel.name === name.toLowerCase())?.id,
    userName: (id) => users.find((user) => user.id === id)?.name,
    channelName: (id) => channels.find((channel) => channel.id === id)?.name,
  };
}

function readUser(value: unknown): SlackUser {
  const profile = fieldOf(value, "profile");
  return {
    id: textOf(value, "id"),
    name: textOf(value, "name"),
    realName: textOf(value, "real_name") || textOf(profile, "real_name"),
    displayName: textOf(profile, "display_name"),
    isBot: fieldOf(value, "is_bot") === true,
    isGone: fieldOf(value, "deleted") === true,
  };
}

function readChannel(value: unknown): SlackChannel {
  return {
    id: textOf(value, "id"),
    name: textOf(value, "name"),
    isPrivate: fieldOf(value, "is_private") === true,
    isMember: fieldOf(value, "is_member") === true,
    topic: textOf(fieldOf(value, "topic"), "value"),
  };
}
