/** OpenAI on the Responses wire. */
import type { OpenAI } from "openai";
import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import type { ModelInfo, ModelRequest, Provider } from "../agent/model.ts";
import { BadRequestError } from "../agent/provider-error.ts";
import { turnMemory } from "./neutral.ts";
import { responsesAnswer } from "./openai-answer.ts";
import { inputItems } from "./openai-input.ts";
import { sdkProvider, type Wire } from "./openai-sdk.ts";
import { openaiFormat } from "./structured.ts";

export interface OpenAIOptions {
  readonly apiKey: string;
  /** The model that a name means; none means the default. Throws `ModelNotFoundError`. */
  readonly resolve: (id?: string) => ModelInfo;
  readonly baseUrl?: string;
  /** Longest silence of the server. */
  readonly idleMs?: number;
  readonly connectMs?: number;
  /** Sends in place of the plain one, e.g. to carry a login's token. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Makes the SDK's client in place of the plain one, e.g. an `AzureOpenAI`; key and base URL are then its own matter. */
  readonly client?: (() => Promise<OpenAI>) | undefined;
  /** Whether a model is to read the reasoning of earlier turns again. */
  readonly reasoningContextAllTurns?: (wireId: string) => boolean;
}

const label = "OpenAI";
/** The vendor refuses a smaller cap on the answer. */
const leastOutputTokens = 16;

export function createOpenAI(options: OpenAIOptions): Provider {
  const allTurns = options.reasoningContextAllTurns ?? (() => false);
  return sdkProvider(
    { baseUrl: "https://api.openai.com/v1", ...options, name: "openai", label },
    "/responses",
    (info): Wire => {
      const input = turnMemory((turn) => inputItems(turn, info));
      return {
        list: "input",
        body: (request) => responsesBody(request, info, input(request.messages).flat(), allTurns(info.wireId)),
        answer: (call, body) => responsesAnswer({ call, body, info, provider: label }),
      };
    },
  );
}

/** Throws `BadRequestError` for stop sequences: the wire has no such field. */
function responsesBody(
  request: ModelRequest,
  info: ModelInfo,
  input: ResponseCreateParamsStreaming["input"] & object,
  allTurns: boolean,
): ResponseCreateParamsStreaming {
  const { system, tools, settings, maxOutputTokens, temperature, stopSequences, outputSchema } = request;
  if (stopSequences?.length) throw new BadRequestError({ provider: label, detail: "It takes no stop sequences" });
  const { effort, tier } = settings;
  const thinks = info.efforts.some((each) => each !== "none");
  return {
    model: info.wireId,
    ...(system !== "" && { instructions: system }),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, schema }) => ({
        type: "function",
        name,
        description,
        parameters: { ...schema },
        strict: null,
      })),
      parallel_tool_calls: true,
    }),
    input,
    ...(effort !== "none" && {
      // No row offers `min`, which this wire would call `minimal`.
      reasoning: {
        effort: effort === "min" ? "minimal" : effort,
        summary: "auto",
        ...(allTurns && { context: "all_turns" }),
      },
      include: ["reasoning.encrypted_content"],
    }),
    ...(maxOutputTokens !== undefined && { max_output_tokens: Math.max(leastOutputTokens, maxOutputTokens) }),
    ...(temperature !== undefined && !thinks && { temperature }),
    ...(tier !== "auto" && { service_tier: tier }),
    ...(outputSchema && { text: { format: { type: "json_schema", ...openaiFormat(outputSchema) } } }),
    store: false,
    stream: true,
  };
}
