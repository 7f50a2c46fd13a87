/** The methods of Slack's Web API that we call, as they are documented; what the real one would refuse is refused. */
import { bot, type FakeChannel, type FakeMessage, people, type SlackWorld } from "./fake-slack-world.ts";

export type Form = URLSearchParams;
interface Answer {
  readonly ok: boolean;
  readonly [field: string]: unknown;
}

const no = (error: string, more: Record<string, unknown> = {}): Answer => ({ ok: false, error, ...more });

export interface WebOptions {
  readonly world: SlackWorld;
  /** Takes what a well-behaved client never does. */
  readonly problem: (words: string) => void;
  /** Scopes that the app lacks. */
  readonly lacks: ReadonlySet<string>;
}

type Method = (form: Form, options: WebOptions) => Answer;

export const methods: Readonly<Record<string, Method>> = {
  "auth.test": () => ({
    ok: true,
    user_id: bot.id,
    bot_id: bot.botId,
    user: "sagent",
    team: "Fake",
    team_id: "T0FAKE",
  }),
  "users.list": (form) => paged(form, "members", people),
  "users.info": (form) => {
    const user = people.find(({ id }) => id === form.get("user"));
    return user ? { ok: true, user } : no("user_not_found");
  },
  "conversations.list": listChannels,
  "conversations.create": createChannel,
  "conversations.join": joinChannel,
  "conversations.open": (form, { world }) => {
    const user = form.get("users") ?? "";
    return people.some(({ id }) => id === user)
      ? { ok: true, channel: { id: world.direct(user).id } }
      : no("user_not_found");
  },
  "conversations.history": (form, options) => {
    const channel = seen(form, options);
    if ("ok" in channel) return channel;
    const after = form.get("oldest") ?? "0";
    const top = channel.messages.filter(({ thread_ts, ts }) => thread_ts === undefined && ts > after);
    return paged(
      form,
      "messages",
      top.toReversed().map((message) => wire(message, channel, form)),
    );
  },
  "conversations.replies": (form, options) => {
    const channel = seen(form, options);
    if ("ok" in channel) return channel;
    const thread = form.get("ts");
    const found = channel.messages.filter(({ ts, thread_ts }) => ts === thread || thread_ts === thread);
    return found.length === 0
      ? no("thread_not_found")
      : paged(
          form,
          "messages",
          found.map((each) => wire(each, channel, form)),
        );
  },
  "chat.postMessage": post,
  "chat.update": (form, options) => {
    const channel = seen(form, options);
    if ("ok" in channel) return channel;
    const message = channel.messages.find(({ ts }) => ts === form.get("ts"));
    if (!message) return no("message_not_found");
    if (message.user !== bot.id) return no("cant_update_message");
    message.text = form.get("text") ?? "";
    return { ok: true, ts: message.ts, channel: channel.id };
  },
  "reactions.add": (form, options) =>
    react(form, options, (reactions, name) => {
      if (reactions.has(name)) return no("already_reacted");
      reactions.add(name);
      return { ok: true };
    }),
  "reactions.remove": (form, options) =>
    react(form, options, (reactions, name) => (reactions.delete(name) ? { ok: true } : no("no_reaction"))),
};

function paged(form: Form, key: string, all: readonly unknown[]): Answer {
  const limit = Number(form.get("limit") ?? "100");
  if (!(limit >= 1 && limit <= 1000)) return no("invalid_limit");
  const cursor = form.get("cursor");
  const start = cursor ? Number(atob(cursor).replace("next:", "")) : 0;
  if (!Number.isInteger(start)) return no("invalid_cursor");
  // Slack may give fewer than were asked for.
  const end = start + Math.max(1, Math.min(limit, 3));
  const next = end < all.length ? btoa(`next:${end}`) : "";
  return { ok: true, [key]: all.slice(start, end), response_metadata: { next_cursor: next } };
}

