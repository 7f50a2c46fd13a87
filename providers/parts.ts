/** Collects the parts of one answer as they arrive, so that a finished and a broken stream tell the same story. */
import type { StopReason, TextPart, ThinkingPart, ToolCallPart } from "../agent/message.ts";
import type { Chunk, DraftPart } from "../agent/model.ts";

type Args = ToolCallPart["args"];
type JSONValue = Args[string];

interface OpenCall {
  type: "toolCall";
  readonly index: number;
  name: string;
  raw: string;
  signature?: string;
  complete: boolean;
}
type OpenPart = TextPart | ThinkingPart | OpenCall;

/** Parts under construction, by the vendor's own key of each. Methods that take news return the chunk that tells it. */
export interface Parts {
  text(key: string | number, delta: string): Chunk;
  thinking(key: string | number, delta: string): Chunk;
  /** Begins a call. */
  call(key: string | number, name: string): Chunk;
  args(key: string | number, delta: string): Chunk;
  /** Replaces what the deltas of a call's arguments said. */
  setArgs(key: string | number, raw: string): void;
  sign(key: string | number, signature: string): void;
  /** An opaque thinking item; begins a thinking part where the key has none. */
  data(key: string | number, data: JSONValue): void;
  /** The call's arguments are whole. */
  finish(key: string | number): void;
  has(key: string | number): boolean;
  /** Raw arguments of a call so far. */
  raw(key: string | number): string;
  /** Every part, calls parsed. For `done`. */
  all(): DraftPart[];
  /** Every part but the calls that are not finished. For `error`. */
  kept(): DraftPart[];
}

export function createParts(): Parts {
  const open = new Map<string | number, OpenPart>();
  let calls = 0;
  const at = <Type extends OpenPart["type"]>(key: string | number, type: Type, make: () => OpenPart) => {
    const part = open.get(key) ?? make();
    open.set(key, part);
    if (part.type !== type) throw new TypeError(`Part ${key} is ${part.type}, not ${type}`);
    return part as Extract<OpenPart, { type: Type }>;
  };
  const textAt = (key: string | number) => at(key, "text", () => ({ type: "text", text: "" }));
  const thinkingAt = (key: string | number) => at(key, "thinking", () => ({ type: "thinking", text: "" }));
  const callAt = (key: string | number, name = "") =>
    at(key, "toolCall", () => ({ type: "toolCall", index: calls++, name, raw: "", complete: false }));
  return {
    text(key, delta) {
      textAt(key).text += delta;
      return { type: "text", text: delta };
    },
    thinking(key, delta) {
      thinkingAt(key).text += delta;
      return { type: "thinking", text: delta };
    },
    call: (key, name) => ({ type: "toolCall", index: callAt(key, name).index, name }),
    args(key, delta) {
      const part = callAt(key);
      part.raw += delta;
      return { type: "toolArgs", index: part.index, text: delta };
    },
    setArgs(key, raw) {
      callAt(key).raw = raw;
    },
    sign(key, signature) {
      const part = open.get(key);
      if (part) part.signature = signature;
    },
    data(key, data) {
      thinkingAt(key).data = data;
    },
    finish(key) {
      const part = open.get(key);
      if (part?.type === "toolCall") part.complete = true;
    },
    has: (key) => open.has(key),
    raw: (key) => callAt(key).raw,
    all: () => [...open.values()].filter(says).map(draft),
    kept: () =>
      [...open.values()].filter((part) => says(part) && (part.type !== "toolCall" || part.complete)).map(draft),
  };
}

function says(part: OpenPart): boolean {
  if (part.type === "toolCall") return true;
  return part.text !== "" || part.signature !== undefined || (part.type === "thinking" && part.data !== undefined);
}

function draft(part: OpenPart): DraftPart {
  if (part.type !== "toolCall") return part;
  const signature = part.signature === undefined ? {} : { signature: part.signature };
  return { type: "toolCall", name: part.name, ...parseArgs(part.raw), ...signature };
}

/** Arguments of a call. Nothing at all means none; what is not a JSON object is kept raw as `malformed`. */
export function parseArgs(raw: string): { args: Args; malformed?: string } {
  if (raw.trim() === "") return { args: {} };
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { args: value as Args };
  } catch {}
  return { args: {}, malformed: raw };
}

/** A stop as the parts bear it out: an end with calls is a stop for tools, and a stop for tools needs a call. */
export function settleStop(stop: StopReason, parts: readonly DraftPart[]): StopReason {
  const calls = parts.some((part) => part.type === "toolCall");
  if (stop === "endTurn" && calls) return "toolUse";
  return stop === "toolUse" && !calls ? "malformedCall" : stop;
}
