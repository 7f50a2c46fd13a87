/** Those who speak chat completions, as the provider contract sees them. */
import type { ModelInfo } from "../../agent/model.ts";
import { resolveModel, rowFacts } from "../../providers/catalog.ts";
import {
  type CompatQuirks,
  createCompat,
  dashscopeQuirks,
  minimaxQuirks,
  moonshotQuirks,
} from "../../providers/compat.ts";
import { type CustomModel, customModel } from "../../providers/custom.ts";
import type { Abilities, Subject } from "./provider-rig.ts";

interface Chat {
  readonly info: ModelInfo;
  readonly can: Abilities;
  readonly thinking: Subject["thinking"];
  readonly quirks?: CompatQuirks;
  readonly facts?: CustomModel;
}

function chat(name: string, { info, can, thinking, quirks = {}, facts = {} }: Chat): Subject {
  return {
    wire: "chat",
    info,
    can,
    create: (options) =>
      createCompat({ ...options, name, quirks, facts: (wireId) => ({ ...rowFacts(wireId), ...facts }) }),
    thinking,
    meters: ["cacheRead", "cacheWrite"],
    rawArgs: true,
    proofOf: (part) => (part.type === "thinking" ? part.text : undefined),
    overloaded: "server_error",
    overflow: {
      status: 400,
      body: {
        error: {
          message: "This model's maximum context length is 200000 tokens. However, you requested 210000 tokens.",
          type: "invalid_request_error",
          param: "messages",
          code: "context_length_exceeded",
        },
      },
    },
    // The bill and the mark, behind the reason to finish.
    spareChunks: 2,
  };
}

const most: Abilities = { images: true, pdf: false, structured: false, stops: true, replay: true, cacheTtlSec: [] };

export const moonshot = chat("moonshot", {
  info: resolveModel("moonshot"),
  can: { ...most, structured: true },
  thinking: { effort: "low", thinkingOutput: "text" },
  quirks: moonshotQuirks,
});

export const dashscope = chat("dashscope", {
  info: resolveModel("dashscope"),
  can: most,
  thinking: { thinkingBudget: "auto", thinkingOutput: "text" },
  quirks: dashscopeQuirks,
});

export const minimax = chat("minimax", {
  info: resolveModel("minimax"),
  can: most,
  thinking: { thinkingBudget: "auto", thinkingOutput: "text" },
  quirks: minimaxQuirks,
});

/** A server that nothing is known of. */
export const bare = chat("openai-compat", {
  info: customModel("some-model"),
  can: { ...most, images: false, replay: false },
  thinking: {},
});

/** The same, described by its user. */
const described: CustomModel = {
  images: true,
  structured: true,
  efforts: ["none", "low", "high"],
  reasoningField: "reasoning_content",
  outputCapParam: "max_tokens",
  headers: { "x-title": "sagent" },
  extraBody: { top_k: 40 },
};
export const custom = chat("openai-compat", {
  info: customModel("some-model", described),
  can: { ...most, structured: true },
  thinking: { effort: "low" },
  facts: described,
});
