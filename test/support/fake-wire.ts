/** What each wire of the fake provider implements, and the little that they share. */
import type { StopReason, Usage } from "../../agent/message.ts";
import type { Json } from "./fake-json.ts";
import type { Seals } from "./fake-seals.ts";
import type { FakePart, FakeReply, FakeView, Wire } from "./fake-types.ts";

/** What a reply is rendered with. */
export interface ReplyContext {
  readonly model: string;
  /** Body of the request. */
  readonly body: Json;
  readonly usage: Usage;
  /** Tokens of thinking, part of `usage.output`. */
  readonly thinkingTokens: number;
  readonly seals: Seals;
  /** A new id with the vendor's prefix, e.g. `msg_` + 24 characters. */
  readonly id: (prefix: string) => string;
}

/** What a request is checked with. */
export interface CheckContext {
  readonly model: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly seals: Seals;
  /** The request asks for a token count, not for an answer. */
  readonly counting: boolean;
  /** The last answer stopped with `pause`, so the next request may end in it. */
  readonly paused: boolean;
}

/** A failure as a vendor words it: HTTP status and body. */
export interface Refusal {
  readonly status: number;
  readonly body: unknown;
}

export interface FakeWire {
  readonly wire: Wire;
  /** The API key the request carries, or null. */
  keyOf(headers: Readonly<Record<string, string>>): string | null;
  /** The answer to a missing (null) or wrong key. */
  badKey(key: string | null): Refusal;
  /** Why the vendor would refuse the request, or undefined. */
  problem(body: Json, context: CheckContext): string | undefined;
  view(body: Json): Omit<FakeView, "model">;
  /** The prompt in the order the vendor caches it, a block each. */
  blocks(body: Json): unknown[];
  /** The lifetime the request asks prompt caching for; the vendor caches by itself where it is `automatic`. */
  caching(body: Json): "none" | "5m" | "1h" | "automatic";
  /** Which of `blocks` a prompt is cached up to, where the request marks them; any may be found again otherwise. */
  marks?(body: Json): readonly number[];
  /** The schema that the request holds the answer to. */
  schema(body: Json): unknown;
  /** The SSE events of a whole answer. */
  events(reply: FakeReply, context: ReplyContext): string[];
  /** The SSE event of a failure in the middle of an answer. */
  errorEvent(code: string, message: string): string;
  errorBody(status: number, message: string): unknown;
}

export function sse(data: unknown, event?: string): string {
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}

export function argsText(part: Extract<FakePart, { call: string }>): string {
  return part.raw ?? JSON.stringify(part.args);
}

export function stopOf(reply: FakeReply): StopReason {
  return reply.stop ?? (reply.parts.some((part) => "call" in part) ? "toolUse" : "endTurn");
}

export const defaultChunkChars = 12;
