/** Slack: reads and writes in a workspace as the bot of an app. */
import { z } from "zod";
import { defineTool, type ToolOutput } from "../agent/tool.ts";
import { failure, fit, oneLine, plural } from "./output.ts";
import { fieldOf } from "./search/engine.ts";
import { Slack, textOf } from "./slack/api.ts";
import { Directory } from "./slack/directory.ts";
import { type NameBook, splitText, toMarkdown, toMrkdwn } from "./slack/mrkdwn.ts";
import description from "./slack.md" with { type: "text" };
import { ServiceError } from "./web/service.ts";

const operations = ["send", "list_channels", "list_messages", "read_thread", "list_users", "create_channel"] as const;

const schema = z.strictObject({
  operation: z.enum(operations),
  channel: z.string().min(1).optional(),
  channel_name: z.string().min(1).optional(),
  text: z.string().min(1).optional(),
  thread_ts: z
    .string()
    .regex(/^\d+\.\d+$/, "a time such as 1718000000.000100")
    .optional(),
  limit: z.int().min(1).optional().describe("25 by default; at most 200 messages, 1000 of a list"),
});
type Args = z.output<typeof schema>;

/** What each operation cannot do without. */
const needs: Readonly<Record<Args["operation"], readonly (keyof Args)[]>> = {
  send: ["channel", "text"],
  list_channels: [],
  list_messages: ["channel"],
  read_thread: ["channel", "thread_ts"],
  list_users: [],
  create_channel: ["channel_name"],
};

