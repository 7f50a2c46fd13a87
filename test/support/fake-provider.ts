/**
 * A provider on real HTTP: one server that speaks four vendors' wires, answers from a script, and refuses an ill-formed
 * request as the vendor would, so that every test that uses it also checks what was sent.
 */

import { noUsage, promptTokens } from "../../agent/message.ts";
import { fakeAnthropic } from "./fake-anthropic.ts";
import { fakeChat } from "./fake-chat.ts";
import { fakeGemini } from "./fake-gemini.ts";
import { isObject, type Json, obj, parseJson, str } from "./fake-json.ts";
import { fakeOpenai } from "./fake-openai.ts";
import { sampleOf } from "./fake-schema.ts";
import { createSeals } from "./fake-seals.ts";
import { streamBody } from "./fake-stream.ts";
import type { FakeFailure, FakeProvider, FakeReply, FakeRequest, FakeScript, FakeStep, Wire } from "./fake-types.ts";
import { metersOf, PromptCache } from "./fake-usage.ts";
import type { FakeWire } from "./fake-wire.ts";

const fakes: Record<Wire, FakeWire> = {
  anthropic: fakeAnthropic,
  openai: fakeOpenai,
  chat: fakeChat,
  gemini: fakeGemini,
};

/** The key that requests must carry unless another is given. */
export const testKey = "test-key";

export interface FakeProviderOptions {
  /** The only API key accepted; `test-key` unless given. */
  readonly key?: string;
  /** Ids that `GET /v1/models` lists. */
  readonly models?: readonly string[];
}

interface Route {
  readonly fake: FakeWire;
  readonly counting: boolean;
  /** The model where the path names it. */
  readonly model?: string;
}

/** Anthropic's models on Vertex AI: the path names the model, the body the version. */
const vertexPath = /\/publishers\/anthropic\/models\/([^/:]+):streamRawPredict$/;
const geminiPath = /\/models\/([^/:]+):(streamGenerateContent|countTokens)$/;

function routeOf(path: string): Route | undefined {
  if (path.endsWith("/messages/count_tokens")) return { fake: fakeAnthropic, counting: true };
  if (path.endsWith("/messages")) return { fake: fakeAnthropic, counting: false };
  if (path.endsWith("/chat/completions")) return { fake: fakeChat, counting: false };
  if (path.endsWith("/responses")) return { fake: fakeOpenai, counting: false };
  const [, claude] = vertexPath.exec(path) ?? [];
  if (claude !== undefined) return { fake: fakeAnthropic, counting: false, model: claude };
  const [, model, verb] = geminiPath.exec(path) ?? [];
  return model === undefined ? undefined : { fake: fakeGemini, counting: verb === "countTokens", model };
}

/**
 * Starts the server on a free port of 127.0.0.1; disposing it closes every connection.
 *
 * @example
 * await using fake = await startFakeProvider([
 *   { parts: [{ call: "Read", args: { path: "a.ts" } }] },
 *   { status: 429, headers: { "retry-after": "1" } },
 *   { parts: [{ text: "It says hello." }] },
 * ]);
 * // ... point a client with the key `test-key` at fake.url("anthropic"), then:
 * expect(fake.problems).toEqual([]);
 */
