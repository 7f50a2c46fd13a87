import type { Message } from "../../../agent/message.ts";
import type { Model } from "../../../agent/model.ts";

/** A conversation in which the model looked up one word after another, and is asked to look up the word cloud. */
export function lookedUp(of: Model, words: readonly string[]): Message[] {
  const origin = { provider: "local", model: of.info.wireId };
  const turns = words.flatMap((word, index): Message[] => [
    { type: "user", id: `m${index * 3}`, at: 0, text: `Look up the word ${word}.` },
    {
      type: "assistant",
      id: `m${index * 3 + 1}`,
      at: 0,
      origin,
      parts: [{ type: "toolCall", callId: `c${index}`, name: "look_up", args: { word } }],
      stopReason: "toolUse",
    },
    {
      type: "toolResult",
      id: `m${index * 3 + 2}`,
      at: 0,
      callId: `c${index}`,
      name: "look_up",
      kind: "final",
      isError: false,
      text: "Found.",
    },
  ]);
  return [...turns, { type: "user", id: "m90", at: 0, text: "Look up the word cloud." }];
}
