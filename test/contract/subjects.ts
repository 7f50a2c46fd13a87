/** Adapters as the provider contract sees them. */
import { createAnthropic } from "../../providers/anthropic.ts";
import { resolveModel } from "../../providers/catalog.ts";
import { createGemini } from "../../providers/gemini.ts";
import type { Subject } from "./provider-rig.ts";

export const anthropic: Subject = {
  wire: "anthropic",
  info: resolveModel("anthropic"),
  create: createAnthropic,
  thinking: { thinkingBudget: "auto", thinkingOutput: "text", effort: "low" },
  meters: ["cacheRead", "cacheWrite", "cacheWrite1h"],
  rawArgs: true,
  proofOf: (part) => (part.type === "thinking" ? part.signature : undefined),
  overloaded: "overloaded_error",
  overflow: {
    status: 400,
    body: {
      type: "error",
      error: { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" },
    },
  },
};

export const gemini: Subject = {
  wire: "gemini",
  info: resolveModel("google"),
  create: createGemini,
  thinking: { thinkingBudget: "auto", thinkingOutput: "text", effort: "low" },
  meters: ["cacheRead"],
  rawArgs: false,
  proofOf: (part) => part.signature,
  overloaded: "UNAVAILABLE",
  overflow: {
    status: 400,
    body: {
      error: {
        code: 400,
        message: "The input token count (210000) exceeds the maximum number of tokens allowed (200000).",
        status: "INVALID_ARGUMENT",
      },
    },
  },
};
