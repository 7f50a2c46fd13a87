/** The Gemini wire, on the official SDK. */
import type { GenerateContentConfig, GoogleGenAI, ThinkingConfig, ThinkingLevel, Tool } from "@google/genai";
import type { Chunk, Effort, Model, ModelInfo, ModelRequest, Provider } from "../agent/model.ts";
import { type Call, checkSize, runCall } from "./call.ts";
import { keepClient } from "./clients.ts";
import { contentWriter, isThirdGeneration } from "./gemini-contents.ts";
import { readChunks } from "./gemini-stream.ts";
import { type AttachmentWeights, attachmentWeight } from "./image-tokens.ts";
import { imageFitter } from "./images.ts";
import { remember, withhold } from "./neutral.ts";
import { overFields } from "./options.ts";
import { jsonObject } from "./sse.ts";
import { plainSchema } from "./structured.ts";
import { patientFetch } from "./watchdog.ts";

export interface GeminiOptions {
  readonly apiKey: string;
  /** Finds a model by any name the catalogue accepts. Throws `ModelNotFoundError`. */
  readonly resolve: (id?: string) => ModelInfo;
  /** With or without the version at its end; the API's own where it has none. */
  readonly baseUrl?: string | undefined;
  /** The key is one of Vertex AI in express mode, which has another address and other paths. */
  readonly vertex?: boolean | undefined;
  readonly idleMs?: number | undefined;
  readonly connectMs?: number | undefined;
  /** Sends in place of the plain one, e.g. to carry a login's token. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Makes the client in place of the plain one, e.g. one for Vertex AI; key and base URL are then its own matter. */
  readonly client?: (() => Promise<GeminiClient>) | undefined;
}

/** What is used of a client of the SDK. */
export type GeminiClient = Pick<GoogleGenAI, "models">;

/** As sentences call it. */
const label = "Google";

export function createGemini(options: GeminiOptions): Provider {
  const client = keepClient<GeminiClient>(options.client ?? (() => openClient(options)));
  const close = async () => client.forget();
  const link = { connect: client.get, idleMs: options.idleMs, fetch: options.fetch ?? patientFetch(options.connectMs) };
  return {
    name: "google",
    model: async (id) => createModel(options.resolve(id), link),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function openClient({ apiKey, baseUrl, vertex = false }: GeminiOptions): Promise<GoogleGenAI> {
  const { GoogleGenAI: SDK } = await import("@google/genai");
  const [, base, version] = /^(.*?)\/*(?:\/(v\d+\w*)\/*)?$/.exec(baseUrl ?? "") ?? [];
  return new SDK({
    apiKey,
    vertexai: vertex,
    httpOptions: { apiVersion: version ?? (vertex ? "v1beta1" : "v1beta"), ...(base ? { baseUrl: base } : {}) },
  });
}

interface Link {
  readonly connect: () => Promise<GeminiClient>;
  readonly idleMs: number | undefined;
  readonly fetch: typeof fetch;
}

function createModel(info: ModelInfo, link: Link): Model {
  const { idleMs } = link;
  const write = contentWriter(info);
  const fit = imageFitter(info);
  const close = async () => {};
  async function* events(request: ModelRequest, call: Call): AsyncGenerator<Chunk> {
    const contents = [...write(await fit(withhold(request.messages)))];
    const client = await link.connect();
    const config: GenerateContentConfig = {
      ...buildConfig(info, request),
      abortSignal: call.watch.signal,
      httpOptions: { fetch: watchedFetch(link, info, request, call) },
    };
    const stream = await client.models.generateContentStream({ model: info.wireId, contents, config });
    yield* readChunks(call.watch.guard(stream), call);
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

/**
 * Keeps the headers, which the SDK's errors do not carry, adds the caller's own fields, which the SDK would put above
 * the adapter's, and looks at the size of what is sent.
 */
function watchedFetch({ fetch }: Link, info: ModelInfo, request: ModelRequest, call: Call): typeof globalThis.fetch {
  const fields = request.providerOptions?.[info.provider];
  const watched = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const body = typeof init?.body === "string" ? withFields(init.body, fields) : undefined;
    if (body !== undefined) checkSize(Buffer.byteLength(body), info, label);
    const response = await fetch(input, body === undefined ? init : { ...init, body });
    call.headers = response.headers;
    call.begun = response.ok;
    return response;
  };
  return Object.assign(watched, { preconnect: fetch.preconnect });
}

function withFields(body: string, fields: Readonly<Record<string, unknown>> | undefined): string {
  return fields ? JSON.stringify(overFields(jsonObject(body) ?? {}, fields)) : body;
}

const weights: AttachmentWeights = {
  images: { kind: "tiles768", per_tile: 258 },
  page: { bytes: 60_000, tokens: 258 },
  unknown: 258,
};

function buildConfig(info: ModelInfo, request: ModelRequest): GenerateContentConfig {
  const { system, tools, settings, maxOutputTokens, temperature, stopSequences, outputSchema } = request;
  const thinks = settings.thinkingBudget !== "none";
  return {
    // The SDK would call tools and continue answers by itself.
    automaticFunctionCalling: { disable: true },
    automaticContinuation: false,
    ...(system === "" ? {} : { systemInstruction: system }),
    ...(tools.length ? { tools: toolList(tools) } : {}),
    ...(thinks ? { thinkingConfig: thinking(info, request) } : temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(stopSequences?.length ? { stopSequences: [...stopSequences] } : {}),
    ...(outputSchema ? { responseMimeType: "application/json", responseJsonSchema: plainSchema(outputSchema) } : {}),
  };
}

const toolList = remember((tools: ModelRequest["tools"]): Tool[] => [
  {
    functionDeclarations: tools.map(({ name, description, schema }) => ({
      name,
      description,
      parametersJsonSchema: schema,
    })),
  },
]);

const levels: Readonly<Record<Effort, string | undefined>> = {
  none: undefined,
  min: "MINIMAL",
  low: "LOW",
  medium: "MEDIUM",
  high: "HIGH",
  xhigh: "HIGH",
  max: "HIGH",
};
const budgets: Readonly<Record<Effort, number>> = {
  none: 1024,
  min: 1024,
  low: 4096,
  medium: 8192,
  high: 16_384,
  xhigh: 20_480,
  max: 24_576,
};

function thinking(info: ModelInfo, { settings }: ModelRequest): ThinkingConfig {
  const includeThoughts = settings.thinkingOutput === "text";
  if (!isThirdGeneration(info)) {
    return { includeThoughts, thinkingBudget: settings.thinkingBudget === "auto" ? -1 : budgets[settings.effort] };
  }
  const level = levels[settings.effort];
  return { includeThoughts, ...(level === undefined ? {} : { thinkingLevel: level as ThinkingLevel }) };
}
