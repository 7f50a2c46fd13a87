/** What the cases of the provider contract share: a subject, a rig around it, and conversations in neutral messages. */
import { expect } from "bun:test";
import type { AssistantMessage, Attachment, CallId, Message, ToolCallPart, Usage } from "../../agent/message.ts";
import {
  type Chunk,
  type DraftPart,
  lowestSettings,
  type Model,
  type ModelInfo,
  type ModelRequest,
  type ModelSettings,
  originOf,
  type Provider,
  type ToolSpec,
} from "../../agent/model.ts";
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import type { FakeFailure, FakeProvider, FakeScript, Wire } from "../support/fake-types.ts";

export interface AdapterOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly resolve: (id?: string) => ModelInfo;
  readonly idleMs: number;
  readonly connectMs: number;
}

/** What a model may have or lack. Where it lacks something, the suite expects what is said to stand in for it. */
export interface Abilities {
  /** Images reach it, and PDFs; else a note in the text stands for each. */
  readonly images: boolean;
  readonly pdf: boolean;
  /** It is held to a schema; else `ModelInfo.structured` is absent. */
  readonly structured: boolean;
  /** It takes stop sequences; else a request with some is refused unsent. */
  readonly stops: boolean;
  /** Its thoughts go back to it. */
  readonly replay: boolean;
  /** How long its prompt cache lives where the request says so, in seconds; else it caches by itself or not at all. */
  readonly cacheTtlSec: readonly number[];
}

/** An adapter under test and what its wire can and cannot do. */
export interface Subject {
  readonly wire: Wire;
  /** A model that calls tools. */
  readonly info: ModelInfo;
  readonly can: Abilities;
  readonly create: (options: AdapterOptions) => Provider;
  /** Settings that make the wire show thinking. */
  readonly thinking: Partial<ModelSettings>;
  /** Meters that the wire reports besides `input` and `output`. */
  readonly meters: readonly (keyof Usage)[];
  /** Whether the wire can carry call arguments that are no JSON object. */
  readonly rawArgs: boolean;
  /** What proves in a request's body that a thought went back; undefined where the wire takes none. */
  readonly proofOf: (part: DraftPart) => string | undefined;
  /** The vendor's in-band way to say that it is overloaded. */
  readonly overloaded: string;
  /** How the vendor says that 210,000 tokens are more than 200,000. */
  readonly overflow: FakeFailure;
  /** How many chunks at the end of an answer may get lost without making it a cut; none unless given. */
  readonly spareChunks?: number;
}

export interface Rig extends AsyncDisposable {
  readonly fake: FakeProvider;
  readonly provider: Provider;
  readonly model: Model;
  readonly ask: (messages: readonly Message[], more?: Partial<ModelRequest>, signal?: AbortSignal) => Promise<Chunk[]>;
}

export interface RigOptions {
  readonly idleMs?: number;
  readonly apiKey?: string;
  readonly info?: ModelInfo;
}

/** The adapter against a fake provider of its own. */
export async function rig(subject: Subject, script: FakeScript, options: RigOptions = {}): Promise<Rig> {
  const fake = await startFakeProvider(script);
  const { idleMs = 10_000, apiKey = testKey, info = subject.info } = options;
  const baseUrl = fake.url(subject.wire);
  const provider = subject.create({ apiKey, baseUrl, idleMs, connectMs: 5000, resolve: () => info });
  const model = await provider.model();
  return {
    fake,
    provider,
    model,
    ask: (messages, more, signal = new AbortController().signal) =>
      Array.fromAsync(model.stream(requestOf(info, messages, more), signal)),
    async [Symbol.asyncDispose]() {
      await provider.close();
      await fake[Symbol.asyncDispose]();
    },
  };
}

export function requestOf(
  info: ModelInfo,
  messages: readonly Message[],
  more: Partial<ModelRequest> = {},
): ModelRequest {
  return { system: "Be brief.", tools: [readTool], settings: lowestSettings(info), messages, ...more };
}

export const readTool: ToolSpec = {
  name: "Read",
  description: "Reads a file.",
  schema: {
    type: "object",
    properties: { path: { type: "string" } },
    required: ["path"],
    additionalProperties: false,
  },
};

