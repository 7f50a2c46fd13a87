import { createAnthropic } from "../../providers/anthropic.ts";
import { resolveModel } from "../../providers/catalog.ts";
import { providerContract } from "./provider.ts";

providerContract("anthropic", {
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
});
