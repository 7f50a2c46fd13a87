/** A model in the process that costs next to nothing: it calls one tool over and over and notes when it was asked. */
import { noUsage } from "../../../agent/message.ts";
import type { Chunk, Model, ModelInfo } from "../../../agent/model.ts";

/** Arguments of the call of a round, counted from 0. */
export interface ToolUse {
  readonly name: string;
  args(round: number): Record<string, string | number>;
}

export interface RoundModel extends Model {
  /** When each request came, and when each answer was whole, in ms of `performance.now()`. */
  readonly asked: number[];
  readonly answered: number[];
}

const info: ModelInfo = {
  provider: "bench",
  id: "rounds",
  wireId: "rounds",
  maxRequestTokens: 0,
  maxResponseTokens: 8_000,
  maxRequestBytes: 0,
  images: false,
  efforts: ["none"],
  budgetModes: ["none"],
  thinkingOutputs: ["none"],
  tiers: ["auto"],
  cacheTtlSec: [0],
  prices: [],
  charsPerToken: 4,
};

/** Calls the tool `rounds` times, then says a word. */
export function roundModel({ name, args }: ToolUse, rounds: number): RoundModel {
  const asked: number[] = [];
  const answered: number[] = [];
  const close = async () => {};
  async function* stream(): AsyncGenerator<Chunk> {
    const round = asked.push(performance.now()) - 1;
    if (round >= rounds) {
      yield { type: "text", text: "Done." };
      yield { type: "done", parts: [{ type: "text", text: "Done." }], stopReason: "endTurn", usage: noUsage };
      return;
    }
    const call = args(round);
    yield { type: "toolCall", index: 0, name };
    yield { type: "toolArgs", index: 0, text: JSON.stringify(call) };
    answered.push(performance.now());
    yield { type: "done", parts: [{ type: "toolCall", name, args: call }], stopReason: "toolUse", usage: noUsage };
  }
  return {
    info,
    asked,
    answered,
    stream,
    estimateText: (text) => text.length / 4,
    estimateAttachment: () => 1_000,
    close,
    [Symbol.asyncDispose]: close,
  };
}