/** A conversation under construction; its entries are immutable, as in the log. */
export function conversation(info: ModelInfo) {
  const log: Message[] = [];
  let calls = 0;
  const entry = () => ({ id: `m${log.length}` as const, at: log.length });
  const files = (attachments?: Attachment[]) => (attachments ? { attachments } : {});
  return {
    log,
    user: (text: string, attachments?: Attachment[]) =>
      void log.push({ ...entry(), type: "user", text, ...files(attachments) }),
    push: (make: (entry: { id: `m${number}`; at: number }) => Message) => void log.push(make(entry())),
    /** Adds what a call answered, by the model asked or by another; gives its calls. */
    answer(chunk: Chunk | undefined, origin = originOf(info)): ToolCallPart[] {
      if (chunk?.type !== "done") throw new Error(`Not an answer: ${JSON.stringify(chunk)}`);
      const parts = chunk.parts.map((part) =>
        part.type === "toolCall" ? { ...part, callId: `c${calls++}` as const } : part,
      );
      const message: AssistantMessage = { ...entry(), type: "assistant", origin, parts, stopReason: chunk.stopReason };
      log.push(message);
      return parts.filter((part) => part.type === "toolCall");
    },
    result: (callId: CallId, text: string, more: { isError?: boolean; attachments?: Attachment[] } = {}) =>
      void log.push({
        ...entry(),
        type: "toolResult",
        callId,
        name: "Read",
        kind: "final",
        isError: false,
        text,
        ...more,
      }),
  };
}

/** The body of a request that was sent. */
export function bodyOf({ fake }: Rig, index = 0): Record<string, unknown> {
  const request = fake.requests[index];
  if (!request) throw new Error(`There was no request ${index}`);
  return request.body as Record<string, unknown>;
}

/** A request of one user message. */
export function hello(info: ModelInfo): readonly Message[] {
  const talk = conversation(info);
  talk.user("Hello");
  return talk.log;
}

/** Parts without what vendors sign and seal. */
export function plain(parts: readonly DraftPart[]): DraftPart[] {
  return parts
    .filter((part) => part.type === "toolCall" || part.text !== "")
    .map((part) => {
      const { signature: _, ...rest } = part;
      if (rest.type !== "thinking") return rest;
      const { data: __, ...thought } = rest;
      return thought;
    });
}

/** The chunk that ended a stream; every stream has exactly one, at its end. */
export function endOf(chunks: readonly Chunk[]): Extract<Chunk, { type: "done" | "error" }> {
  const ends = chunks.filter((chunk) => chunk.type === "done" || chunk.type === "error");
  expect(ends).toHaveLength(1);
  const last = chunks.at(-1);
  if (last?.type !== "done" && last?.type !== "error") throw new Error("The stream has no end");
  return last;
}

export function doneOf(chunks: readonly Chunk[]): Extract<Chunk, { type: "done" }> {
  const end = endOf(chunks);
  if (end.type === "error") throw end.error;
  return end;
}

export function errorOf(chunks: readonly Chunk[]): Extract<Chunk, { type: "error" }> {
  const end = endOf(chunks);
  if (end.type === "done") throw new Error(`Not an error: ${JSON.stringify(end)}`);
  return end;
}

/** What the deltas say, put together as parts. */
export function told(chunks: readonly Chunk[]): { type: string; text: string }[] {
  const parts: { type: string; text: string }[] = [];
  for (const chunk of chunks) {
    if (chunk.type === "toolCall") parts.push({ type: "toolCall", text: `${chunk.name} ` });
    else if (chunk.type === "text" || chunk.type === "thinking" || chunk.type === "toolArgs") {
      const type = chunk.type === "toolArgs" ? "toolCall" : chunk.type;
      const last = parts.at(-1);
      if (last?.type === type) last.text += chunk.text;
      else parts.push({ type, text: chunk.text });
    }
  }
  return parts;
}

/** Waits for something that happens in another task. */
export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 400) throw new Error("It did not happen");
    await Bun.sleep(5);
  }
}

/** The smallest of PDFs. */
export const page: Attachment = { mime: "application/pdf", name: "page.pdf", data: btoa("%PDF-1.4\n%%EOF\n") };

/** A PNG of one pixel. */
export const pixel: Attachment = {
  mime: "image/png",
  data: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
};
