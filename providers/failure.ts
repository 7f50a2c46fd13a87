/** Turns what a vendor or its SDK said went wrong into one of the errors of the contract. */
import {
  AuthError,
  BadRequestError,
  EntitlementError,
  PolicyError,
  PromptTooLongError,
  type ProviderError,
  type ProviderFailure,
  RateLimitError,
  RequestTooLargeError,
  ServerError,
  StreamInterruptedError,
  TransportError,
} from "../agent/provider-error.ts";
import { retryAfterMs } from "./limits.ts";

export interface Failure {
  readonly provider: string;
  readonly status?: number | undefined;
  /** The error body, parsed where it was JSON. */
  readonly body?: unknown;
  readonly headers?: Headers | undefined;
  readonly cause?: unknown;
  /** Whether the answer had begun: a lost connection is then a cut. */
  readonly begun?: boolean | undefined;
  readonly now?: number | undefined;
}

/**
 * Names the failure, in this order: too many bytes, too many tokens, policy, entitlement, credentials, rate limit,
 * server, bad request; without status or body, a lost connection.
 */
export function classify(failure: Failure): ProviderError {
  const said = read(failure.body);
  const status = failure.status ?? statusOf(said);
  const data: ProviderFailure = describe(failure, said, status);
  if (status === undefined && said.words === "") {
    return failure.begun ? new StreamInterruptedError(data) : new TransportError(data);
  }
  const tokens = overflow(said, status);
  if (isByteLimit(said, status, tokens !== undefined)) return new RequestTooLargeError(data);
  if (tokens) return new PromptTooLongError({ ...data, ...tokens });
  if (isPolicy(said)) return new PolicyError(data);
  if (isEntitlement(said, status)) return new EntitlementError(data);
  return byStatus(data, said, status, failure.begun === true);
}

/** The same for whatever an SDK threw: its status, body and headers where it has them, else the chain of causes. */
export function classifyThrown(
  thrown: unknown,
  context: { readonly provider: string; readonly begun?: boolean; readonly headers?: Headers | undefined },
): ProviderError {
  const { status, error, headers, message } = asRecord(thrown);
  const json = typeof message === "string" ? embeddedJson(message) : undefined;
  const typed = typeof status === "number";
  return classify({
    ...context,
    cause: thrown,
    status: typed ? status : undefined,
    body: error ?? json ?? (typed ? message : undefined),
    headers: headers instanceof Headers ? headers : context.headers,
  });
}

const invitesRetry = /you can retry your request|please (?:try|retry) again/;

/** What a body says, in the shapes of all vendors. */
interface Said {
  readonly message: string;
  readonly type: string;
  /** Numbers and other oddities become text or nothing. */
  readonly code: string;
  /** Type, code and message, in lower case. */
  readonly words: string;
  /** Anthropic's envelope, whose type decides over the status. */
  readonly anthropic: boolean;
  readonly requestId: string | undefined;
  readonly raw: unknown;
}

function read(body: unknown): Said {
  const parsed = typeof body === "string" ? (embeddedJson(body) ?? body) : body;
  const outer = asRecord(Array.isArray(parsed) ? parsed[0] : parsed);
  const inner = typeof outer.error === "object" && outer.error !== null ? asRecord(outer.error) : outer;
  const text = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "");
  const plain = typeof parsed === "string" ? parsed : text(outer.error);
  const message = text(inner.message) || text(outer.message) || text(outer.detail) || plain;
  const type = text(inner.type) || text(inner.status);
  const code = text(inner.code);
  return {
    message,
    type,
    code,
    words: `${type} ${code} ${message}`.trim().toLowerCase(),
    anthropic: outer.type === "error",
    requestId: text(outer.request_id) || undefined,
    raw: parsed,
  };
}

function statusOf({ type, code, words }: Said): number | undefined {
  if (/^[45]\d\d$/.test(code)) return Number(code);
  const name = `${type} ${code}`.toLowerCase();
  if (/rate_limit|resource_exhausted|too_many_requests/.test(name)) return 429;
  if (/overloaded/.test(name)) return 529;
  if (/api_error|server_error|internal|unavailable/.test(name)) return 500;
  if (/authentication|invalid_api_key/.test(name)) return 401;
  if (/permission/.test(name)) return 403;
  if (/request_too_large/.test(name)) return 413;
  if (/invalid_request|invalid_argument|not_found|billing/.test(name)) return 400;
  if (invitesRetry.test(words)) return 500;
  return undefined;
}

