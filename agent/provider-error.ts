/** What can go wrong in one model call. Adapters build these from what the vendor said. */
import { type ErrorInfo, type RetryClass, SagentError } from "./error.ts";

export interface ProviderFailure {
  /** Provider as users call it, e.g. `Anthropic`. */
  readonly provider: string;
  /** The vendor's own words, shortened by the adapter. */
  readonly detail?: string;
  readonly status?: number;
  /** The server's own wish, in ms from now. */
  readonly retryAfterMs?: number;
  readonly requestId?: string;
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Base of whatever can go wrong in one model call. */
export abstract class ProviderError extends SagentError {
  readonly provider: string;
  readonly detail: string | undefined;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;

  constructor(sentence: string, failure: ProviderFailure, hint?: string) {
    const detail = failure.detail?.trim();
    super(detail ? `${sentence}: ${detail}` : `${sentence}.`, { hint: failure.hint ?? hint, cause: failure.cause });
    this.provider = failure.provider;
    this.detail = detail;
    this.status = failure.status;
    this.retryAfterMs = failure.retryAfterMs;
    this.requestId = failure.requestId;
  }

  override toInfo(): ErrorInfo {
    return { ...super.toInfo(), ...(this.status === undefined ? {} : { status: this.status }) };
  }
}

/** No answer at all: refused, reset, DNS, TLS, connect timeout. */
export class TransportError extends ProviderError {
  readonly code = "transport";
  override readonly retry: RetryClass = "transient";
  constructor(failure: ProviderFailure) {
    super(`${failure.provider} could not be reached`, failure, "Check the network and the base URL, then try again.");
  }
}

/** 408, 409, 5xx and bodies that say the server is at fault. */
export class ServerError extends ProviderError {
  readonly code = "server";
  override readonly retry: RetryClass = "transient";
  constructor(failure: ProviderFailure) {
    super(`${failure.provider} failed${failure.status ? ` with status ${failure.status}` : ""}`, failure);
  }
}

/** 429, or the same said in band. `retryAt` is Unix time in ms, where the server told it and nobody will wait that long. */
export class RateLimitError extends ProviderError {
  readonly code = "rate_limit";
  override readonly retry: RetryClass = "rateLimit";
  readonly retryAt: number | undefined;
  constructor(failure: ProviderFailure & { readonly retryAt?: number }) {
    const until = failure.retryAt === undefined ? "" : ` until ${new Date(failure.retryAt).toISOString()}`;
    super(
      `${failure.provider} is limiting requests${until}`,
      failure,
      "Wait for the limit to reset, or switch model or provider.",
    );
    this.retryAt = failure.retryAt;
  }
  override toInfo(): ErrorInfo {
    return { ...super.toInfo(), ...(this.retryAt === undefined ? {} : { retryAt: this.retryAt }) };
  }
}

/** 401 or 403. */
export class AuthError extends ProviderError {
  readonly code = "auth";
  constructor(failure: ProviderFailure) {
    super(`${failure.provider} refused the credentials`, failure, "Check the API key and what it may use.");
  }
}

/** The vendor would not renew a login: it is over, and only a person can begin another. */
export class AuthRefreshError extends ProviderError {
  readonly code = "auth_refresh";
  constructor(failure: ProviderFailure & { readonly command: string }) {
    super(`The login at ${failure.provider} is over`, failure, `Log in again: ${failure.command}`);
  }
}

/** The account cannot pay: credits, balance, plan. Fatal even as a 429. */
export class EntitlementError extends ProviderError {
  readonly code = "entitlement";
  constructor(failure: ProviderFailure) {
    super(`${failure.provider} will not serve this account`, failure, "Check the account's credits and plan.");
  }
}

/** The vendor's policy blocked the content; the same context must not be sent again. */
export class PolicyError extends ProviderError {
  readonly code = "policy";
  constructor(failure: ProviderFailure) {
    super(
      `${failure.provider} blocked the request by its policy`,
      failure,
      "What was refused is withheld from now on; rephrase and go on.",
    );
  }
}

/** Any other 4xx: the request itself is wrong. */
export class BadRequestError extends ProviderError {
  readonly code = "bad_request";
  constructor(failure: ProviderFailure) {
    super(`${failure.provider} rejected the request${failure.status ? ` with status ${failure.status}` : ""}`, failure);
  }
}

/** More tokens than the model's window. */
export class PromptTooLongError extends ProviderError {
  readonly code = "prompt_too_long";
  override readonly retry: RetryClass = "overflow";
  readonly actualTokens: number | undefined;
  readonly limitTokens: number | undefined;
  constructor(failure: ProviderFailure & { readonly actualTokens?: number; readonly limitTokens?: number }) {
    super(
      `The conversation is longer than the model's window`,
      failure,
      "Compact or clear it, or use a model with a larger window.",
    );
    this.actualTokens = failure.actualTokens;
    this.limitTokens = failure.limitTokens;
  }
}

/** More bytes than the provider accepts. A larger window does not help. */
export class RequestTooLargeError extends ProviderError {
  readonly code = "request_too_large";
  constructor(failure: ProviderFailure) {
    super(
      `The request has more bytes than ${failure.provider} accepts`,
      failure,
      "Remove attachments or clear the conversation.",
    );
  }
}

/** The stream ended before its own terminal event, or carried something that cannot be read. */
export class StreamInterruptedError extends ProviderError {
  readonly code = "interrupted";
  override readonly retry: RetryClass = "interrupted";
  constructor(failure: ProviderFailure) {
    super(`${failure.provider} stopped in the middle of its answer`, failure);
  }
}

/** Nothing came for longer than the idle limit. */
export class StalledError extends ProviderError {
  readonly code = "stalled";
  override readonly retry: RetryClass = "interrupted";
  constructor(failure: ProviderFailure & { readonly idleMs: number }) {
    super(`${failure.provider} sent nothing for ${Math.round(failure.idleMs / 1000)} s`, failure);
  }
}

/** The model stopped in a way that asks for the same request again: a malformed call, a tool stop without calls. */
export class MalformedAnswerError extends ProviderError {
  readonly code = "malformed_answer";
  override readonly retry: RetryClass = "interrupted";
  constructor(failure: ProviderFailure) {
    super(`${failure.provider} gave an answer that cannot be used`, failure);
  }
}

/** The answer was cut by a length limit while it was calling tools; the calls were not run. */
export class TruncatedCallError extends ProviderError {
  readonly code = "truncated_call";
  constructor(failure: ProviderFailure) {
    super(
      "The answer reached its length limit in the middle of a tool call",
      failure,
      "Raise --max-response-tokens, or ask for smaller steps.",
    );
  }
}

/** The server asked for a wait that is too long to sleep through. */
export class RetryDeferredError extends ProviderError {
  readonly code = "retry_deferred";
  readonly retryAt: number;
  constructor(failure: ProviderFailure & { readonly retryAt: number }) {
    super(
      `${failure.provider} asks to wait until ${new Date(failure.retryAt).toISOString()}`,
      failure,
      "Continue the session after that time, or switch model or provider.",
    );
    this.retryAt = failure.retryAt;
  }
  override toInfo(): ErrorInfo {
    return { ...super.toInfo(), retryAt: this.retryAt };
  }
}
