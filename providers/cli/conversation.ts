/**
 * One conversation with a vendor's program, cut into our rounds. The program calls our tools in the middle of its turn;
 * the answer ends there, the program waits, and the next answer begins with the results. So the runtime runs every tool.
 */
import type { Message, ToolResultMessage } from "../../agent/message.ts";
import type { Chunk, DraftPart, ModelInfo, ModelRequest } from "../../agent/model.ts";
import { isOwn, type Said, withhold } from "../neutral.ts";
import type { Link, LinkWish } from "./link.ts";
import { attachmentBlocks, newWords, type Words, wholeWords } from "./words.ts";

/** What the program has heard and said, as the runtime has it. */
interface Heard {
  readonly link: Link;
  readonly wish: string;
  /** Entries up to its last answer. */
  readonly entries: readonly Message[];
  readonly said: readonly DraftPart[];
  /** Its calls in order, by the keys that it knows them by. */
  readonly calls: readonly string[];
  /** Times that it was spoken to. */
  readonly turns: number;
}

/** How a request reaches a program: what it is told, in the one that holds the conversation or in a new one. */
export interface Delivery {
  readonly link: Link;
  /** It was started for this, and may not be ready yet. */
  readonly isFresh: boolean;
  readonly results: readonly { readonly key: string; readonly message: ToolResultMessage }[];
  /** Empty where there is nothing to say. */
  readonly words: Words;
  /** Remembers how the answer ended; without it the program is not used again. */
  readonly keep: (end: Extract<Chunk, { type: "done" }>, calls: readonly string[]) => void;
}

const mostTurns = 100;

export class Conversation implements AsyncDisposable {
  readonly #info: ModelInfo;
  readonly #start: (wish: LinkWish) => Promise<Link>;
  readonly #ending = new Set<Promise<void>>();
  #heard: Heard | undefined;
  /** Started ahead, in the place of one that was given up. */
  #spare: { readonly wish: string; readonly link: Promise<Link> } | undefined;
  #closed = false;

  constructor(info: ModelInfo, start: (wish: LinkWish) => Promise<Link>) {
    this.#info = info;
    this.#start = start;
  }

  /** Takes the program out of the conversation until the delivery is kept. */
  async begin(request: ModelRequest): Promise<Delivery> {
    const messages = withhold(request.messages);
    const wish = JSON.stringify(wishOf(request));
    const heard = this.#heard;
    this.#heard = undefined;
    const news = heard?.wish === wish && isWell(heard.link) ? this.#unheard(heard, messages) : undefined;
    if (heard && news) {
      const turns = heard.turns + (news.said.length > 0 ? 1 : 0);
      const words = news.said.length > 0 ? newWords(news.said, this.#info) : [];
      const keep = this.#keeper(heard.link, wish, messages, turns);
      return { link: heard.link, isFresh: false, results: news.results, words, keep };
    }
    if (heard) this.drop(heard.link);
    const link = await this.#take(request, wish);
    const words = wholeWords(messages, this.#info);
    return { link, isFresh: true, results: [], words, keep: this.#keeper(link, wish, messages, 1) };
  }

  /** Ends a program that is of no more use, and starts another for what may come. */
  drop(link: Link, next?: LinkWish): void {
    const ended = Promise.resolve(link[Symbol.asyncDispose]());
    this.#ending.add(ended);
    void ended.finally(() => this.#ending.delete(ended));
    if (!next || this.#closed || this.#spare) return;
    const spare = this.#start(next);
    spare.catch(() => {});
    this.#spare = { wish: JSON.stringify(wishOf(next)), link: spare };
  }

  /** A result as its program is told it. */
  answerOf({ text, isError, attachments }: ToolResultMessage) {
    return { blocks: [{ type: "text" as const, text }, ...attachmentBlocks(attachments, this.#info)], isError };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    if (this.#heard) this.drop(this.#heard.link);
    this.#heard = undefined;
    const spare = await this.#spare?.link.catch(() => undefined);
    this.#spare = undefined;
    if (spare) this.drop(spare);
    await Promise.allSettled(this.#ending);
  }

  async #take(request: ModelRequest, wish: string): Promise<Link> {
    const spare = this.#spare;
    this.#spare = undefined;
    const warm = await spare?.link.catch(() => undefined);
    if (warm && spare?.wish === wish && isWell(warm)) return warm;
    if (warm) this.drop(warm);
    return this.#start(wishOf(request));
  }

  #keeper(link: Link, wish: string, entries: readonly Message[], turns: number): Delivery["keep"] {
    const heard = entries.slice();
    return ({ parts }, calls) => {
      if (this.#closed) return this.drop(link);
      this.#heard = { link, wish, entries: heard, said: parts, calls, turns };
    };
  }

  /** What came since the program's last answer; undefined where the conversation is not the one that it knows. */
  #unheard(heard: Heard, messages: readonly Message[]) {
    const { entries, said, calls, turns } = heard;
    const answer = messages[entries.length];
    const since = messages.slice(entries.length + 1);
    if (answer?.type !== "assistant" || !isOwn(answer, this.#info) || !isSame(answer.parts, said)) return undefined;
    if (entries.some((entry, index) => entry !== messages[index])) return undefined;
    if (since.some((entry) => entry.type === "assistant")) return undefined;
    if (turns >= mostTurns && calls.length === 0) return undefined;
    const ids = answer.parts.flatMap((part) => (part.type === "toolCall" ? [part.callId] : []));
    const results = since.filter((entry) => entry.type === "toolResult");
    const keyed = results.map((message) => ({ key: calls[ids.indexOf(message.callId)], message }));
    const known = keyed.flatMap(({ key, message }) => (key === undefined ? [] : [{ key, message }]));
    if (known.length !== calls.length) return undefined;
    return { results: known, said: since.filter((entry): entry is Said => entry.type !== "toolResult") };
  }
}

function isWell(link: Link): boolean {
  return !link.events.has(({ type }) => type === "failed");
}

function wishOf({ system, tools, settings, maxOutputTokens }: LinkWish): LinkWish {
  return { system, tools, settings, ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }) };
}

function isSame(parts: readonly DraftPart[], said: readonly DraftPart[]): boolean {
  const words = (part: DraftPart) => (part.type === "toolCall" ? part.name : part.text);
  return (
    parts.length === said.length &&
    parts.every((part, at) => said[at]?.type === part.type && words(said[at]) === words(part))
  );
}
