import { expect, test } from "bun:test";
import { limitWindows, retryAfterMs } from "../../providers/limits.ts";

const now = Date.parse("2026-11-25T12:00:00Z");
const wait = (headers: Record<string, string>, body?: unknown, status = 429) =>
  retryAfterMs({ headers: new Headers(headers), body, status, now });

test("a wait is read in every form that servers use", () => {
  expect(wait({ "retry-after": "7" })).toBe(7000);
  expect(wait({ "retry-after": "0.5" })).toBe(500);
  expect(wait({ "retry-after": "Wed, 25 Nov 2026 12:01:30 GMT" })).toBe(90_000);
  expect(wait({ "retry-after": String(now / 1000 + 20) })).toBe(20_000);
  expect(wait({ "retry-after-ms": "250" })).toBe(250);
  expect(wait({}, { error: { retry_after_ms: 1200 } })).toBe(1200);
  expect(wait({}, { error: { details: [{ "@type": "x" }, { retryDelay: "3.5s" }] } })).toBe(3500);
  expect(wait({ "retry-after": "soon" })).toBeUndefined();
  expect(wait({})).toBeUndefined();
});

test("a wait is never negative and never more than a day", () => {
  expect(wait({ "retry-after": "Wed, 25 Nov 2026 11:00:00 GMT" })).toBe(0);
  expect(wait({ "retry-after": "999999" })).toBe(86_400_000);
});

test("a unified reset is a wait only where it is what refuses", () => {
  const reset = { "anthropic-ratelimit-unified-reset": String(now / 1000 + 60) };
  expect(wait(reset)).toBe(60_000);
  expect(wait({ ...reset, "anthropic-ratelimit-unified-status": "rejected" }, undefined, 400)).toBe(60_000);
  expect(wait({ ...reset, "anthropic-ratelimit-unified-status": "allowed_warning" }, undefined, 500)).toBeUndefined();
});

test("windows are read from both vendors' headers", () => {
  const windows = limitWindows(
    new Headers({
      "anthropic-ratelimit-unified-status": "allowed",
      "anthropic-ratelimit-unified-5h-utilization": "0.25",
      "anthropic-ratelimit-unified-5h-reset": String(now / 1000 + 60),
      "anthropic-ratelimit-unified-7d-utilization": "0.9",
      "anthropic-ratelimit-requests-limit": "1000",
      "anthropic-ratelimit-requests-remaining": "999",
      "anthropic-ratelimit-requests-reset": "2026-11-25T12:00:10Z",
      "x-ratelimit-limit-tokens": "5000",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "1m2.5s",
    }),
    now,
  );
  expect(windows).toEqual([
    { name: "5h", used: 0.25, resetAt: now + 60_000 },
    { name: "7d", used: 0.9 },
    { name: "requests", limit: 1000, remaining: 999, resetAt: now + 10_000 },
    { name: "tokens", limit: 5000, remaining: 0, resetAt: now + 62_500 },
  ]);
  expect(limitWindows(new Headers({ "content-type": "text/plain" }), now)).toEqual([]);
});

test("a block of everything fills every window", () => {
  const headers = {
    "anthropic-ratelimit-unified-status": "rejected",
    "anthropic-ratelimit-unified-5h-utilization": "0.4",
  };
  expect(limitWindows(new Headers(headers), now)).toEqual([{ name: "5h", used: 1 }]);
});
