import { resolveModel } from "../../providers/catalog.ts";
import { createGemini } from "../../providers/gemini.ts";
import { providerContract } from "./provider.ts";

providerContract("gemini", {
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
});
