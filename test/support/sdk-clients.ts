/** The vendors' own clients, pointed at a fake; and what they make of a refused request. */
import type { Json } from "./fake-json.ts";
import { isObject, obj, str } from "./fake-json.ts";
import { testKey } from "./fake-provider.ts";
import type { FakeProvider, Wire } from "./fake-types.ts";

export async function anthropicClient(fake: FakeProvider, apiKey = testKey) {
  const { default: Anthropic } = await import("@anthropic-ai/sdk");
  return new Anthropic({ apiKey, baseURL: fake.url("anthropic"), maxRetries: 0, logLevel: "off" });
}

export async function openaiClient(fake: FakeProvider, apiKey = testKey) {
  const { default: OpenAI } = await import("openai");
  return new OpenAI({ apiKey, baseURL: fake.url("openai"), maxRetries: 0, logLevel: "off" });
}

export async function geminiClient(fake: FakeProvider, apiKey = testKey) {
  const { GoogleGenAI } = await import("@google/genai");
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: fake.url("gemini") } });
}

/** Sends a body as it is and gives the vendor's status and words for refusing it, or undefined. */
export async function refusal(fake: FakeProvider, wire: Wire, body: Json): Promise<string | undefined> {
  try {
    await post(fake, wire, body);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error) || !isObject(error)) throw error;
    const details = obj(error.error);
    return `${error.status} ${str(obj(details.error).message ?? details.message)}`;
  }
}

async function post(fake: FakeProvider, wire: Wire, body: Json): Promise<unknown> {
  if (wire === "anthropic") return (await anthropicClient(fake)).post("/v1/messages", { body });
  if (wire === "openai") return (await openaiClient(fake)).post("/responses", { body });
  if (wire === "chat") return (await openaiClient(fake)).post("/chat/completions", { body });
  const { model, ...rest } = body;
  const response = await fetch(`${fake.url("gemini")}/v1beta/models/${model}:streamGenerateContent?alt=sse`, {
    method: "POST",
    headers: { "x-goog-api-key": testKey },
    body: JSON.stringify(rest),
  });
  const text = await response.text();
  if (response.ok) return text;
  throw Object.assign(new Error(text), { status: response.status, error: JSON.parse(text) });
}
