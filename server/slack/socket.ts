/**
 * Socket Mode: events come over a WebSocket in envelopes, each of which is acknowledged once it is taken. A connection that is about
 * to end is replaced before it does. https://docs.slack.dev/apis/events-api/using-socket-mode
 */
import { type Clock, systemClock } from "../../agent/clock.ts";
import { ConfigError, messageOf } from "../../agent/error.ts";
import { fieldOf } from "../../tools/search/engine.ts";
import { type Slack, SlackError, textOf } from "../../tools/slack/api.ts";

export interface SocketOptions {
  /** With the app's token. */
  readonly slack: Slack;
  /** Takes the payload of an event. Once it resolves Slack is told that the event is taken; until then it may be sent again. */
  readonly take: (payload: unknown) => Promise<void>;
  /** Hears what happens to the connection, in sentences. */
  readonly note: (words: string) => void;
  readonly clock?: Clock;
  /** Between two pings, in ms; a connection that is silent for three of them is given up. */
  readonly pingMs?: number;
}

const helloMs = 15_000;
const longestPauseMs = 30_000;

/** Keeps connected until the signal aborts. Throws `ConfigError` where Slack says that trying again is no use. */
export async function keepConnected(options: SocketOptions, signal: AbortSignal): Promise<void> {
  const { slack, note, clock = systemClock } = options;
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  let links: readonly Link[] = [];
  let failures = 0;
  while (!signal.aborted) {
    try {
      const link = new Link(await ticket(slack, signal), options);
      links = [...links.filter(({ isOver }) => !isOver), link];
      await Promise.race([link.ready, stopped]);
      for (const other of links) if (other !== link) other.close();
      links = [link];
      if (failures > 0) note("Slack is there again.");
      failures = 0;
      await Promise.race([link.leaving, stopped]);
    } catch (error) {
      if (signal.aborted) break;
      if (error instanceof ConfigError) {
        for (const link of links) link.close();
        throw error;
      }
      if (failures++ === 0) note(`Slack cannot be reached: ${messageOf(error)} What is to be said is kept.`);
      const askedMs = error instanceof SlackError ? (error.waitMs ?? 0) : 0;
      await clock.sleep(Math.max(askedMs, Math.min(longestPauseMs, 500 * 2 ** (failures - 1))), signal);
    }
  }
  for (const link of links) link.close();
}

/** Each address serves once. */
async function ticket(slack: Slack, signal: AbortSignal): Promise<string> {
  try {
    return textOf(await slack.call("apps.connections.open", {}, signal), "url");
  } catch (error) {
    if (!(error instanceof SlackError) || error.isPassing) throw error;
    const hint =
      "SLACK_APP_TOKEN is an app-level token (xapp-…) with the scope connections:write; Socket Mode must be on.";
    throw new ConfigError(`Slack lets this app not listen (${error.code || error.status}).`, { hint, cause: error });
  }
}

/** Bun's have more than those of a browser. */
interface BunSocket extends WebSocket {
  ping(): void;
  terminate(): void;
}

/** One connection. */
class Link {
  /** Slack has greeted. Rejects where it does not. */
  readonly ready: Promise<void>;
  /** It is over, or will be soon. */
  readonly leaving: Promise<void>;
  readonly #socket: BunSocket;
  readonly #options: SocketOptions;
  readonly #greet = Promise.withResolvers<void>();
  readonly #leave = Promise.withResolvers<void>();
  readonly #pulse: Timer;
  #heardAt = Date.now();
  /** Nothing comes from it any more. */
  isOver = false;

  constructor(url: string, options: SocketOptions) {
    const { pingMs = 10_000 } = options;
    this.#options = options;
    this.ready = this.#greet.promise;
    this.leaving = this.#leave.promise;
    this.ready.catch(() => {});
    this.#socket = new WebSocket(url) as BunSocket;
    const heard = () => {
      this.#heardAt = Date.now();
    };
    for (const type of ["ping", "pong"]) this.#socket.addEventListener(type, heard);
    this.#socket.addEventListener("message", ({ data }) => {
      heard();
      this.#hear(String(data));
    });
    this.#socket.addEventListener("close", () => this.#end("the connection was closed."));
    this.#socket.addEventListener("error", () => this.#end("the connection failed."));
    const bornAt = Date.now();
    let greeted = false;
    this.ready.then(
      () => {
        greeted = true;
      },
      () => {},
    );
    this.#pulse = setInterval(() => {
      const isLate = !greeted && Date.now() - bornAt > helloMs;
      if (isLate || Date.now() - this.#heardAt > 3 * pingMs) this.#drop();
      else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
    }, pingMs);
  }

  /** No more is heard. */
  close(): void {
    this.#end("it was closed here.");
    this.#socket.close();
  }

  #drop(): void {
    this.#end("nothing was heard for too long.");
    this.#socket.terminate();
  }

  #end(why: string): void {
    this.isOver = true;
    clearInterval(this.#pulse);
    this.#greet.reject(new SlackError(why, {}));
    this.#leave.resolve();
  }

  #hear(text: string): void {
    const frame = parse(text);
    const envelope = textOf(frame, "envelope_id");
    switch (textOf(frame, "type")) {
      case "hello":
        return this.#greet.resolve();
      case "disconnect":
        // It goes on for some seconds; what it brings is still taken.
        return this.#leave.resolve();
      case "events_api":
        return void this.#take(envelope, fieldOf(frame, "payload"));
      default:
        if (envelope !== "") this.#acknowledge(envelope);
    }
  }

  async #take(envelope: string, payload: unknown): Promise<void> {
    try {
      await this.#options.take(payload);
      this.#acknowledge(envelope);
    } catch (error) {
      this.#options.note(`An event could not be kept, so Slack will send it again: ${messageOf(error)}`);
    }
  }

  #acknowledge(envelope: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ envelope_id: envelope }));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
