/** What the Responses and the chat adapters share: one SDK client a provider, and the frame of a call on its wire. */
import type { OpenAI } from "openai";
import type { Chunk, Model, ModelInfo, ModelRequest, Provider } from "../agent/model.ts";
import { bodyWriter } from "./body.ts";
import { type Call, runCall } from "./call.ts";
import { keepClient } from "./clients.ts";
import { type AttachmentWeights, attachmentWeight } from "./image-tokens.ts";
import { imageFitter } from "./images.ts";
import { limitWindows } from "./limits.ts";
import { withhold } from "./neutral.ts";
import { overFields } from "./options.ts";
import { jsonObject, sseData } from "./sse.ts";
import { patientFetch } from "./watchdog.ts";

export interface SdkOptions {
  /** As users type it. */
  readonly name: string;
  /** As sentences call it. */
  readonly label: string;
  /** Absent where the server wants none: no `Authorization` is sent then. */
  readonly apiKey?: string | undefined;
  readonly baseUrl: string;
  /** The model that a name means; none means the default. Throws `ModelNotFoundError`. */
  readonly resolve: (id?: string) => ModelInfo;
  readonly idleMs?: number | undefined;
  readonly connectMs?: number | undefined;
  /** Sends in place of the plain one, e.g. to carry a login's token. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Makes the SDK's client in place of the plain one, e.g. an `AzureOpenAI`; key and base URL are then its own matter. */
  readonly client?: (() => Promise<OpenAI>) | undefined;
}

/** One model's side of a wire. */
export interface Wire {
  /** The field of the body that holds the conversation. */
  readonly list: string;
  /** Sent besides the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  body(request: ModelRequest): object;
  answer(call: Call, body: object): Answer;
}

/** Reads one answer's events. */
export interface Answer {
  /** Throws what the event says went wrong. Yields `done` where the event is the wire's terminal one. */
  read(event: Readonly<Record<string, unknown>>): Iterable<Chunk>;
  /** The `done` of a body that ended in order, `marked` by `[DONE]` or not; undefined where it is a cut all the same. */
  end(marked: boolean): Chunk | undefined;
}

/** A provider whose models post to `path`. The SDK is loaded by the first call and its client shared by all models. */
export function sdkProvider(options: SdkOptions, path: string, wireOf: (info: ModelInfo) => Wire): Provider {
  const client = keepClient(options.client ?? (() => connectSdk(options)));
  const close = async () => client.forget();
  return {
    name: options.name,
    async model(id) {
      const info = options.resolve(id);
      const wire = wireOf(info);
      const writeBody = bodyWriter(wire.list, info, options.label);
      const fit = imageFitter(info);
      async function* stream(request: ModelRequest, call: Call): AsyncGenerator<Chunk> {
        const plain = wire.body({ ...request, messages: await fit(withhold(request.messages)) });
        const body = overFields(plain, request.providerOptions?.[info.provider]);
        const bytes = writeBody(body);
        const sdk = await client.get();
        // Clients of other clouds look into the body.
        const sent = { ...patient, body: options.client ? body : bytes, signal: call.watch.signal };
        const response = await sdk
          .post(path, { ...sent, headers: { ...wire.headers, ...jsonType }, stream: true })
          .asResponse();
        yield* events(call, wire.answer(call, body), response);
      }
      return plainModel(info, (request, signal) =>
        runCall({ provider: options.label, signal, idleMs: options.idleMs }, (call) => stream(request, call)),
      );
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Reads the body itself: the SDK's own iterator hides `[DONE]`, ends normally when aborted, and throws at a line that is
 * no JSON. Such lines are skipped here; an adapter whose wire says things twice finds out what they held.
 */
async function* events(call: Call, answer: Answer, response: Response): AsyncGenerator<Chunk> {
  call.headers = response.headers;
  call.begun = true;
  const windows = limitWindows(response.headers);
  if (windows.length > 0) yield { type: "limits", windows };
  let marked = false;
  for await (const data of response.body ? call.watch.guard(sseData(response.body)) : []) {
    marked = data === "[DONE]";
    if (marked) break;
    const event = jsonObject(data);
    if (event) yield* answer.read(event);
  }
  const done = call.watch.ended() ? undefined : answer.end(marked);
  if (done) yield done;
}

const jsonType = { "content-type": "application/json" };
/** For a client that was not made here: no retries of its own, and no limit of Bun's. */
const patient = { maxRetries: 0, fetchOptions: { timeout: false } as object };

async function connectSdk(options: SdkOptions): Promise<OpenAI> {
  const { OpenAI } = await import("openai");
  return new OpenAI({
    baseURL: options.baseUrl,
    apiKey: options.apiKey ?? "none",
    ...(options.apiKey === undefined && { defaultHeaders: { Authorization: null } }),
    // These are the vendor's own account; the SDK would read them from the environment and tell them to any server.
    adminAPIKey: null,
    organization: null,
    project: null,
    maxRetries: 0,
    // The watchdog decides.
    timeout: 2_147_483_647,
    logLevel: "off",
    fetch: options.fetch ?? patientFetch(options.connectMs),
  });
}

function plainModel(info: ModelInfo, stream: Model["stream"]): Model {
  // The client is the provider's; a model holds nothing.
  const close = async () => {};
  return {
    info,
    stream,
    estimateText: (text) => Math.ceil(text.length / info.charsPerToken),
    estimateAttachment: attachmentWeight(info, weights),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const weights: AttachmentWeights = {
  images: { kind: "patches32", multiplier: 1.2, patch_budget: null },
  page: { bytes: 100_000, tokens: 1500 },
  unknown: 1500,
};
