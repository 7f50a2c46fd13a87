/**
 * Finds words in the conversations of many sessions. Reads the files themselves: 200 MB take a fraction of a second, so
 * there is no index to keep. A line is parsed only where its raw text may hold a match.
 */
import type { AgentEvent } from "../agent/event.ts";
import type { CallId, Message, MessageId } from "../agent/message.ts";
import { readRecord } from "../agent/record.ts";
import type { SessionSummary } from "../agent/session-list.ts";
import { sessionLines } from "./records.ts";

export type FoundRole = "user" | "peer" | "assistant" | "toolCall" | "toolResult" | "notice";

/** A passage of a conversation that holds the words. */
export interface Match {
  readonly session: string;
  /** Of the session. */
  readonly title: string;
  readonly agent: string;
  readonly messageId: MessageId;
  readonly call?: CallId;
  /** Unix time in ms. */
  readonly at: number;
  readonly role: FoundRole;
  /** The words with some of what stands around them, on one line. */
  readonly snippet: string;
  /** Where the words are in the snippet: start and end, in UTF-16 units. */
  readonly ranges: readonly (readonly [number, number])[];
}

export interface FindOptions {
  readonly signal?: AbortSignal;
  /** Matches in all; 200 by default. */
  readonly limit?: number;
  /** Matches of one session, its newest; 20 by default. */
  readonly perSession?: number;
}

type Session = Pick<SessionSummary, "id" | "dir" | "title">;

/**
 * Matches in the order of `sessions`, the newest of each first. Capitals in the query make it heed case. Ends early when
 * the signal is aborted. A session that cannot be read has none.
 */
export async function* findInSessions(
  sessions: readonly Session[],
  query: string,
  { signal, limit = 200, perSession = 20 }: FindOptions = {},
): AsyncGenerator<Match> {
  if (query.trim() === "") return;
  const flags = query === query.toLowerCase() ? "gi" : "g";
  const raw = new RegExp(literally(JSON.stringify(query).slice(1, -1)), flags);
  const words = new RegExp(literally(query), flags);
  let left = limit;
  for (const session of sessions) {
    const found = await findInSession(session, raw, words, Math.min(left, perSession), signal);
    if (signal?.aborted) return;
    yield* found;
    left -= found.length;
    if (left <= 0) return;
  }
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** The last `most` matches of a session, newest first. What was found before the disk refused stands. */
async function findInSession(session: Session, raw: RegExp, words: RegExp, most: number, signal?: AbortSignal) {
  let found: Match[] = [];
  try {
    for await (const lines of sessionLines(session.dir)) {
      if (signal?.aborted) break;
      for (const line of linesWith(raw, lines)) found.push(...matchesIn(session, line, words));
      found = found.slice(-most);
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
  return found.reverse();
}

/** The lines that hold a match, each once. */
function* linesWith(words: RegExp, lines: string): Generator<string> {
  words.lastIndex = 0;
  for (let hit = words.exec(lines); hit; hit = words.exec(lines)) {
    const start = lines.lastIndexOf("\n", hit.index) + 1;
    const next = lines.indexOf("\n", hit.index);
    const end = next < 0 ? lines.length : next;
    yield lines.slice(start, end);
    words.lastIndex = end;
  }
}

function matchesIn({ id: session, title }: Session, line: string, words: RegExp): Match[] {
  const event: AgentEvent | undefined = readRecord(line);
  if (event?.type !== "message") return [];
  const { agent, message } = event;
  return passages(message).flatMap(({ text, ...passage }) => {
    const shown = excerpt(text, words);
    return shown ? [{ session, title, agent, messageId: message.id, at: message.at, ...passage, ...shown }] : [];
  });
}

interface Passage {
  readonly role: FoundRole;
  readonly call?: CallId;
  readonly text: string;
}

function passages(message: Message): readonly Passage[] {
  switch (message.type) {
    case "user":
    case "peer":
      return [{ role: message.type, text: message.text }];
    case "notice":
      return [{ role: "notice", text: message.text, ...(message.call ? { call: message.call.id } : {}) }];
    case "toolResult":
      return [{ role: "toolResult", call: message.callId, text: message.text }];
    case "assistant":
      return message.parts.flatMap((part): Passage[] => {
        if (part.type === "text") return [{ role: "assistant", text: part.text }];
        if (part.type === "thinking") return [];
        return [part.name, ...leaves(part.args)].map((text) => ({ role: "toolCall", call: part.callId, text }));
      });
  }
}

/** Every value of a JSON tree as text. */
function leaves(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leaves);
  return [String(value)];
}

const before = 60;
const after = 120;

/** The first match and what stands around it; undefined where there is none. */
function excerpt(text: string, words: RegExp): Pick<Match, "snippet" | "ranges"> | undefined {
  words.lastIndex = 0;
  const first = words.exec(text);
  if (!first) return undefined;
  const start = wholeLetter(text, Math.max(0, first.index - before));
  const end = wholeLetter(text, Math.min(text.length, first.index + first[0].length + after));
  const shown = text.slice(start, end);
  const head = start > 0 ? "…" : "";
  words.lastIndex = 0;
  const ranges = [...shown.matchAll(words)].map(
    (hit) => [hit.index + head.length, hit.index + head.length + hit[0].length] as const,
  );
  return { snippet: `${head}${shown.replace(unseen, " ")}${end < text.length ? "…" : ""}`, ranges };
}

// Line ends, control characters and marks that reorder text; each gives way to one space, so that ranges stay true.
const unseen = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** The same place, or one back where it is inside of a surrogate pair. */
function wholeLetter(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit < 0xe000 ? index - 1 : index;
}
