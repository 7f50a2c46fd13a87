/** The parts of an answer as its chunks tell them, for an answer whose source may vanish. */
import type { Chunk, DraftPart } from "../../../agent/model.ts";
import { createParts } from "../../parts.ts";

export interface Partial {
  add(chunk: Chunk): void;
  /** What had arrived; without the call that was being written. */
  kept(): DraftPart[];
}

export function collectParts(): Partial {
  const parts = createParts();
  let key = 0;
  let kind: Chunk["type"] | undefined;
  const begin = (next: Chunk["type"]) => {
    if (next === kind && next !== "toolCall") return;
    // A call is whole once something else has begun.
    parts.finish(key);
    key++;
    kind = next;
  };
  return {
    add(chunk) {
      switch (chunk.type) {
        case "text":
        case "thinking":
          begin(chunk.type);
          parts[chunk.type](key, chunk.text);
          return;
        case "toolCall":
          begin("toolCall");
          parts.call(key, chunk.name);
          return;
        case "toolArgs":
          parts.args(key, chunk.text);
      }
    },
    kept: () => parts.kept(),
  };
}