function describe(failure: Failure, said: Said, status: number | undefined): ProviderFailure {
  const { provider, headers, cause } = failure;
  const wait = retryAfterMs({ headers, body: said.raw, status, now: failure.now ?? Date.now() });
  const requestId = headers?.get("request-id") ?? headers?.get("x-request-id") ?? said.requestId;
  const detail = said.message || (status === undefined ? causeOf(cause) : "");
  return {
    provider,
    ...(detail === "" ? {} : { detail: detail.length > 500 ? `${detail.slice(0, 500)}…` : detail }),
    ...(status === undefined ? {} : { status }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(requestId ? { requestId } : {}),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** The deepest of up to five causes that says something. */
function causeOf(cause: unknown): string {
  let words = "";
  for (let depth = 0, at = cause; depth < 5 && at !== undefined && at !== null; depth++) {
    const { message, code, cause: next } = asRecord(at);
    if (typeof message === "string" && message !== "")
      words = message.replace(/\. For more information, pass `verbose.*/, "");
    else if (typeof code === "string") words = code;
    at = next;
  }
  return words;
}

const tokenWords = [
  /prompt is too long/,
  /(?:input|prompt|request|message)s? (?:is|are|has|have|exceeds?|exceeded|contains?)?[^.]{0,60}(?:too many tokens|token (?:limit|count)|number of tokens|tokens allowed)/,
  /\d[\d,]* tokens? ?(?:>|exceeds?)/,
  /too many (?:input )?tokens/,
  /maximum (?:context|prompt|input) length/,
  /input length and `?max_tokens`? exceed/,
  /exceeds? (?:the )?(?:model'?s? )?(?:available |maximum )?(?:context|input token)/,
  /(?:context window|context size|model context)[^.]{0,40}(?:exceed|overflow|too (?:long|small)|full)/,
  /(?:exceed|overflow|larger than|longer than|over)[^.]{0,40}(?:context window|context size|model context)/,
];
const overflowCodes = /^(?:context_length_exceeded|string_above_max_length|exceed_context_size_error)$/;

/** The sizes of a token overflow, empty where none were given; undefined when it is none. */
function overflow(said: Said, status: number | undefined): { actualTokens?: number; limitTokens?: number } | undefined {
  const { words, code, type, anthropic } = said;
  const sizes = parseSizes(words);
  if (overflowCodes.test(code) || overflowCodes.test(type)) return sizes;
  if (anthropic && type !== "invalid_request_error" && status !== 413) return undefined;
  if (!anthropic && status !== undefined && status >= 500) return undefined;
  if (status === 429 || status === 401 || status === 403) return undefined;
  if (/schema|tools?\.\d|function/.test(words) && !/tokens/.test(words)) return undefined;
  return tokenWords.some((pattern) => pattern.test(words)) ? sizes : undefined;
}

function parseSizes(words: string): { actualTokens?: number; limitTokens?: number } {
  const number = (text: string | undefined) => Number(text?.replaceAll(",", ""));
  const above = /([\d,]+) tokens? ?> ?([\d,]+)/.exec(words);
  if (above) return { actualTokens: number(above[1]), limitTokens: number(above[2]) };
  const counted = /token count \(([\d,]+)\) exceeds[^(]*\(([\d,]+)\)/.exec(words);
  if (counted) return { actualTokens: number(counted[1]), limitTokens: number(counted[2]) };
  const limit = /maximum (?:context|prompt|input) length is ([\d,]+)/.exec(words);
  const actual = /(?:resulted in|requested(?: about)?|has|contains) ([\d,]+)(?: \w+)? tokens/.exec(words);
  return {
    ...(actual ? { actualTokens: number(actual[1]) } : {}),
    ...(limit ? { limitTokens: number(limit[1]) } : {}),
  };
}

const byteWords =
  /request_too_large|(?:request|payload|entity|body)(?: \w+){0,4} (?:too large|exceeds? the maximum (?:size|number of bytes))|(?:request|payload|entity) size|number of bytes|maximum allowed number of bytes/;

function isByteLimit({ words }: Said, status: number | undefined, overflows: boolean): boolean {
  if (status !== undefined && status >= 500) return false;
  return byteWords.test(words) || (status === 413 && !overflows);
}

function isPolicy({ words, code, type }: Said): boolean {
  if (
    /^(?:content_filter|content_policy_violation|data_inspection_failed|invalid_prompt|prohibited_content|cyber_policy_violation)$/i.test(
      code || type,
    )
  )
    return true;
  return /content (?:filter|management|polic)|usage polic|safety (?:polic|system)|flagged as potentially violating|violat\w+ (?:our|the|of)[^.]{0,30}polic|blocked by[^.]{0,30}polic|prompt was blocked|inappropriate content|high risk/.test(
    words,
  );
}

function isEntitlement({ words }: Said, status: number | undefined): boolean {
  if (status === 402) return true;
  return /insufficient[_ ](?:quota|balance|credits?|funds)|exceeded your current quota, please check your plan|credit balance is too low|out of (?:extra usage|credits)|(?:usage|extra) credits|extra usage (?:is )?required|billing_(?:error|not_active|hard_limit)|billing hard limit|arrearage|overdue[- ]payment|account is (?:not active|suspended)|exceeded[_ ]current[_ ]quota[_ ]error|payment required/.test(
    words,
  );
}

function byStatus(data: ProviderFailure, said: Said, status: number | undefined, begun: boolean): ProviderError {
  if (status === 401 || status === 403 || /api key not valid|api_key_invalid|invalid api key/.test(said.words))
    return new AuthError(data);
  if (status === 429 || (status !== 529 && /^rate_limit/.test(said.type))) return new RateLimitError(data);
  if (status === 408 || status === 409 || (status !== undefined && status >= 500)) return new ServerError(data);
  if (/^(?:api_error|overloaded_error|server_error)$/.test(said.type) || invitesRetry.test(said.words)) {
    return new ServerError(data);
  }
  if (status === undefined) return begun ? new StreamInterruptedError(data) : new TransportError(data);
  return new BadRequestError(data);
}

/** The first JSON object inside a text, as some SDKs wrap the vendor's body in a sentence. */
function embeddedJson(text: string): unknown {
  const start = text.search(/[{[]/);
  if (start < 0) return undefined;
  try {
    return JSON.parse(text.slice(start));
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