export async function startFakeProvider(script: FakeScript, options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const key = options.key ?? testKey;
  const [requests, counts, problems]: [FakeRequest[], FakeRequest[], string[]] = [[], [], []];
  const [seals, cache] = [createSeals(), new PromptCache()];
  let [served, ids, paused] = [0, 0, false];
  const id = (prefix: string) => prefix + String(++ids).padStart(24, "0");

  const refuse = (fake: FakeWire, problem: string) => {
    problems.push(`${fake.wire}: ${problem}`);
    return Response.json(fake.errorBody(400, problem), { status: 400 });
  };

  const nextStep = async (request: FakeRequest): Promise<FakeStep | undefined> => {
    const index = served++;
    return typeof script === "function" ? script(request, index) : script[index];
  };

  const answer = (fake: FakeWire, request: FakeRequest, step: FakeReply, left: AbortSignal): Response => {
    const [{ model }, body] = [request.view, obj(request.body)];
    const reply = step.document ? withDocument(step, fake.schema(body), problems) : step;
    const { usage, thinking } = metersOf(reply, cache.read(fake, model, body));
    const events = fake.events(reply, { model, body, usage, thinkingTokens: thinking, seals, id });
    paused = reply.stop === "pause";
    const headers = { "content-type": "text/event-stream; charset=utf-8", ...reply.headers };
    return new Response(streamBody(events, reply.fault, fake.errorEvent, left), { headers });
  };

  const respond = async (route: Route, request: FakeRequest, left: AbortSignal): Promise<Response> => {
    const { fake, counting } = route;
    const given = fake.keyOf(request.headers);
    if (given !== key) {
      const { status, body } = fake.badKey(given);
      return Response.json(body, { status });
    }
    if (!isObject(request.body)) return refuse(fake, "the body is no JSON object");
    const body = counting ? countedBody(request.body) : request.body;
    const { model } = request.view;
    const problem = fake.problem(body, { model, headers: request.headers, seals, counting, paused });
    if (problem !== undefined) return refuse(fake, problem);
    if (counting) return countAnswer(fake, body);
    const step = await nextStep(request);
    if (!step) return refuse(fake, `the script has no step for request ${served}`);
    return "status" in step ? failure(fake, step) : answer(fake, request, step, left);
  };

  const handle = async (raw: Request): Promise<Response> => {
    const path = new URL(raw.url).pathname;
    if (raw.method === "GET" && path.endsWith("/models")) return modelList(options.models ?? ["fake-model"]);
    const route = routeOf(path);
    if (raw.method !== "POST" || !route) return new Response("Not found", { status: 404 });
    const request = readRequest(raw, path, route, await raw.text());
    (route.counting ? counts : requests).push(request);
    raw.signal.addEventListener("abort", () => {
      request.aborted = true;
    });
    const response = await respond(route, request, raw.signal);
    response.headers.set(route.fake.wire === "anthropic" ? "request-id" : "x-request-id", id("req_"));
    return response;
  };

  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout: 0, development: false, fetch: handle });
  return {
    url: (wire) => `http://127.0.0.1:${server.port}${wire === "openai" || wire === "chat" ? "/v1" : ""}`,
    requests,
    counts,
    problems,
    chunkCount,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function withDocument(reply: FakeReply, schema: unknown, problems: string[]): FakeReply {
  if (schema === undefined) problems.push("the script has a document for a request without a schema");
  return { ...reply, parts: [...reply.parts, { text: JSON.stringify(sampleOf(schema)) }] };
}

function readRequest(raw: Request, path: string, route: Route, text: string): FakeRequest {
  const headers = Object.fromEntries(raw.headers.entries());
  const request = { wire: route.fake.wire, path, headers, body: parseJson(text), text, at: Date.now(), aborted: false };
  const { body, ...rest } = route.fake === fakeAnthropic && route.model ? fromVertex(request, route.model) : request;
  const view = { model: route.model ?? str(obj(body).model), ...route.fake.view(obj(body)) };
  return { ...rest, body, view };
}

/** On Vertex AI the path names the model, and the body the version of the API. */
function fromVertex(request: Omit<FakeRequest, "view">, model: string): Omit<FakeRequest, "view"> {
  const { anthropic_version, ...body } = obj(request.body);
  return {
    ...request,
    headers: { ...request.headers, "anthropic-version": str(anthropic_version) },
    body: { model, ...body },
  };
}

function failure(fake: FakeWire, step: FakeFailure): Response {
  const { status, headers } = step;
  const init = { status, ...(headers ? { headers } : {}) };
  if (step.text !== undefined) return new Response(step.text, init);
  return Response.json(step.body ?? fake.errorBody(status, `scripted failure ${status}`), init);
}

/** Gemini may wrap the request that is to be counted. */
function countedBody(body: Json): Json {
  return isObject(body.generateContentRequest) ? body.generateContentRequest : body;
}

function countAnswer(fake: FakeWire, body: Json): Response {
  const total = promptTokens(new PromptCache().read(fake, "", body));
  return Response.json(fake.wire === "gemini" ? { totalTokens: total } : { input_tokens: total });
}

function modelList(ids: readonly string[]): Response {
  const data = ids.map((id) => ({ id, object: "model", created: 0, owned_by: "fake" }));
  return Response.json({ object: "list", data });
}

function chunkCount(step: FakeReply, wire: Wire): number {
  const body = {
    stream_options: { include_usage: true },
    include: ["reasoning.encrypted_content"],
    reasoning: { summary: "auto" },
  };
  const { usage, thinking: thinkingTokens } = metersOf(step, noUsage);
  const id = (prefix: string) => prefix;
  return fakes[wire].events(step, { model: "", body, usage, thinkingTokens, seals: createSeals(), id }).length;
}
