/**
 * The `fetch` that servers are reached with. It gives a person's headers to the server's own origin only, bounds what a
 * message may hold, and answers a request itself whose stream ends before its answer, which the SDK would wait for.
 */
import type { FetchLike } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";

const maxMessageBytes = 32 * 1024 * 1024;

const requestSchema = z.object({ id: z.union([z.string(), z.number()]), method: z.string() });

export function serverFetch(serverUrl: string, headers: Readonly<Record<string, string>>): FetchLike {
  const { origin } = new URL(serverUrl);
  return async (url, init = {}) => {
    const sent = new Headers(init.headers);
    if (new URL(url).origin === origin) for (const [name, value] of Object.entries(headers)) sent.set(name, value);
    // Bun's own limit of 300 s is off: calls have a limit of their own.
    const response = await fetch(url, { ...init, headers: sent, timeout: false } as RequestInit);
    if (!response.body) return response;
    const isStream = (response.headers.get("content-type") ?? "").startsWith("text/event-stream");
    const id = isStream && init.method === "POST" ? idOf(init.body) : undefined;
    const body = bounded(response.body, isStream, id);
    const copy = new Response(body, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
    return Object.defineProperty(copy, "url", { value: response.url });
  };
}

function idOf(body: unknown): string | number | undefined {
  try {
    return typeof body === "string" ? requestSchema.parse(JSON.parse(body)).id : undefined;
  } catch {
    return undefined;
  }
}

/** `id` is of the request that the stream is to answer. */
function bounded(
  body: ReadableStream<Uint8Array>,
  isStream: boolean,
  id: string | number | undefined,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  let canResume = false;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done || !value) {
        if (id !== undefined && !canResume) controller.enqueue(cutOff(id));
        return controller.close();
      }
      const text = isStream ? Buffer.from(value).toString("latin1") : "";
      // A stream whose events have ids can be taken up again.
      canResume ||= /(?:^|\n)id:/.test(text);
      bytes = /\n\r?\n/.test(text) ? 0 : bytes + value.length;
      if (bytes > maxMessageBytes) {
        await reader.cancel().catch(() => {});
        return controller.error(new Error(`it sent a message of more than ${maxMessageBytes / 1024 / 1024} MB`));
      }
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** Means nothing where the answer has come: the request is closed then. */
function cutOff(id: string | number): Uint8Array {
  const error = { code: ErrorCode.ConnectionClosed, message: "the connection was cut before the answer came" };
  return Buffer.from(`\n\ndata: ${JSON.stringify({ jsonrpc: "2.0", id, error })}\n\n`);
}
