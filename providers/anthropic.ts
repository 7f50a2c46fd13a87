/** The Anthropic Messages wire, on the official SDK's client. */
import type Anthropic from "@anthropic-ai/sdk";
import type { BetaToolUnion, MessageCreateParamsStreaming } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import type { Attachment } from "../agent/message.ts";
import type { Chunk, Model, ModelInfo, ModelRequest, ModelSettings, Provider } from "../agent/model.ts";
import { messageWriter, type WireMessage, withBreakpoints } from "./anthropic-messages.ts";
import { readEvents } from "./anthropic-stream.ts";
import { bodyWriter } from "./body.ts";
import { type Call, runCall } from "./call.ts";
import { imageSize } from "./image-size.ts";
import { limitWindows } from "./limits.ts";
import { remember, withhold } from "./neutral.ts";
import { patientFetch } from "./watchdog.ts";

export interface AnthropicOptions {
  readonly apiKey: string;
  /** Finds a model by any name the catalogue accepts. Throws `ModelNotFoundError`. */
  readonly resolve: (id?: string) => ModelInfo;
  readonly baseUrl?: string | undefined;
  readonly idleMs?: number | undefined;
  readonly connectMs?: number | undefined;
}

type Body = MessageCreateParamsStreaming;
type Cache = { type: "ephemeral"; ttl?: "1h" };

/** As sentences call it. */
const label = "Anthropic";

export function createAnthropic(options: AnthropicOptions): Provider {
  let client: Promise<Anthropic> | undefined;
  const connect = () => (client ??= openClient(options));
  const close = async () => {
    client = undefined;
  };
  return {
    name: "anthropic",
    model: async (id) => createModel(options.resolve(id), { connect, idleMs: options.idleMs }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function openClient({ apiKey, baseUrl, connectMs }: AnthropicOptions): Promise<Anthropic> {
  const { default: SDK } = await import("@anthropic-ai/sdk");
  return new SDK({
    apiKey,
    authToken: null,
    maxRetries: 0,
    // The watchdog decides; this is the longest a timer can be.
    timeout: 2 ** 31 - 1,
    logLevel: "off",
    fetch: patientFetch(connectMs),
    // A gateway may know the older header only.
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl, defaultHeaders: { "x-api-key": apiKey } }),
  });
}

interface Link {
  readonly connect: () => Promise<Anthropic>;
  readonly idleMs: number | undefined;
}

function createModel(info: ModelInfo, { connect, idleMs }: Link): Model {
  const write = messageWriter(info);
  const bodyText = bodyWriter("messages", info, label);
  const close = async () => {};
  async function* events(request: ModelRequest, call: Call): AsyncGenerator<Chunk> {
    const { body, betas } = buildBody(info, request, write(withhold(request.messages)));
    const client = await connect();
    // Not `client.beta.messages.create`: it writes warnings of deprecation to the console.
    const response = await client
      .post("/v1/messages", {
        query: { beta: true },
        headers: { "content-type": "application/json", "anthropic-beta": betas.join(",") },
        body: bodyText(body),
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
    estimateAttachment: estimate,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Area formula of the vendor's vision guide; a page of a PDF is taken for about 2,000 tokens and 60 KB. */
const estimate = remember((attachment: Attachment): number => {
  if (attachment.mime === "application/pdf") return Math.ceil((attachment.data.length * 0.75) / 60_000) * 2000;
  const size = imageSize(attachment);
  return size ? Math.ceil((size.width * size.height) / 750) : 1600;
});

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
): { body: Body; betas: string[] } {
  const { settings, system, stopSequences } = request;
  const cache = cacheOf(settings);
  const fast = settings.tier === "priority";
  const limits = lengths(info, request);
  const body: Body = {
    model: info.wireId,
    ...limits,
    ...("thinking" in limits
      ? { context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] } }
      : {}),
    ...(settings.effort === "none" || settings.effort === "min" ? {} : { output_config: { effort: settings.effort } }),
    ...(settings.tier === "default" ? { service_tier: "standard_only" } : {}),
    ...(fast ? { speed: "fast" } : {}),
    ...(stopSequences?.length ? { stop_sequences: [...stopSequences] } : {}),
    stream: true,
    ...(request.tools.length ? { tools: toolList(request.tools) } : {}),
    ...(system === "" ? {} : { system: [{ type: "text", text: system, ...(cache ? { cache_control: cache } : {}) }] }),
    messages: cache ? withBreakpoints(messages, cache) : [...messages],
  };
  return { body, betas: [contextBeta, ...(fast ? [fastBeta] : [])] };
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
