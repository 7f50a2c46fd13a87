/** What an agent says in Slack of what it does: its events become replies, live as from a session that is resumed. */
import type { ErrorInfo } from "../../agent/error.ts";
import type { AgentEvent, EventOf } from "../../agent/event.ts";
import { textOf, toolCalls } from "../../agent/message.ts";
import { askLines } from "../terminal-asks.ts";
import type { Thread } from "./incoming.ts";

export interface Reply {
  /** The same each time that the same event is read. */
  readonly id: string;
  readonly thread: Thread;
  /** Markdown. */
  readonly text: string;
}

export interface Heading extends Thread {
  readonly message: string;
  readonly who: string;
  readonly where: string;
}

/** The line that a message of Slack begins with, as its agent reads it. */
export function headingText({ channel, ts, message, who, where }: Heading): string {
  const safe = (text: string) => text.replace(/[\][\s]+/g, " ");
  return `[Slack: ${safe(who)} in ${safe(where)}, thread ${channel}/${ts}, message ${message}]`;
}

/** Undefined for a text that came another way. */
export function readHeading(text: string): Pick<Heading, "channel" | "ts" | "message"> | undefined {
  const found = /^\[Slack: [^\]\n]*, thread ([A-Z0-9]+)\/(\d+\.\d+), message (\d+\.\d+)\]/.exec(text);
  const [, channel, ts, message] = found ?? [];
  return channel && ts && message ? { channel, ts, message } : undefined;
}

const ends: Partial<Record<EventOf<"idle">["reason"], string>> = {
  error: "I could not go on.",
  max_rounds: "I stopped: this took more rounds than I may make.",
  budget: "I stopped: the budget is used up.",
  truncated: "My answer was cut at its length limit.",
  refused: "The model refused to answer.",
  loop: "I stopped: I was repeating myself.",
};

export class Replies {
  readonly #agent: string;
  #error: ErrorInfo | undefined;
  /** Where the present work came from, and where its answer goes. */
  thread: Thread | undefined;
  /** Time of the message that it was last told. */
  message: string | undefined;
  /** Nothing came after the last message that was answered. */
  isDone = true;

  constructor(agent: string) {
    this.#agent = agent;
  }

  /** Takes the agent's events in order; those of agents below it are theirs. */
  take(event: AgentEvent): Reply | undefined {
    if (event.type === "asked") {
      const lines = askLines(event.askId, event.agent, event.ask);
      return this.#reply(`${event.agent}/${event.askId}`, lines.join("\n"));
    }
    if (event.agent !== this.#agent) return undefined;
    switch (event.type) {
      case "queued":
        this.isDone = false;
        return undefined;
      case "message":
        return this.#message(event.message);
      case "error":
        this.#error = event.error;
        return undefined;
      case "idle":
        return this.#end(event);
      default:
        return undefined;
    }
  }

  #message(message: EventOf<"message">["message"]): Reply | undefined {
    if (message.type === "user") {
      const heading = readHeading(message.text);
      if (heading) {
        this.thread = { channel: heading.channel, ts: heading.ts };
        this.message = heading.message;
      }
      this.isDone = false;
      this.#error = undefined;
    }
    if (message.type !== "assistant" || toolCalls(message).length > 0 || message.stopReason === "interrupted") {
      return undefined;
    }
    return this.#reply(`${this.#agent}/${message.id}`, textOf(message));
  }

  #end({ reason, at }: EventOf<"idle">): Reply | undefined {
    this.isDone = true;
    const words = ends[reason];
    if (words === undefined) return undefined;
    const { message, hint } = this.#error ?? {};
    return this.#reply(`${this.#agent}/end/${at}`, [`:warning: ${words}`, message, hint].filter(Boolean).join("\n"));
  }

  #reply(id: string, text: string): Reply | undefined {
    return this.thread && text.trim() !== "" ? { id, thread: this.thread, text } : undefined;
  }
}
