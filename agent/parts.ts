/** Turns a call's chunks into `partStarted` and `delta` events, and remembers what was said in case the call is cut. */
import type { EventBody } from "./event.ts";
import type { MessageId } from "./message.ts";
import type { Chunk, DraftPart } from "./model.ts";
import type { ShownPart } from "./retry.ts";

/** A chunk that shows something new. */
export type Delta = Extract<Chunk, { type: "text" | "thinking" | "toolCall" | "toolArgs" }>;

export function isDelta(chunk: Chunk): chunk is Delta {
  return chunk.type === "text" || chunk.type === "thinking" || chunk.type === "toolCall" || chunk.type === "toolArgs";
}

export class PartEvents {
  readonly #message: MessageId;
  readonly #emit: (event: EventBody) => void;
  #kind: "text" | "thinking" | "toolCall" | null = null;
  #part = -1;
  #shown: { -readonly [Key in keyof ShownPart]: ShownPart[Key] }[] = [];
  /** Part number by the wire's index of the call. */
  #calls = new Map<number, number>();

  constructor(message: MessageId, emit: (event: EventBody) => void) {
    this.#message = message;
    this.#emit = emit;
  }

  /** What clients have been shown so far. */
  shown(): readonly ShownPart[] {
    return this.#shown;
  }

  /** The words among it, as parts of an answer that was cut. */
  said(): DraftPart[] {
    return this.#shown.flatMap(({ kind, text }) => (kind === "toolCall" ? [] : [{ type: kind, text }]));
  }

  show(delta: Delta): void {
    switch (delta.type) {
      case "text":
      case "thinking":
        if (delta.text === "") return;
        if (this.#kind !== delta.type) this.#start({ kind: delta.type, text: "" });
        return this.#say(this.#part, delta.text);
      case "toolCall":
        this.#start({ kind: "toolCall", text: "", name: delta.name, index: delta.index });
        this.#calls.set(delta.index, this.#part);
        return;
      case "toolArgs": {
        const part = this.#calls.get(delta.index);
        if (part === undefined || delta.text === "") return;
        return this.#say(part, delta.text);
      }
    }
  }

  /** What was shown is void; the next delta begins part 0 again. */
  reset(): void {
    if (this.#part < 0) return;
    this.#kind = null;
    this.#part = -1;
    this.#shown = [];
    this.#calls = new Map();
    this.#emit({ type: "partsReset", message: this.#message });
  }

  #say(part: number, text: string): void {
    const shown = this.#shown[part];
    if (shown) shown.text += text;
    this.#emit({ type: "delta", message: this.#message, part, text });
  }

  #start(part: ShownPart): void {
    const { kind, name } = part;
    this.#kind = kind;
    this.#part += 1;
    this.#shown.push({ ...part });
    this.#emit({
      type: "partStarted",
      message: this.#message,
      part: this.#part,
      kind,
      ...(name === undefined ? {} : { name }),
    });
  }
}
