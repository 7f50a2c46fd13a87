/** Keys and error bodies of both OpenAI wires. */
import type { Json } from "./fake-json.ts";
import type { Refusal } from "./fake-wire.ts";

export function bearerKey(headers: Readonly<Record<string, string>>): string | null {
  // Azure has a header of its own.
  return headers["api-key"] ?? headers.authorization?.replace(/^Bearer /, "") ?? null;
}

const types: Record<number, readonly [type: string, code: string | null]> = {
  401: ["invalid_request_error", "invalid_api_key"],
  403: ["invalid_request_error", "unsupported_country_region_territory"],
  404: ["invalid_request_error", "model_not_found"],
  429: ["requests", "rate_limit_exceeded"],
};

export function openaiErrorBody(status: number, message: string): Json {
  const [type, code] = types[status] ?? [status < 500 ? "invalid_request_error" : "server_error", null];
  return { error: { message, type, param: null, code } };
}

export function openaiBadKey(key: string | null): Refusal {
  const message =
    key === null
      ? "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth."
      : `Incorrect API key provided: ${key.slice(0, 2)}***.`;
  return { status: 401, body: openaiErrorBody(401, message) };
}
