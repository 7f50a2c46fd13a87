/** Gemini: `POST /v1beta/models/{model}:streamGenerateContent?alt=sse`. */
import type { StopReason, Usage } from "../../agent/message.ts";
import { callContent, geminiProblem, isGemini3, textContent } from "./fake-gemini-rules.ts";
import { isObject, type Json, list, obj, parseJson, pieces, str } from "./fake-json.ts";
import type { FakePart, FakeReply } from "./fake-types.ts";
import { viewBuilder } from "./fake-view.ts";
import { defaultChunkChars, type FakeWire, type ReplyContext, sse, stopOf } from "./fake-wire.ts";

const stops: Record<StopReason, string | null> = {
  endTurn: "STOP",
  toolUse: "STOP",
  stopSequence: "STOP",
  pause: "CONTINUATION",
  maxTokens: "MAX_TOKENS",
  contextWindow: "MAX_TOKENS",
  refusal: "SAFETY",
  interrupted: null,
  malformedCall: "MALFORMED_FUNCTION_CALL",
  unknown: "OTHER",
};

const statuses: Record<number, string> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

function errorBody(code: number, message: string, details?: Json[]): Json {
  const status = statuses[code] ?? (code < 500 ? "FAILED_PRECONDITION" : "INTERNAL");
  return { error: { code, message, status, ...(details ? { details } : {}) } };
}

function wireUsage(usage: Usage, thinking: number): Json {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWrite1h;
  return {
    promptTokenCount: prompt,
    ...(usage.cacheRead > 0 ? { cachedContentTokenCount: usage.cacheRead } : {}),
    candidatesTokenCount: usage.output - thinking,
    ...(thinking > 0 ? { thoughtsTokenCount: thinking } : {}),
    totalTokenCount: prompt + usage.output,
    promptTokensDetails: [{ modality: "TEXT", tokenCount: prompt }],
  };
}

function callPart(part: Extract<FakePart, { call: string }>, signed: boolean, context: ReplyContext): Json {
  const parsed = part.raw === undefined ? part.args : parseJson(part.raw);
  const args = isObject(parsed) ? parsed : {};
  const functionCall = { id: context.id("call_"), name: part.call, args };
  if (!signed) return { functionCall };
  return { functionCall, thoughtSignature: context.seals.mint(context.model, callContent(part.call, args)) };
}

const unreadable = (part: FakePart) => "call" in part && part.raw !== undefined && !isObject(parseJson(part.raw));

/** Arguments are objects on this wire: a call whose raw arguments are none ends the answer as a malformed call. */
function events(reply: FakeReply, context: ReplyContext): string[] {
  const chars = reply.chunkChars ?? defaultChunkChars;
  const head = { modelVersion: context.model, responseId: context.id("resp") };
  const malformed = reply.parts.some(unreadable);
  const parts = reply.parts.filter((part) => !unreadable(part));
  const firstCall = parts.find((part) => "call" in part);
  const thinks = isGemini3(context.model) || parts.some((part) => "thinking" in part);
  const chunks: Json[] = parts.flatMap((part): Json[] => {
    if ("thinking" in part && part.redacted) return [];
    if ("thinking" in part) return pieces(part.thinking, chars).map((text) => ({ text, thought: true }));
    if ("text" in part) return pieces(part.text, chars).map((text) => ({ text }));
    return [callPart(part, thinks && part === firstCall, context)];
  });
  const finish = reply.finish ?? (malformed ? "MALFORMED_FUNCTION_CALL" : stops[stopOf(reply)]);
  const signature = context.seals.mint(context.model, textContent);
  const last = thinks && !firstCall && !malformed ? { text: "", thoughtSignature: signature } : { text: "" };
  const usage = wireUsage(context.usage, context.thinkingTokens);
  const soFar = { ...usage, candidatesTokenCount: undefined, totalTokenCount: usage.promptTokenCount };
  const tier = reply.tier === undefined ? {} : { trafficType: reply.tier };
  const content = (part: Json) => ({ content: { parts: [part], role: "model" }, index: 0 });
  return [
    ...chunks.map((part) => sse({ candidates: [content(part)], usageMetadata: soFar, ...head })),
    sse({
      candidates: [{ ...content(last), ...(finish === null ? {} : { finishReason: finish }) }],
      usageMetadata: { ...usage, ...tier },
      ...head,
    }),
  ];
}

function view(body: Json) {
  const out = viewBuilder();
  const waiting: { id: string; name: string }[] = [];
  let count = 0;
  for (const content of list(body.contents)) {
    const role = content.role === "model" ? "assistant" : "user";
    for (const part of list(content.parts)) {
      const [call, response, media] = [obj(part.functionCall), obj(part.functionResponse), obj(part.inlineData)];
      if (part.functionCall) {
        const id = String(count++);
        waiting.push({ id, name: str(call.name) });
        out.call(id, str(call.name), call.args ?? {});
      } else if (part.functionResponse) {
        const at = waiting.findIndex((entry) => entry.name === response.name);
        const [match] = at < 0 ? [] : waiting.splice(at, 1);
        out.result(match?.id ?? `orphan ${str(response.name)}`, responseText(obj(response.response)));
        for (const inner of list(response.parts)) out.image(str(obj(inner.inlineData).mimeType));
      } else if (part.inlineData) out.image(str(media.mimeType));
      else if (part.thought === true) out.thinking(str(part.text));
      else if (part.text !== "") out.text(role, str(part.text));
    }
  }
  const declared = list(body.tools).flatMap((tool) => list(tool.functionDeclarations));
  return {
    system: list(obj(body.systemInstruction).parts)
      .map((part) => str(part.text))
      .join("\n"),
    tools: declared.map((tool) => str(tool.name)),
    messages: out.messages(),
  };
}

/** A response is any object: its only string, or its JSON. */
function responseText(response: Json): string {
  const values = Object.values(response);
  return values.length === 1 && typeof values[0] === "string" ? values[0] : JSON.stringify(response);
}

export const fakeGemini: FakeWire = {
  wire: "gemini",
  keyOf: (headers) => headers["x-goog-api-key"] ?? null,
  badKey: (key) =>
    key === null
      ? { status: 403, body: errorBody(403, "Method doesn't allow unregistered callers. Please use API Key.") }
      : {
          status: 400,
          body: errorBody(400, "API key not valid. Please pass a valid API key.", [
            {
              "@type": "type.googleapis.com/google.rpc.ErrorInfo",
              reason: "API_KEY_INVALID",
              domain: "googleapis.com",
            },
          ]),
        },
  problem: geminiProblem,
  view,
  blocks: (body) => [
    body.systemInstruction ?? "",
    ...list(body.tools),
    ...list(body.contents).flatMap((content) => list(content.parts).map((part) => [content.role, part])),
  ],
  caching: () => "automatic",
  schema: (body) => obj(body.generationConfig).responseJsonSchema,
  events,
  errorEvent(code, message) {
    const status = Object.entries(statuses).find(([, name]) => name === code)?.[0] ?? "500";
    return sse({ error: { code: Number(status), message, status: code } });
  },
  errorBody: (status, message) => errorBody(status, message),
};
