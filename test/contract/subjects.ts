/** Adapters as the provider contract sees them: each wire with its own vendor. */
import { createAnthropic } from "../../providers/anthropic.ts";
import { resolveModel, rowFacts } from "../../providers/catalog.ts";
import { createGemini } from "../../providers/gemini.ts";
import { createOpenAI } from "../../providers/openai.ts";
import type { Abilities, Subject } from "./provider-rig.ts";

const all: Abilities = { images: true, pdf: true, structured: true, stops: true, replay: true, cacheTtlSec: [] };

export const anthropic: Subject = {
  wire: "anthropic",
  info: resolveModel("anthropic"),
  can: { ...all, cacheTtlSec: [300, 3600] },
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

export const openai: Subject = {
  wire: "openai",
  info: resolveModel("openai"),
  // The wire has no field for stop sequences.
  can: { ...all, stops: false },
  create: (options) =>
    createOpenAI({ ...options, reasoningContextAllTurns: (id) => rowFacts(id).reasoningContextAllTurns }),
  thinking: { effort: "low" },
  meters: ["cacheRead", "cacheWrite"],
  rawArgs: true,
  proofOf: (part) => {
    if (part.type !== "thinking" || typeof part.data !== "object" || part.data === null) return undefined;
    return "encrypted_content" in part.data ? String(part.data.encrypted_content) : undefined;
  },
  overloaded: "server_error",
  overflow: {
    status: 400,
    body: {
      error: {
        message:
          "This model's maximum context length is 200000 tokens. However, your messages resulted in 210000 tokens.",
        type: "invalid_request_error",
        param: "messages",
        code: "context_length_exceeded",
      },
    },
  },
};

export const gemini: Subject = {
  wire: "gemini",
  info: resolveModel("google"),
  can: all,
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
