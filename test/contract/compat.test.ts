import { resolveModel } from "../../providers/catalog.ts";
import { createCompat, moonshotQuirks } from "../../providers/compat.ts";
import { providerContract } from "./provider.ts";

providerContract("compat", {
  wire: "chat",
  info: resolveModel("moonshot"),
  create: (options) => createCompat({ ...options, name: "moonshot", label: "Moonshot", quirks: moonshotQuirks }),
  thinking: { effort: "low", thinkingOutput: "text" },
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
});
