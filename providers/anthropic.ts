/** The Anthropic Messages wire, on the official SDK's client. */
import type Anthropic from "@anthropic-ai/sdk";
import type {
  BetaOutputConfig,
  BetaToolUnion,
  MessageCreateParamsStreaming,
} from "@anthropic-ai/sdk/resources/beta/messages/messages";
import type { Chunk, Model, ModelInfo, ModelRequest, ModelSettings, Provider } from "../agent/model.ts";
import { BadRequestError } from "../agent/provider-error.ts";
import { contextEdits } from "./anthropic-edits.ts";
import { messageWriter, type WireMessage, withBreakpoints } from "./anthropic-messages.ts";
import { readEvents } from "./anthropic-stream.ts";
import { bodyWriter } from "./body.ts";
import { type Call, runCall } from "./call.ts";
import { keepClient } from "./clients.ts";
import { type AttachmentWeights, attachmentWeight } from "./image-tokens.ts";
import { imageFitter } from "./images.ts";
import { limitWindows } from "./limits.ts";
import { remember, withhold } from "./neutral.ts";
import { overFields } from "./options.ts";
import type { Schema } from "./structured.ts";
import { patientFetch } from "./watchdog.ts";

export interface AnthropicOptions {
  readonly apiKey: string;
  /** Finds a model by any name the catalogue accepts. Throws `ModelNotFoundError`. */
  readonly resolve: (id?: string) => ModelInfo;
  readonly baseUrl?: string | undefined;
  readonly idleMs?: number | undefined;
  readonly connectMs?: number | undefined;
  /** Sends in place of the plain one, e.g. to carry a login's token. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Makes the client in place of the SDK's plain one, e.g. an `AnthropicVertex`; key and base URL are then its own matter. */
  readonly client?: (() => Promise<MessagesClient>) | undefined;
}

/** What is used of a client of the SDK. Its answers must be server-sent events. */
export type MessagesClient = Pick<Anthropic, "post">;

type Body = MessageCreateParamsStreaming;
type Cache = { type: "ephemeral"; ttl?: "1h" };

/** As sentences call it. */
const label = "Anthropic";

