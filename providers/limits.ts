/** Waits and usage windows as vendors' headers and bodies tell them. */
import type { UsageWindow } from "../agent/model.ts";

const dayMs = 86_400_000;

interface Told {
  readonly headers?: Headers | undefined;
  readonly body?: unknown;
  readonly status?: number | undefined;
  readonly now: number;
}

/**
 * How long the server asks to wait, in ms from now, at most a day. Looked for in this order: `retry_after_ms` in the
 * body, the `Retry-After` headers, Google's `RetryInfo`, Anthropic's unified reset where it is what refuses.
 */
export function retryAfterMs({ headers, body, status, now }: Told): number | undefined {
  const found =
    millis(deep(body, "retry_after_ms")) ??
    millis(headers?.get("retry-after-ms")) ??
    retryAfter(headers?.get("retry-after"), now) ??
    seconds(deep(body, "retryDelay")) ??
    unifiedReset(headers, status, now);
  return found === undefined ? undefined : Math.min(Math.max(Math.ceil(found), 0), dayMs);
}

function millis(value: unknown): number | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Seconds, a Unix time (anything that would be a wait of more than a year), or an HTTP date. */
function retryAfter(value: string | null | undefined, now: number): number | undefined {
  if (!value) return undefined;
  const number = millis(value.trim());
  if (number !== undefined) return number > 31_536_000 ? number * 1000 - now : number * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : date - now;
}

/** `"3.5s"` or a protobuf duration. */
function seconds(value: unknown): number | undefined {
  const text = typeof value === "string" ? /^(\d+(?:\.\d+)?)s$/.exec(value)?.[1] : undefined;
  if (text !== undefined) return Number(text) * 1000;
  const whole = deep(value, "seconds");
  return whole === undefined ? undefined : millis(String(Number(whole) * 1000));
}

function unifiedReset(headers: Headers | undefined, status: number | undefined, now: number): number | undefined {
  const state = headers?.get("anthropic-ratelimit-unified-status");
  if (status !== 429 && state !== "rejected" && state !== "rate_limited") return undefined;
  const at = headers?.get("anthropic-ratelimit-unified-reset");
  return at ? time(at, now) - now : undefined;
}

/** The first value of a key anywhere in a small JSON value. */
function deep(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (key in value) return (value as Record<string, unknown>)[key];
  for (const inner of Object.values(value)) {
    const found = deep(inner, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Unix time in ms from a Unix time in seconds, an ISO time, or a duration such as `1m2.5s` or `20ms`. */
function time(text: string, now: number): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  const units = { d: dayMs, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
  const steps = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|d|h|m|s)/g)];
  if (steps.length && steps.map(([whole]) => whole).join("") === text) {
    return now + steps.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0);
  }
  return Date.parse(text);
}

/** The windows that the headers of an answer tell: Anthropic's unified and classic families, and `x-ratelimit-*`. */
export function limitWindows(headers: Headers, now: number = Date.now()): UsageWindow[] {
  const read = (name: string) => {
    const text = headers.get(name);
    return text === null || text === "" ? undefined : text;
  };
  const number = (text: string | undefined) =>
    text !== undefined && Number.isFinite(Number(text)) ? Number(text) : undefined;
  const window = (name: string, told: Record<"used" | "limit" | "remaining" | "reset", string | undefined>) => {
    const resetAt = told.reset === undefined ? Number.NaN : Math.round(time(told.reset, now));
    const [used, limit, remaining] = [number(told.used), number(told.limit), number(told.remaining)];
    const found = {
      ...(used === undefined ? {} : { used }),
      ...(limit === undefined ? {} : { limit }),
      ...(remaining === undefined ? {} : { remaining }),
      ...(Number.isNaN(resetAt) ? {} : { resetAt }),
    };
    return Object.keys(found).length ? [{ name, ...found }] : [];
  };
  const blocked = read("anthropic-ratelimit-unified-status");
  const full = blocked === "rejected" || blocked === "rate_limited" ? "1" : undefined;
  const unified = ["5h", "7d"].flatMap((name) => {
    const prefix = `anthropic-ratelimit-unified-${name}`;
    const used = read(`${prefix}-utilization`);
    return window(name, {
      used: used === undefined ? undefined : (full ?? used),
      limit: undefined,
      remaining: undefined,
      reset: read(`${prefix}-reset`),
    });
  });
  const classic = ["requests", "tokens", "input-tokens", "output-tokens"].flatMap((name) => {
    const prefix = `anthropic-ratelimit-${name}`;
    const told = (what: string) => read(`${prefix}-${what}`) ?? read(`x-ratelimit-${what}-${name}`);
    return window(name, { used: undefined, limit: told("limit"), remaining: told("remaining"), reset: told("reset") });
  });
  return [...unified, ...classic];
}
