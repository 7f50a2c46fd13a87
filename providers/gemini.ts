/** The Gemini wire, on the official SDK. */
import type { GenerateContentConfig, GoogleGenAI, ThinkingConfig, ThinkingLevel, Tool } from "@google/genai";
import type { Attachment } from "../agent/message.ts";
import type { Chunk, Effort, Model, ModelInfo, ModelRequest, Provider } from "../agent/model.ts";
import { type Call, checkSize, runCall } from "./call.ts";
import { contentWriter, isThirdGeneration } from "./gemini-contents.ts";
import { readChunks } from "./gemini-stream.ts";
import { imageSize } from "./image-size.ts";
import { remember, withhold } from "./neutral.ts";
import { patientFetch } from "./watchdog.ts";

export interface GeminiOptions {
  readonly apiKey: string;
  /** Finds a model by any name the catalogue accepts. Throws `ModelNotFoundError`. */
  readonly resolve: (id?: string) => ModelInfo;
  /** With or without the version at its end, `/v1beta` where it has none. */
  readonly baseUrl?: string | undefined;
  readonly idleMs?: number | undefined;
  readonly connectMs?: number | undefined;
}

/** As sentences call it. */
const label = "Google";

export function createGemini(options: GeminiOptions): Provider {
  let client: Promise<GoogleGenAI> | undefined;
  const connect = () => (client ??= openClient(options));
  const close = async () => {
    client = undefined;
  };
  const link = { connect, idleMs: options.idleMs, fetch: patientFetch(options.connectMs) };
  return {
    name: "google",
    model: async (id) => createModel(options.resolve(id), link),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function openClient({ apiKey, baseUrl }: GeminiOptions): Promise<GoogleGenAI> {
  const { GoogleGenAI: SDK } = await import("@google/genai");
  const [, base, version] = /^(.*?)\/*(?:\/(v\d+\w*)\/*)?$/.exec(baseUrl ?? "") ?? [];
  return new SDK({
    apiKey,
    vertexai: false,
    httpOptions: { apiVersion: version ?? "v1beta", ...(base ? { baseUrl: base } : {}) },
  });
}

interface Link {
  readonly connect: () => Promise<GoogleGenAI>;
  readonly idleMs: number | undefined;
  readonly fetch: typeof fetch;
}

function createModel(info: ModelInfo, link: Link): Model {
  const { idleMs } = link;
  const write = contentWriter(info);
  const close = async () => {};
  async function* events(request: ModelRequest, call: Call): AsyncGenerator<Chunk> {
    const contents = [...write(withhold(request.messages))];
    const client = await link.connect();
    const config: GenerateContentConfig = {
      ...buildConfig(info, request),
      abortSignal: call.watch.signal,
      httpOptions: { fetch: watchedFetch(link, info, call) },
    };
    const stream = await client.models.generateContentStream({ model: info.wireId, contents, config });
    yield* readChunks(call.watch.guard(stream), call);
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

/** Keeps the headers, which the SDK's errors do not carry, and looks at the size of what is sent. */
function watchedFetch({ fetch }: Link, info: ModelInfo, call: Call): typeof globalThis.fetch {
  const watched = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (typeof init?.body === "string") checkSize(init.body, info, label);
    const response = await fetch(input, init);
    call.headers = response.headers;
    call.begun = response.ok;
    return response;
  };
  return Object.assign(watched, { preconnect: fetch.preconnect });
}

/** 258 tokens a tile of 768 pixels, one for a small image; a PDF page counts as one and is taken for 60 KB. */
const estimate = remember((attachment: Attachment): number => {
  if (attachment.mime === "application/pdf") return Math.ceil((attachment.data.length * 0.75) / 60_000) * 258;
  const size = imageSize(attachment);
  if (!size || (size.width <= 384 && size.height <= 384)) return 258;
  return Math.ceil(size.width / 768) * Math.ceil(size.height / 768) * 258;
});

function buildConfig(info: ModelInfo, request: ModelRequest): GenerateContentConfig {
  const { system, tools, settings, maxOutputTokens, temperature, stopSequences } = request;
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