export function createAnthropic(options: AnthropicOptions): Provider {
  const client = keepClient<MessagesClient>(options.client ?? (() => openClient(options)));
  const close = async () => client.forget();
  return {
    name: "anthropic",
    model: async (id) =>
      createModel(options.resolve(id), {
        connect: client.get,
        idleMs: options.idleMs,
        foreign: options.client !== undefined,
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function openClient({
  apiKey,
  baseUrl,
  connectMs,
  fetch = patientFetch(connectMs),
}: AnthropicOptions): Promise<Anthropic> {
  const { default: SDK } = await import("@anthropic-ai/sdk");
  return new SDK({
    apiKey,
    authToken: null,
    maxRetries: 0,
    // The watchdog decides; this is the longest a timer can be.
    timeout: 2 ** 31 - 1,
    logLevel: "off",
    fetch,
    // A gateway may know the older header only.
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl, defaultHeaders: { "x-api-key": apiKey } }),
  });
}

interface Link {
  readonly connect: () => Promise<MessagesClient>;
  readonly idleMs: number | undefined;
  /** The client is another cloud's and looks into the body. */
  readonly foreign: boolean;
}

function createModel(info: ModelInfo, { connect, idleMs, foreign }: Link): Model {
  const write = messageWriter(info);
  const writeBody = bodyWriter("messages", info, label);
  const fit = imageFitter(info);
  const close = async () => {};
  async function* events(request: ModelRequest, call: Call): AsyncGenerator<Chunk> {
    const format = request.outputSchema && (await answerFormat(request.outputSchema));
    const messages = write(await fit(withhold(request.messages)));
    const { body, betas } = buildBody(info, request, messages, format);
    const bytes = writeBody(body);
    const client = await connect();
    // Not `client.beta.messages.create`: it writes warnings of deprecation to the console.
    const response = await client
      .post("/v1/messages?beta=true", {
        headers: { "content-type": "application/json", "anthropic-beta": betas.join(",") },
        body: foreign ? body : bytes,
        maxRetries: 0,
        fetchOptions: { timeout: false } as object,
        signal: call.watch.signal,
        stream: true,
      })
      .asResponse();
    call.begun = true;
    call.headers = response.headers;
    const windows = limitWindows(response.headers);
    if (windows.length) yield { type: "limits", windows };
    yield* readEvents(response, call, { provider: label, settings: request.settings });
  }
  return {
    info,
    stream: (request, signal) => runCall({ provider: label, signal, idleMs }, (call) => events(request, call)),
    estimateText: (text) => Math.ceil(text.length / info.charsPerToken),
    estimateAttachment: attachmentWeight(info, weights),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const weights: AttachmentWeights = {
  images: { kind: "area", divisor: 750 },
  page: { bytes: 60_000, tokens: 2000 },
  unknown: 1600,
};

const contextBeta = "context-management-2025-06-27";
const fastBeta = "fast-mode-2026-02-01";

/**
 * The body of a call and the betas it needs. There is no `temperature`: since version 2026-10-21 the API refuses it
 * (https://platform.claude.com/docs/en/api/migration-2026-10-21).
 */
function buildBody(
  info: ModelInfo,
  request: ModelRequest,
  messages: readonly WireMessage[],
  format: OutputFormat | undefined,
): { body: Body; betas: string[] } {
  const { settings, system, stopSequences } = request;
  const cache = cacheOf(settings);
  const fast = settings.tier === "priority";
  const limits = lengths(info, request);
  const body: Body = {
    model: info.wireId,
    ...limits,
    ...contextEdits(info, request, "thinking" in limits),
    ...outputConfig(settings, format),
    ...(settings.tier === "default" ? { service_tier: "standard_only" } : {}),
    ...(fast ? { speed: "fast" } : {}),
    ...(stopSequences?.length ? { stop_sequences: [...stopSequences] } : {}),
    stream: true,
    ...(request.tools.length ? { tools: toolList(request.tools) } : {}),
    ...(system === "" ? {} : { system: [{ type: "text", text: system, ...(cache ? { cache_control: cache } : {}) }] }),
    messages: cache ? withBreakpoints(messages, cache) : [...messages],
  };
  // As in the SDK's own parameters, `betas` is no field of the body but a header.
  const { betas = [], ...fields } = request.providerOptions?.[info.provider] ?? {};
  const asked = Array.isArray(betas) ? betas.map(String) : [];
  return { body: overFields(body, fields), betas: [contextBeta, ...(fast ? [fastBeta] : []), ...asked] };
}

type OutputFormat = NonNullable<BetaOutputConfig["format"]>;

/** The schema as the vendor takes it: objects closed, and what it cannot enforce said in descriptions. */
async function answerFormat(schema: Schema): Promise<OutputFormat> {
  const { transformJSONSchema } = await import("@anthropic-ai/sdk/lib/transform-json-schema");
  try {
    return { type: "json_schema", schema: { ...transformJSONSchema({ ...schema }) } };
  } catch (cause) {
    throw new BadRequestError({ provider: label, detail: "It cannot be held to this schema", cause });
  }
}

function outputConfig({ effort }: ModelSettings, format: OutputFormat | undefined): Pick<Body, "output_config"> {
  const config: BetaOutputConfig = {
    ...(effort === "none" || effort === "min" ? {} : { effort }),
    ...(format && { format }),
  };
  return Object.keys(config).length ? { output_config: config } : {};
}

const toolList = remember((tools: ModelRequest["tools"]): BetaToolUnion[] =>
  tools.map(({ name, description, schema }) => ({ name, description, input_schema: { ...schema, type: "object" } })),
);

function cacheOf({ cacheTtlSec }: ModelSettings): Cache | undefined {
  if (cacheTtlSec === 0) return undefined;
  return cacheTtlSec > 300 ? { type: "ephemeral", ttl: "1h" } : { type: "ephemeral" };
}

/** `max_tokens` and `thinking`. A fixed budget comes on top of the answer, as far as the ceiling allows. */
function lengths(info: ModelInfo, { settings, maxOutputTokens }: ModelRequest): Pick<Body, "max_tokens" | "thinking"> {
  const ceiling = info.maxResponseTokens || maxOutputTokens || 8192;
  const answer = Math.min(maxOutputTokens ?? ceiling, ceiling);
  const shown = { text: "summarized", redacted: "omitted", none: undefined } as const;
  const mode = shown[settings.thinkingOutput];
  const display = mode === undefined ? {} : { display: mode };
  switch (settings.thinkingBudget) {
    case "none":
      return { max_tokens: answer };
    case "auto":
      return { max_tokens: answer, thinking: { type: "adaptive", ...display } };
    case "fixed": {
      // Thinking is part of the answer that the caller capped and paid for; less than 1,024 tokens of it is not accepted.
      const budget = Math.floor(answer / 2);
      if (budget < 1024) return { max_tokens: answer };
      return { max_tokens: answer, thinking: { type: "enabled", budget_tokens: budget, ...display } };
    }
    default:
      return settings.thinkingBudget satisfies never;
  }
}
