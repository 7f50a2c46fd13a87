/** Slack's Web API: https://docs.slack.dev/apis/web-api. A refusal is an error with a sentence that says what helps. */
import type { Clock } from "../../agent/clock.ts";
import { fieldOf, listAt } from "../search/engine.ts";
import { Service, ServiceError } from "../web/service.ts";

export interface SlackOptions {
  readonly token: string;
  /** Up to where the names of methods begin; Slack's own where absent. */
  readonly baseUrl?: string | undefined;
  /** Sends in all of a call that fails in passing. */
  readonly tries?: number;
  readonly clock?: Clock;
}

export type SlackArgs = Readonly<Record<string, string | number | boolean | undefined>>;

interface SlackFailure {
  readonly code?: string;
  readonly status?: number;
  readonly waitMs?: number | undefined;
  readonly cause?: unknown;
}

/** Slack said no. `code` is its own word for it; empty where there was no answer to read. */
export class SlackError extends ServiceError {
  readonly code: string;
  constructor(message: string, options: SlackFailure) {
    super(message, options);
    this.code = options.code ?? "";
  }

  /** Whether the same call may go well later. */
  get isPassing(): boolean {
    if (this.code !== "") return passing.has(this.code);
    return this.status < 400 || this.status === 429 || this.status >= 500;
  }
}

const passing: ReadonlySet<string> = new Set([
  "ratelimited",
  "rate_limited",
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
]);

const slackUrl = "https://slack.com/api";
/** Slack gives no more in one page of any list, and asks for no more than 200. */
const pageSize = 200;
const mostPages = 50;

export class Slack {
  readonly #service: Service;

  constructor({ token, baseUrl = slackUrl, tries, clock }: SlackOptions) {
    this.#service = new Service({
      name: "Slack",
      baseUrl,
      headers: { authorization: `Bearer ${token}` },
      ...(tries === undefined ? {} : { tries }),
      ...(clock ? { clock } : {}),
    });
  }

  /** The answer of a method; one that changes something is sent once. Throws `SlackError`. */
  async call(method: string, args: SlackArgs, signal: AbortSignal): Promise<unknown> {
    const given = Object.entries(args).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
    const answer = await this.#ask(method, Object.fromEntries(given), signal);
    if (fieldOf(answer, "ok") === true) return answer;
    const code = textOf(answer, "error") || "unknown_error";
    throw new SlackError(sentence(method, code, answer), { code, status: 200 });
  }

  /** The items of a list, page after page, up to `most` of them. Throws `SlackError`. */
  async list(method: string, key: string, args: SlackArgs, most: number, signal: AbortSignal): Promise<unknown[]> {
    const items: unknown[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages && items.length < most; page++) {
      const limit = Math.min(pageSize, most - items.length);
      const answer = await this.call(method, { ...args, limit, cursor }, signal);
      items.push(...listAt(answer, key));
      cursor = textOf(fieldOf(answer, "response_metadata"), "next_cursor") || undefined;
      if (cursor === undefined) break;
    }
    return items.slice(0, most);
  }

  async #ask(method: string, form: Record<string, string>, signal: AbortSignal): Promise<unknown> {
    try {
      return await this.#service.json({ path: `/${method}`, form, once: isChange(method), signal });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const limited =
        error.status === 429 ? " It limits how often it is called; try again later, and ask for less." : "";
      throw new SlackError(error.message + limited, { status: error.status, waitMs: error.waitMs, cause: error });
    }
  }
}

const isChange = (method: string) => /[.](post\w*|update|add|create)$/.test(method);

/** A field that holds a text; empty where it does not. */
export function textOf(value: unknown, name: string): string {
  const found = fieldOf(value, name);
  return typeof found === "string" ? found : "";
}

const help: Readonly<Record<string, string>> = {
  not_in_channel: "The bot is not in that channel: somebody must invite it there (/invite @bot).",
  channel_not_found:
    "There is no such channel, or it is private and the bot is not in it. list_channels shows those it sees.",
  is_archived: "The channel is archived, so nothing can be posted there.",
  user_not_found: "There is no such user. list_users shows them.",
  thread_not_found: "There is no such thread in that channel; thread_ts is the ts of its first message.",
  message_not_found: "There is no such message in that channel.",
  name_taken: "A channel of that name exists already, perhaps an archived one.",
  msg_too_long: "The message is too long.",
  no_text: "There is no text to post.",
  invalid_auth: "The token is not valid. Set SLACK_BOT_TOKEN to the bot token (xoxb-…) of the app.",
  not_authed: "There is no token. Set SLACK_BOT_TOKEN to the bot token (xoxb-…) of the app.",
  account_inactive: "The token belongs to an app or a user that was removed. Install the app again.",
  token_revoked: "The token was revoked. Install the app again, and set SLACK_BOT_TOKEN to its new bot token.",
  token_expired: "The token has expired. Install the app again, and set SLACK_BOT_TOKEN to its new bot token.",
  not_allowed_token_type: "The token is of the wrong kind: bot tokens begin with xoxb-, app tokens with xapp-.",
  restricted_action: "The workspace does not allow the bot to do that; an administrator can.",
  ratelimited: "It limits how often it is called; try again later, and ask for less.",
};

function sentence(method: string, code: string, answer: unknown): string {
  if (code !== "missing_scope") return `Slack refused ${method} (${code}). ${help[code] ?? ""}`.trim();
  const needed = textOf(answer, "needed") || "another scope";
  return `Slack refused ${method} (${code}). The app needs ${needed}: add it under OAuth & Permissions, and install the app again.`;
}
