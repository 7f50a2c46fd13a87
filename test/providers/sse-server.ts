/** A server that answers every request with the same event stream, for what the fake provider is too well-behaved to say. */
import { type Chunk, lowestSettings, type Model, type ModelRequest } from "../../agent/model.ts";

export interface SseServer extends Disposable {
  /** Base URL for the OpenAI wires. */
  readonly url: string;
  readonly requests: { headers: Headers; body: unknown }[];
}

/** Objects become events; strings are sent as they are. The body ends in order behind the last. */
export function serveEvents(events: readonly (object | string)[], headers: Record<string, string> = {}): SseServer {
  const requests: SseServer["requests"] = [];
  const text = events
    .map((event) => (typeof event === "string" ? event : `data: ${JSON.stringify(event)}\n\n`))
    .join("");
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      requests.push({ headers: request.headers, body: await request.json() });
      return new Response(text, { headers: { "content-type": "text/event-stream", ...headers } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    requests,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

/** Runs a call to its end. A request of one `hi` at the model's lowest settings unless told otherwise. */
export async function collect(
  model: Model,
  request: Partial<ModelRequest> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Chunk[]> {
  const whole: ModelRequest = {
    system: "",
    messages: [{ type: "user", id: "m1", at: 0, text: "hi" }],
    tools: [],
    settings: lowestSettings(model.info),
    ...request,
  };
  return Array.fromAsync(model.stream(whole, signal));
}

export type Ended = Extract<Chunk, { type: "done" | "error" }>;

/** The last chunk, which ends the stream. */
export function ending(chunks: readonly Chunk[]): Ended {
  const last = chunks.at(-1);
  if (last?.type !== "done" && last?.type !== "error") throw new Error("The stream has no end");
  return last;
}
