/** What Slack tells of: messages and reactions of people, as far as they mean something here. */
import { fieldOf, listAt } from "../../tools/search/engine.ts";
import { textOf } from "../../tools/slack/api.ts";

/** Where a conversation is: the channel, and the time of the message that began it. */
export interface Thread {
  readonly channel: string;
  readonly ts: string;
}

export interface SlackFile {
  readonly name: string;
  readonly mime: string;
  readonly bytes: number;
  readonly url: string;
}

interface Basis {
  /** Equal for what is told twice: a message that is a mention too, an event that is sent again. */
  readonly id: string;
  readonly channel: string;
  /** Of the message, or of the one that was reacted to. */
  readonly ts: string;
  readonly user: string;
}

export interface SlackMessage extends Basis {
  readonly type: "message";
  /** The first message of its thread; its own time where it begins one. */
  readonly thread: string;
  /** As Slack has it. */
  readonly text: string;
  /** Between the bot and one person. */
  readonly isDirect: boolean;
  readonly files: readonly SlackFile[];
}

export interface SlackReaction extends Basis {
  readonly type: "reaction";
  readonly name: string;
}

export type Incoming = SlackMessage | SlackReaction;

/** Of messages that are edited, deleted, or about the channel itself nothing is heard. */
const heard: ReadonlySet<string> = new Set(["", "file_share", "thread_broadcast", "me_message"]);

/** Undefined for what is not for us: other events, bots, and what this bot itself did. `self` is its user. */
export function readEvent(payload: unknown, self: string): Incoming | undefined {
  const event = fieldOf(payload, "event");
  const user = textOf(event, "user");
  if (user === "" || user === self || textOf(event, "bot_id") !== "") return undefined;
  switch (textOf(event, "type")) {
    case "message":
    case "app_mention":
      return heard.has(textOf(event, "subtype")) ? messageOf(event, user) : undefined;
    case "reaction_added":
      return reactionOf(event, user, textOf(payload, "event_id"));
    default:
      return undefined;
  }
}

function messageOf(event: unknown, user: string): SlackMessage | undefined {
  const [channel, ts] = [textOf(event, "channel"), textOf(event, "ts")];
  if (channel === "" || ts === "") return undefined;
  return {
    type: "message",
    id: `${channel}:${ts}`,
    channel,
    ts,
    thread: textOf(event, "thread_ts") || ts,
    user,
    text: textOf(event, "text"),
    isDirect: textOf(event, "channel_type") === "im" || channel.startsWith("D"),
    files: listAt(event, "files").flatMap(fileOf),
  };
}

function fileOf(file: unknown): SlackFile[] {
  const url = textOf(file, "url_private_download") || textOf(file, "url_private");
  const size = fieldOf(file, "size");
  if (url === "") return [];
  const mime = textOf(file, "mimetype") || "application/octet-stream";
  return [{ name: textOf(file, "name") || "file", mime, bytes: typeof size === "number" ? size : 0, url }];
}

function reactionOf(event: unknown, user: string, eventId: string): SlackReaction | undefined {
  const item = fieldOf(event, "item");
  const [channel, ts, name] = [textOf(item, "channel"), textOf(item, "ts"), textOf(event, "reaction")];
  if (channel === "" || ts === "" || name === "") return undefined;
  return { type: "reaction", id: eventId || `${channel}:${ts}:${user}:${name}`, channel, ts, user, name };
}
