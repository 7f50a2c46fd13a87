import { expect, test } from "bun:test";
import { PromptTooLongError } from "../../agent/provider-error.ts";
import { classify, classifyThrown, type Failure } from "../../providers/failure.ts";

const provider = "Vendor";
const code = (failure: Omit<Failure, "provider">) => classify({ provider, ...failure }).code;
const anthropic = (type: string, message: string) => ({ type: "error", error: { type, message } });
const openai = (message: string, more: Record<string, unknown> = {}) => ({ error: { message, ...more } });

test("byte limits are told apart from token limits", () => {
  const tokens = "prompt is too long: 210000 tokens > 200000 maximum";
  expect(code({ status: 413 })).toBe("request_too_large");
  expect(code({ status: 413, body: anthropic("request_too_large", "Request exceeds the maximum size") })).toBe(
    "request_too_large",
  );
  expect(code({ status: 413, body: openai(tokens) })).toBe("prompt_too_long");
  expect(code({ status: 400, body: openai("Request payload size exceeds the limit: 20971520 bytes.") })).toBe(
    "request_too_large",
  );
  expect(code({ status: 400, body: openai("request entity too large; the context window is exceeded") })).toBe(
    "request_too_large",
  );
});

test("token limits carry their numbers where the vendor gives them", () => {
  const sizes = (status: number, body: unknown) => {
    const error = classify({ provider, status, body });
    return error instanceof PromptTooLongError ? [error.actualTokens, error.limitTokens] : error.code;
  };
  expect(
    sizes(400, anthropic("invalid_request_error", "prompt is too long: 210,000 tokens > 200,000 maximum")),
  ).toEqual([210_000, 200_000]);
  expect(
    sizes(
      400,
      openai(
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130001 tokens.",
        { code: "context_length_exceeded" },
      ),
    ),
  ).toEqual([130_001, 128_000]);
  expect(
    sizes(400, openai("The input token count (1300000) exceeds the maximum number of tokens allowed (1048575).")),
  ).toEqual([1_300_000, 1_048_575]);
  expect(sizes(400, openai("too long", { code: "string_above_max_length" }))).toEqual([undefined, undefined]);
  expect(
    sizes(400, openai("the request exceeds the available context size", { type: "exceed_context_size_error" })),
  ).toEqual([undefined, undefined]);
  expect(sizes(400, openai("Your input exceeds the context window of this model."))).toEqual([undefined, undefined]);
});

test("words about a window are not enough for a token limit", () => {
  expect(code({ status: 400, body: openai("tools.0: schema mentions a context window") })).toBe("bad_request");
  expect(code({ status: 500, body: openai("context window exceeded") })).toBe("server");
  expect(code({ status: 500, body: anthropic("invalid_request_error", "prompt is too long: 3 tokens > 2") })).toBe(
    "prompt_too_long",
  );
  expect(code({ status: 400, body: anthropic("api_error", "prompt is too long: 3 tokens > 2") })).toBe("server");
  expect(code({ status: 429, body: openai("too many tokens per minute") })).toBe("rate_limit");
});

test("policy, entitlement and credentials come before the status", () => {
  expect(code({ status: 400, body: openai("flagged", { code: "content_policy_violation" }) })).toBe("policy");
  expect(code({ status: 400, body: openai("x", { code: "data_inspection_failed" }) })).toBe("policy");
  expect(code({ status: 429, body: openai("You exceeded your current quota, please check your plan") })).toBe(
    "entitlement",
  );
  expect(code({ status: 429, body: openai("no", { code: "insufficient_quota" }) })).toBe("entitlement");
  expect(
    code({ status: 400, body: anthropic("invalid_request_error", "Your credit balance is too low to access the API") }),
  ).toBe("entitlement");
  expect(code({ status: 429, body: anthropic("rate_limit_error", "You are out of extra usage") })).toBe("entitlement");
  expect(code({ status: 400, body: openai("API key not valid. Please pass a valid API key.") })).toBe("auth");
});

test("what is told in band gets the status it stands for", () => {
  const told = (body: unknown) => {
    const error = classify({ provider, body, begun: true });
    return [error.code, error.status];
  };
  expect(told(anthropic("overloaded_error", "Overloaded"))).toEqual(["server", 529]);
  expect(told(anthropic("api_error", "Internal"))).toEqual(["server", 500]);
  expect(told(anthropic("rate_limit_error", "Slow down"))).toEqual(["rate_limit", 429]);
  expect(told(openai("x", { type: "server_error" }))).toEqual(["server", 500]);
  expect(told(openai("x", { code: "rate_limit_exceeded" }))).toEqual(["rate_limit", 429]);
  expect(told({ error: { code: 503, message: "busy", status: "UNAVAILABLE" } })).toEqual(["server", 503]);
  expect(told(openai("An error occurred. You can retry your request."))).toEqual(["server", 500]);
  expect(code({ status: 400, body: openai("Something went wrong. Please try again.") })).toBe("server");
});

test("bodies of any shape do no harm", () => {
  for (const body of [
    null,
    7,
    "",
    "<html>",
    [],
    [{ error: {} }],
    { error: null },
    { error: { code: {}, type: [1] } },
  ]) {
    expect(code({ status: 400, body })).toBe("bad_request");
  }
  expect(code({ status: 400, body: { error: { code: 1234, message: 5 } } })).toBe("bad_request");
  expect(code({ status: 429, body: '{"error":{"message":"slow"}}' })).toBe("rate_limit");
});

test("a lost connection is a cut once the answer has begun", () => {
  const cause = new Error("outer", { cause: new Error("ECONNRESET") });
  const thrown = (begun: boolean) => classifyThrown(cause, { provider, begun });
  expect([thrown(true).code, thrown(false).code]).toEqual(["interrupted", "transport"]);
  expect(thrown(false).message).toBe("Vendor could not be reached: ECONNRESET");
});

test("an SDK's error gives its status, its body and its headers", () => {
  const headers = new Headers({ "retry-after": "3", "request-id": "req_1" });
  const error = Object.assign(new Error("429 {...}"), { status: 429, error: openai("slow down"), headers });
  const { code: name, message, retryAfterMs, requestId } = classifyThrown(error, { provider });
  expect([name, message, retryAfterMs, requestId]).toEqual([
    "rate_limit",
    "Vendor is limiting requests: slow down",
    3000,
    "req_1",
  ]);
  const wrapped = Object.assign(new Error('got status: 429. {"error":{"code":429,"message":"quota"}}'), {
    status: 429,
  });
  expect(classifyThrown(wrapped, { provider }).detail).toBe("quota");
});
