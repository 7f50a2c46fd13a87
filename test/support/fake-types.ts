/** The words of the fake provider: what a test scripts, and what it can look at afterwards. */
import type { StopReason, Usage } from "../../agent/message.ts";

/** The four wires: Anthropic Messages, OpenAI Responses, OpenAI chat completions, Gemini. */
export type Wire = "anthropic" | "openai" | "chat" | "gemini";
export const wires: readonly Wire[] = ["anthropic", "openai", "chat", "gemini"];

/**
 * One part of an answer, in the order the model makes them. A thought gets a signature of the fake's own unless one is
 * given; a `redacted` one comes sealed, without its text. `raw` is sent as the argument text of a call in place of `args`.
 */
export type FakePart =
  | { text: string }
  | { thinking: string; signature?: string; redacted?: boolean }
  | { call: string; args: Record<string, unknown>; raw?: string };

/**
 * What goes wrong in the middle of an answer, before the chunk numbered `atChunk` (from 0) is sent; nothing
 * does when there are fewer. The headers go out with the first chunk, so before chunk 0 the client has no answer at all.
 * - `cut` ends the connection: by a reset, or with `clean` by an orderly end of the body without the terminal event. A
 *   client may lose what it had not yet read before a reset, the whole answer included.
 * - `stall` sends nothing more but keeps the connection open: for `ms`, or until the client leaves. It tells `reached`
 *   when all before it has left.
 * - `garbage` sends a data line that is no JSON, then goes on.
 * - `drip` sends the rest a few bytes at a time, `ms` apart (1 unless given), so lines and characters arrive torn.
 * - `errorEvent` sends the vendor's own error event and ends.
 */
export type FakeFault =
  | { type: "cut"; atChunk: number; clean?: boolean }
  | { type: "stall"; atChunk: number; ms?: number; reached?: () => void }
  | { type: "garbage"; atChunk: number }
  | { type: "drip"; atChunk: number; ms?: number }
  | { type: "errorEvent"; atChunk: number; code: string; message: string };

/** A streamed answer. */
export interface FakeReply {
  parts: FakePart[];
  /** Ends in a text that fits the schema of the request, which is to have one. */
  document?: boolean;
  /** `toolUse` when there is a call and `endTurn` otherwise, unless given. */
  stop?: StopReason;
  /** The vendor's own word for why it stopped, in place of the one `stop` stands for. */
  finish?: string;
  /** Meters in place of the ones counted at four characters a token. `output` includes `thinking`. */
  usage?: Partial<Usage> & { thinking?: number };
  /** The tier that served the call, in the vendor's own word. */
  tier?: string;
  headers?: Record<string, string>;
  /** Size of a delta in characters; 12 unless given. */
  chunkChars?: number;
  fault?: FakeFault;
}

/** An answer without a stream. The body has the vendor's shape for the status unless `body` or `text` is given. */
export interface FakeFailure {
  status: number;
  body?: unknown;
  text?: string;
  headers?: Record<string, string>;
}

export type FakeStep = FakeReply | FakeFailure;

/** Steps in order, or a function of the request. Requests that the fake refuses take no step. */
export type FakeScript = readonly FakeStep[] | ((request: FakeRequest, index: number) => FakeStep | Promise<FakeStep>);

/** A run of one role, whatever the wire. Ids are `1`, `2`, ... in the order the calls are first seen. */
export interface FakeMessage {
  role: "user" | "assistant";
  texts: string[];
  thinking: string[];
  calls: { id: string; name: string; args: unknown }[];
  results: { id: string; text: string; isError: boolean }[];
  /** MIME types of the images and files. */
  images: string[];
}

/** A request read the same way on every wire, so that one assertion serves all four. */
export interface FakeView {
  model: string;
  system: string;
  tools: string[];
  messages: FakeMessage[];
}

export interface FakeRequest {
  readonly wire: Wire;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: unknown;
  /** The body as it was sent. */
  readonly text: string;
  /** Unix time in ms. */
  readonly at: number;
  readonly view: FakeView;
  /** The client left before the answer was whole. */
  aborted: boolean;
}

export interface FakeProvider extends AsyncDisposable {
  /** The base URL that the vendor's SDK wants. */
  url(wire: Wire): string;
  /** Every request for an answer, refused ones included. */
  readonly requests: FakeRequest[];
  /** Every request to count tokens. */
  readonly counts: FakeRequest[];
  /** What a vendor would have refused, a sentence each; a test ends by expecting none. */
  readonly problems: string[];
  /** How many chunks a reply takes on a wire: a fault may be put before any of them. */
  chunkCount(step: FakeReply, wire: Wire): number;
}
