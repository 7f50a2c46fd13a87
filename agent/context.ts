/**
 * What the model sees of the log. Built once per marker, then only added to: the cost of a turn does not grow with the
 * length of the session. Also keeps the estimate of its size, anchored at the last count a provider reported.
 */
import type { LogState } from "./log-state.ts";
import type { AssistantMessage, CallId, Message } from "./message.ts";
import type { Model } from "./model.ts";
import { openCalls, repair } from "./repair.ts";

export class Context {
  readonly #log: LogState;
  #messages: Message[] = [];
  /** Number of log entries that `#messages` has taken in. */
  #taken = 0;
  #epoch = -1;
  #tokens: TokenCount = { model: null, covered: 0, tokens: 0 };

  constructor(log: LogState) {
    this.#log = log;
  }

  /**
   * Entries for the next request. The same array from call to call until a marker; do not change it. A round of calls
   * whose results are not all in yet is left out until they are.
   */
  messages(): readonly Message[] {
    const { entries, start, epoch } = this.#log;
    const end = endOfRounds(entries);
    if (epoch !== this.#epoch) this.#rebuild(start, end, epoch);
    for (; this.#taken < end; this.#taken += 1) {
      const entry = entries[this.#taken];
      if (entry) this.#messages.push(entry);
    }
    return this.#messages;
  }

  /** Tokens of the messages by `model`'s measure: what it last counted, and an estimate of what came since. */
  tokens(model: Model): number {
    const messages = this.messages();
    if (this.#tokens.model !== model) this.#tokens = { model, covered: 0, tokens: 0 };
    const count = this.#tokens;
    for (; count.covered < messages.length; count.covered += 1) {
      const message = messages[count.covered];
      if (message) count.tokens += messageTokens(model, message);
    }
    return count.tokens;
  }

  /** Replaces the estimate of what was last sent by what the provider counted (system and tools left out). */
  anchor(model: Model, tokens: number): void {
    this.#tokens = { model, covered: this.#messages.length, tokens };
  }

  /** Estimate of any entries. */
  tokensOf(model: Model, messages: readonly Message[]): number {
    return messages.reduce((sum, message) => sum + messageTokens(model, message), 0);
  }

  /** The entry as the model sees it. */
  #shown(entry: Message): Message {
    const call = answeredCall(entry);
    return call !== undefined && this.#log.dropped.has(call) ? droppedEntry(entry) : entry;
  }

  #rebuild(start: number, end: number, epoch: number): void {
    const { entries, summary } = this.#log;
    const head = entries[start - 1];
    const kept = repair(entries.slice(start, end)).map((entry) => this.#shown(entry));
    this.#messages = summary === null || !head ? kept : [summaryEntry(head, summary), ...kept];
    this.#taken = Math.max(start, end);
    this.#epoch = epoch;
    this.#tokens = { model: null, covered: 0, tokens: 0 };
  }
}

/** The call that an entry has the result of. */
function answeredCall(entry: Message): CallId | undefined {
  if (entry.type === "toolResult" && entry.kind !== "pending") return entry.callId;
  return entry.type === "notice" ? entry.call?.id : undefined;
}

/** A result that was dropped: it keeps its place and loses its content. */
export function droppedEntry(entry: Message): Message {
  if (entry.type !== "toolResult" && entry.type !== "notice") return entry;
  const { attachments: _, details: __, ...rest } = entry;
  return { ...rest, text: "(This result was dropped to make room. Make the call again if it is needed.)" };
}

interface TokenCount {
  model: Model | null;
  covered: number;
  tokens: number;
}

/** Number of entries up to the last round that is whole. */
function endOfRounds(entries: readonly Message[]): number {
  return openCalls(entries).length === 0
    ? entries.length
    : entries.findLastIndex((entry) => entry.type === "assistant");
}

function summaryEntry(last: Message, summary: string): Message {
  return { type: "notice", id: last.id, at: last.at, text: `Summary of the conversation so far:\n\n${summary}` };
}

/**
 * Estimated tokens of one entry; 4 a message for the wire's own frame. Thoughts and signatures count for the model that
 * made them: no other is sent them.
 */
export function messageTokens(model: Model, message: Message): number {
  if (message.type !== "assistant") {
    const files = message.attachments ?? [];
    return files.reduce((sum, file) => sum + model.estimateAttachment(file), model.estimateText(message.text) + 4);
  }
  const own = isBy(message, model);
  return message.parts.reduce((sum, part) => {
    if (part.type === "toolCall") return sum + model.estimateText(part.name + JSON.stringify(part.args)) + 4;
    if (!own) return part.type === "text" ? sum + model.estimateText(part.text) : sum;
    const opaque = part.type === "thinking" && part.data !== undefined ? JSON.stringify(part.data) : "";
    return sum + model.estimateText(part.text + (part.signature ?? "") + opaque);
  }, 4);
}

function isBy({ origin }: AssistantMessage, { info }: Model): boolean {
  return origin.provider === info.provider && origin.model === info.wireId;
}