export interface SlackToolOptions {
  /** `SLACK_BOT_TOKEN`, and `SLACK_BASE_URL` where it is not Slack's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

interface Call {
  readonly args: Args;
  readonly slack: Slack;
  readonly names: Directory;
  readonly signal: AbortSignal;
  readonly countTokens: (text: string) => number;
}

/** Names are looked up once in ten minutes, for all agents that share the tool. */
export function slackTool({ env = {} }: SlackToolOptions = {}) {
  const token = env.SLACK_BOT_TOKEN?.trim();
  const slack = token ? new Slack({ token, baseUrl: env.SLACK_BASE_URL }) : undefined;
  const names = slack && new Directory(slack);
  return defineTool({
    name: "Slack",
    description,
    schema,
    label: labelOf,
    maxResultChars: 0,
    async run(args, { signal, countTokens }) {
      if (signal.aborted) return failure("The call was stopped.");
      if (!slack || !names) {
        return failure(
          "There is no Slack here: SLACK_BOT_TOKEN is not set. It is the bot token (xoxb-…) of a Slack app.",
        );
      }
      const missing = needs[args.operation].filter((field) => args[field] === undefined);
      if (missing.length > 0) return failure(`${args.operation} needs ${missing.join(" and ")}.`);
      try {
        return await perform({ args, slack, names, signal, countTokens });
      } catch (error) {
        if (error instanceof ServiceError) return failure(error.message);
        throw error;
      }
    },
  });
}

function labelOf({ operation, channel, channel_name, text }: Args): string {
  const place = channel ?? channel_name;
  const said = text === undefined ? "" : `: ${text}`;
  return oneLine(`Slack ${operation.replace("_", " ")}${place === undefined ? "" : ` ${place}`}${said}`);
}

function perform(call: Call): Promise<ToolOutput> {
  switch (call.args.operation) {
    case "send":
      return send(call);
    case "list_channels":
      return listChannels(call);
    case "list_messages":
      return listMessages(call, "conversations.history");
    case "read_thread":
      return listMessages(call, "conversations.replies");
    case "list_users":
      return listUsers(call);
    case "create_channel":
      return createChannel(call);
  }
}

async function send({ args, slack, names, signal }: Call): Promise<ToolOutput> {
  const { channel = "", text = "", thread_ts } = args;
  const id = await names.channelId(channel, signal);
  const pieces = splitText(toMrkdwn(text, await names.book(signal)));
  let first = "";
  for (const [at, piece] of pieces.entries()) {
    try {
      const answer = await slack.call("chat.postMessage", { channel: id, text: piece, thread_ts }, signal);
      first ||= textOf(answer, "ts");
    } catch (error) {
      if (at === 0 || !(error instanceof ServiceError)) throw error;
      return failure(`Only the first ${at} of ${pieces.length} parts were posted (ts ${first}). ${error.message}`);
    }
  }
  const parts = pieces.length > 1 ? ` in ${pieces.length} messages` : "";
  return { text: `Posted${parts} to ${channel} (channel ${id}, ts ${first}).` };
}

async function listChannels({ args, names, signal, countTokens }: Call): Promise<ToolOutput> {
  const limit = Math.min(args.limit ?? 25, 1_000);
  const all = await names.channels(signal);
  const lines = all.map(({ id, name, isPrivate, isMember, topic }) => {
    const notes = [isPrivate && "private", !isMember && "the bot is not in it"].filter(Boolean).join(", ");
    return `#${name}  ${id}${notes && `  (${notes})`}${topic && `  ${oneLine(topic, 100)}`}`;
  });
  return written(lines.slice(0, limit), all.length, "channel", countTokens);
}

async function listUsers({ args, names, signal, countTokens }: Call): Promise<ToolOutput> {
  const limit = Math.min(args.limit ?? 25, 1_000);
  const all = (await names.users(signal)).filter(({ isGone }) => !isGone);
  const lines = all.map(
    ({ id, name, realName, isBot }) =>
      `@${name}  ${id}${realName && `  ${oneLine(realName, 80)}`}${isBot ? "  (bot)" : ""}`,
  );
  return written(lines.slice(0, limit), all.length, "user", countTokens);
}

function written(lines: readonly string[], all: number, noun: string, countTokens: Call["countTokens"]): ToolOutput {
  const { text, count } = fit(lines, countTokens);
  const more =
    all > count ? ` There are more: ${count} of ${all} are shown${count < lines.length ? "" : "; raise limit"}.` : "";
  return { text: `${plural(count, noun)}.${more}${text && `\n${text}`}` };
}

async function listMessages(
  call: Call,
  method: "conversations.history" | "conversations.replies",
): Promise<ToolOutput> {
  const { args, slack, names, signal, countTokens } = call;
  const { channel = "", thread_ts } = args;
  const isThread = method === "conversations.replies";
  const id = await names.channelId(channel, signal);
  const limit = Math.min(args.limit ?? 25, 200);
  const found = await slack.list(
    method,
    "messages",
    { channel: id, ts: isThread ? thread_ts : undefined },
    limit,
    signal,
  );
  const book = await names.book(signal);
  const blocks = found.map((message) => messageText(message, book));
  // History comes newest first, and where not all fits, the newest are kept.
  const { text, count } = fit(isThread ? blocks : blocks.map(backwards), countTokens);
  const shown = (isThread ? text : backwards(text)).trim();
  const cut = count < blocks.length ? ` Only ${count} fit; ask for fewer.` : "";
  return { text: `${plural(count, "message")}.${cut}${shown && `\n\n${shown}`}` };
}

/** Lines the other way round, so that a text of blocks turned and joined can be turned back as a whole. */
const backwards = (text: string) => text.split("\n").reverse().join("\n");

function messageText(message: unknown, book: NameBook): string {
  const ts = textOf(message, "ts");
  const user = textOf(message, "user");
  const who = book.userName(user) ?? (textOf(message, "username") || user || textOf(message, "bot_id"));
  const when = new Date(Number.parseInt(ts, 10) * 1_000 || 0).toISOString().slice(0, 16).replace("T", " ");
  const replies = fieldOf(message, "reply_count");
  const thread = typeof replies === "number" ? `, ${plural(replies, "reply", "replies")}` : "";
  const files = fieldOf(message, "files");
  const names = (Array.isArray(files) ? files : []).map((file: unknown) => `\n[file ${textOf(file, "name")}]`).join("");
  return `@${who}  ${when}  ts ${ts}${thread}\n${toMarkdown(textOf(message, "text"), book)}${names}\n`;
}

async function createChannel({ args, slack, names, signal }: Call): Promise<ToolOutput> {
  const name = (args.channel_name ?? "").replace(/^#/, "");
  if (!/^[\p{Ll}\p{Lo}\p{N}_-]{1,80}$/u.test(name)) {
    return failure(`"${name}" cannot be a channel's name: small letters, digits, - and _, at most 80 of them.`);
  }
  const answer = await slack.call("conversations.create", { name }, signal);
  names.forgetChannels();
  return { text: `Made #${name} (channel ${textOf(fieldOf(answer, "channel"), "id")}). The bot is in it.` };
}
