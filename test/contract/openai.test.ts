import { resolveModel } from "../../providers/catalog.ts";
import { createOpenAI } from "../../providers/openai.ts";
import { providerContract } from "./provider.ts";

providerContract("openai", {
  wire: "openai",
  info: resolveModel("openai"),
  create: createOpenAI,
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
});
