/** What a page said and did between two calls, for its agent: bounded, each told once. */
import type { BrowserContext, ConsoleMessage, Page, Request } from "playwright-core";
import { oneLine } from "../output.ts";
import type { Gateway } from "./gateway.ts";

interface Entry {
  readonly level: "error" | "warning" | "info";
  readonly text: string;
}

/** Most entries kept until they are asked for, and most errors told unasked. */
const [mostKept, mostTold, mostNotes] = [300, 8, 12];
const maxChars = 300;

export class News {
  #entries: Entry[] = [];
  #dropped = 0;
  #untold: string[] = [];
  #notes: string[] = [];

  /** What happened that the agent has to know, as a sentence. */
  note(text: string): void {
    if (this.#notes.length < mostNotes) this.#notes.push(oneLine(text, maxChars));
  }

  add(level: Entry["level"], text: string): void {
    const entry = { level, text: oneLine(text, maxChars) };
    if (this.#entries.length === mostKept) {
      this.#entries.shift();
      this.#dropped++;
    }
    this.#entries.push(entry);
    if (level === "error" && this.#untold.length <= mostKept) this.#untold.push(entry.text);
  }

  /** What was not told yet: sentences, and the first of the errors. */
  take(): string[] {
    const errors = this.#untold.slice(0, mostTold);
    const more = this.#untold.length - errors.length;
    const lines = [...this.#notes, ...errors.map((text) => `Error: ${text}`)];
    if (more > 0) lines.push(`${more} more errors; see them with action "console".`);
    this.#untold = [];
    this.#notes = [];
    return lines;
  }

  /** All that was said since the last time. */
  takeAll(): string[] {
    const lines = this.#entries.map(({ level, text }) => `${level}: ${text}`);
    if (this.#dropped > 0) lines.unshift(`[${this.#dropped} earlier ones were dropped]`);
    this.#entries = [];
    this.#untold = [];
    this.#dropped = 0;
    return lines;
  }
}

/** Listens to what all pages of a context say, and to what they ask for in vain. */
export function follow(context: BrowserContext, news: News, gateway: Gateway): void {
  context.on("console", (message) => hear(message, news));
  context.on("weberror", (error) => {
    const { message, name } = error.error();
    news.add("error", `uncaught ${message.startsWith(name) ? message : `${name}: ${message}`}`);
  });
  context.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    // What the page itself or a download gave up.
    if (why === "net::ERR_ABORTED") return;
    news.add("error", `${nameOf(request)} failed: ${reasonOf(why, request.url(), gateway)}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400) news.add("error", `${nameOf(response.request())} answered ${response.status()}`);
  });
}

function hear(message: ConsoleMessage, news: News): void {
  const [type, text] = [message.type(), message.text()];
  // The browser's own words for what is told as a failed request.
  if (type === "error" && text.startsWith("Failed to load resource")) return;
  const { url, lineNumber } = message.location();
  const at = url ? oneLine(`(${url}:${lineNumber + 1})`, 80) : "";
  const level = type === "error" || type === "assert" ? "error" : type === "warning" ? "warning" : "info";
  news.add(level, `${oneLine(text, maxChars - 80)} ${at}`.trim());
}

const nameOf = (request: Request) => `${request.method()} ${oneLine(request.url(), 200)}`;

/** Why a request brought nothing; the gateway knows what the browser cannot. */
export function reasonOf(why: string, url: string, gateway: Gateway): string {
  const known =
    /ERR_(?:SOCKS|PROXY|TUNNEL)/.test(why) && URL.canParse(url) ? gateway.reasonFor(new URL(url)) : undefined;
  return (
    known ??
    (why
      .replace(/^net::ERR_/, "")
      .replaceAll("_", " ")
      .toLowerCase() ||
      "no reason given")
  );
}

/** Requests of a page that have not ended. */
export class Pending {
  readonly #open = new Set<Request>();
  #changedAt = performance.now();

  constructor(page: Page) {
    const done = (request: Request) => {
      this.#open.delete(request);
      this.#changedAt = performance.now();
    };
    page.on("request", (request) => {
      // These stay open on purpose.
      if (["eventsource", "websocket", "media", "ping"].includes(request.resourceType())) return;
      this.#open.add(request);
      this.#changedAt = performance.now();
    });
    page.on("requestfinished", done);
    page.on("requestfailed", done);
    page.on("framenavigated", (frame) => frame === page.mainFrame() && this.#open.clear());
  }

  isQuiet(ms: number): boolean {
    return this.#open.size === 0 && performance.now() - this.#changedAt >= ms;
  }
}
