/** Any server that speaks OpenAI's chat completions: vendors by their quirks, local servers by their URL. */
import type { OpenAI } from "openai";
import type { ModelInfo, ModelRequest, Provider } from "../agent/model.ts";
import { chatAnswer } from "./compat-answer.ts";
import { type ChatMessage, chatMessages } from "./compat-messages.ts";
import {
  type ChatBody,
  type ChatFacts,
  type CompatQuirks,
  type OutputCapParam,
  offersEffort,
} from "./compat-quirks.ts";
import { turnMemory } from "./neutral.ts";
import { sdkProvider } from "./openai-sdk.ts";
import { overFields } from "./options.ts";
import { openaiFormat } from "./structured.ts";

export { type ChatFacts, type CompatQuirks, dashscopeQuirks, minimaxQuirks, moonshotQuirks } from "./compat-quirks.ts";

export interface CompatOptions {
  /** As users type it. */
  readonly name: string;
  /** As sentences call it; the name where absent. */
  readonly label?: string;
  /** Absent where the server wants none. */
  readonly apiKey?: string;
  readonly baseUrl: string;
  /** The model that a name means; none means the default. Throws `ModelNotFoundError`. */
  readonly resolve: (id?: string) => ModelInfo;
  readonly quirks?: CompatQuirks;
  /** What is known of a model that `ModelInfo` does not say. */
  readonly facts?: (wireId: string) => ChatFacts;
  /** Longest silence of the server. */
  readonly idleMs?: number;
  readonly connectMs?: number;
  /** Sends in place of the plain one, e.g. to carry a login's token. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Makes the SDK's client in place of the plain one, e.g. an `AzureOpenAI`; key and base URL are then its own matter. */
  readonly client?: (() => Promise<OpenAI>) | undefined;
}

export function createCompat(options: CompatOptions): Provider {
  const { quirks = {}, label = options.name, facts } = options;
  return sdkProvider({ ...options, label }, "/chat/completions", (info) => {
    const known = facts?.(info.wireId) ?? {};
    const reasoningField = known.reasoningField ?? quirks.reasoningField;
    const history = turnMemory((turn) => chatMessages(turn, info, reasoningField));
    const capParam = known.outputCapParam ?? (offersEffort(info) ? "max_completion_tokens" : "max_tokens");
    return {
      list: "messages",
      ...(known.headers && { headers: known.headers }),
      body(request) {
        const plain = chatBody(request, info, history(request.messages).flat(), capParam);
        const { temperature, ...cool } = plain;
        const body = quirks.temperature === false ? { ...cool } : plain;
        return overFields(quirks.body ? quirks.body(body, info, request.settings) : body, known.extraBody);
      },
      answer: (call, body) => chatAnswer({ call, body, info, provider: label, reasoningField }),
    };
  });
}

function chatBody(
  request: ModelRequest,
  info: ModelInfo,
  history: readonly ChatMessage[],
  capParam: OutputCapParam,
): ChatBody {
  const { system, tools, settings, maxOutputTokens, temperature, stopSequences, outputSchema } = request;
  const effort = wireEfforts[settings.effort];
  return {
    model: info.wireId,
    messages: system === "" ? history : [{ role: "system", content: system }, ...history],
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, schema }) => ({
        type: "function",
        function: { name, description, parameters: schema },
      })),
    }),
    ...(effort !== undefined && { reasoning_effort: effort }),
    ...(maxOutputTokens !== undefined && { [capParam]: maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(stopSequences?.length && { stop: stopSequences }),
    ...(settings.tier !== "auto" && { service_tier: settings.tier }),
    ...(outputSchema && { response_format: { type: "json_schema", json_schema: openaiFormat(outputSchema) } }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

const wireEfforts = {
  none: undefined,
  min: "minimal",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high",
} as const;