/** A channel that the bot may read and write, or the refusal. */
function seen(form: Form, { world }: WebOptions): FakeChannel | Answer {
  const channel = world.channels.get(form.get("channel") ?? "");
  if (!channel || (channel.isPrivate && !channel.isMember)) return no("channel_not_found");
  return channel.isMember ? channel : no("not_in_channel");
}

function wire(message: FakeMessage, channel: FakeChannel, form: Form): object {
  const { metadata, reactions: _, ...plain } = message;
  const replies = channel.messages.filter(({ thread_ts }) => thread_ts === message.ts).length;
  return {
    type: "message",
    ...plain,
    ...(message.user === bot.id ? { bot_id: bot.botId } : {}),
    ...(replies > 0 ? { reply_count: replies, thread_ts: message.ts } : {}),
    ...(metadata && form.get("include_all_metadata") === "true" ? { metadata } : {}),
  };
}

function listChannels(form: Form, { world, lacks }: WebOptions): Answer {
  const types = (form.get("types") ?? "public_channel").split(",");
  if (types.includes("private_channel") && lacks.has("groups:read")) {
    return no("missing_scope", { needed: "groups:read", provided: "chat:write" });
  }
  const found = [...world.channels.values()].filter(
    ({ id, isPrivate, isMember }) =>
      id.startsWith("C") &&
      (isPrivate ? types.includes("private_channel") && isMember : types.includes("public_channel")),
  );
  const channels = found.map(({ id, name, isPrivate, isMember }) => ({
    id,
    name,
    is_private: isPrivate,
    is_member: isMember,
    topic: { value: `about ${name}` },
  }));
  return paged(form, "channels", channels);
}

function createChannel(form: Form, { world, lacks }: WebOptions): Answer {
  if (lacks.has("channels:manage")) return no("missing_scope", { needed: "channels:manage", provided: "chat:write" });
  const name = form.get("name") ?? "";
  if (!/^[a-z0-9_-]{1,80}$/.test(name)) return no("invalid_name_specials");
  if (world.named(name)) return no("name_taken");
  return { ok: true, channel: { id: world.add(name).id, name } };
}

function joinChannel(form: Form, { world }: WebOptions): Answer {
  const channel = world.channels.get(form.get("channel") ?? "");
  if (!channel || channel.isPrivate) return no("channel_not_found");
  channel.isMember = true;
  return { ok: true, channel: { id: channel.id } };
}

function post(form: Form, options: WebOptions): Answer {
  const { world, problem } = options;
  const channel = seen(form, options);
  if ("ok" in channel) return channel;
  const text = form.get("text") ?? "";
  if (text === "") return no("no_text");
  if (text.length > 4_000) problem(`a message of ${text.length} characters`);
  if (/<!(channel|here|everyone)/.test(text)) problem(`a message that calls everybody: ${text}`);
  const thread = form.get("thread_ts");
  if (thread && !channel.messages.some(({ ts, thread_ts }) => ts === thread && thread_ts === undefined)) {
    problem(`a reply to ${thread}, which begins no thread of #${channel.name}`);
    return no("thread_not_found");
  }
  const metadata = form.get("metadata");
  const message = world.post(channel, {
    user: bot.id,
    text,
    ...(thread ? { thread_ts: thread } : {}),
    ...(metadata ? { metadata: JSON.parse(metadata) } : {}),
  });
  const id = message.metadata?.event_payload.id;
  const same = channel.messages.filter(({ metadata: other }) => other && other.event_payload.id === id);
  if (same.length > 1) problem(`a message posted twice: ${text}`);
  return { ok: true, channel: channel.id, ts: message.ts };
}

function react(form: Form, options: WebOptions, change: (reactions: Set<string>, name: string) => Answer): Answer {
  const channel = seen(form, options);
  if ("ok" in channel) return channel;
  const message = channel.messages.find(({ ts }) => ts === form.get("timestamp"));
  if (!message) return no("message_not_found");
  const name = form.get("name") ?? "";
  return /^[a-z0-9_+-]+$/.test(name) ? change(message.reactions, name) : no("invalid_name");
}
