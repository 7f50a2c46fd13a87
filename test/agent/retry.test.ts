import { expect, test } from "bun:test";
import fc from "fast-check";
import { AbortedError, ModelNotFoundError, type SagentError } from "../../agent/error.ts";
import * as errors from "../../agent/provider-error.ts";
import { nextStep, type RetryOptions, type RetryStep, startRetry } from "../../agent/retry.ts";

const now = Date.UTC(2026, 10, 25, 12);
const failure = { provider: "Acme" };
const server = new errors.ServerError({ ...failure, status: 500 });
const overloaded = new errors.ServerError({ ...failure, status: 529 });
const limited = new errors.RateLimitError({ ...failure, status: 429 });
const cut = new errors.StreamInterruptedError(failure);
const stalled = new errors.StalledError({ ...failure, idleMs: 600_000 });
const malformed = new errors.MalformedAnswerError(failure);
const tooLong = new errors.PromptTooLongError(failure);
const serverHint = (retryAfterMs: number) => new errors.ServerError({ ...failure, status: 503, retryAfterMs });
const limitHint = (retryAfterMs: number) => new errors.RateLimitError({ ...failure, status: 429, retryAfterMs });

/** Fails with the same error until it is given up, sleeping as told; the waits, and how it ended. */
function failAlways(error: SagentError, options: Partial<RetryOptions> = {}, random = 0) {
  const waits: number[] = [];
  let state = startRetry(options);
  let time = now;
  for (;;) {
    const step = nextStep(state, error, { now: time, random });
    if (step.type !== "retry") return { waits, end: step, sends: waits.length + 1 };
    waits.push(step.delayMs);
    time += step.delayMs;
    state = step.state;
  }
}

const first = (error: SagentError, options: Partial<RetryOptions> = {}, random = 0): RetryStep =>
  nextStep(startRetry(options), error, { now, random });

test("an ordinary failure is sent five times, with doubling waits, and none after the last", () => {
  expect(failAlways(server)).toEqual({
    waits: [500, 1000, 2000, 4000],
    end: { type: "giveUp", error: server },
    sends: 5,
  });
  expect(failAlways(server, { maxAttempts: 1 })).toEqual({
    waits: [],
    end: { type: "giveUp", error: server },
    sends: 1,
  });
});

test("ordinary waits are at most 32 s", () => {
  expect(failAlways(server, { maxAttempts: 9 }).waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 32_000]);
});

test("chance takes up to a quarter off a wait", () => {
  expect(failAlways(server, {}, 1).waits).toEqual([375, 750, 1500, 3000]);
  expect(failAlways(server, {}, 0.5).waits).toEqual([437.5, 875, 1750, 3500]);
});

test("rate limits are not counted against the attempts, and end after 180 s", () => {
  const { waits, end } = failAlways(limited);
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000]);
  expect(end).toEqual({ type: "giveUp", error: limited });
});

test("short hints of a rate limit outlast the attempts", () => {
  const { waits, end } = failAlways(limitHint(8000), { maxAttempts: 2 });
  expect(waits).toEqual([8000, 8000, 8000, 8000, 8000, 16_000, 32_000, 60_000]);
  expect(end).toMatchObject({ type: "giveUp", error: { code: "rate_limit", retryAfterMs: 8000 } });
});

test("a rate limit is given up after twenty sends, however quick they were", () => {
  const after = (rateLimit: number) => {
    const state = startRetry();
    return nextStep({ ...state, failures: { ...state.failures, rateLimit } }, limited, { now, random: 0 });
  };
  expect(after(18)).toMatchObject({ type: "retry", delayMs: 60_000 });
  expect(after(19)).toEqual({ type: "giveUp", error: limited });
});

test("a cut, a stall and a malformed answer are sent again twice, at once", () => {
  for (const error of [cut, stalled, malformed]) {
    expect(failAlways(error)).toEqual({ waits: [0, 0], end: { type: "giveUp", error }, sends: 3 });
  }
});

test("each kind of failure has its own count", () => {
  let state = startRetry({ maxAttempts: 2 });
  for (const error of [server, cut, limited, cut, limited]) {
    const step = nextStep(state, error, { now, random: 0 });
    if (step.type !== "retry") throw new Error(`${error.code} gave up`);
    state = step.state;
  }
  expect(state.failures).toEqual({ transient: 1, rateLimit: 2, interrupted: 2, persistent: 0 });
  expect(nextStep(state, server, { now, random: 0 })).toEqual({ type: "giveUp", error: server });
});

test("an overflow asks three times for a compaction", () => {
  let state = startRetry();
  for (let time = 1; time <= 3; time += 1) {
    const step = nextStep(state, tooLong, { now, random: 0 });
    expect(step).toEqual({ type: "compact", state: { ...state, compactions: time } });
    if (step.type === "compact") state = step.state;
  }
  expect(nextStep(state, tooLong, { now, random: 0 })).toEqual({ type: "giveUp", error: tooLong });
});

test("credentials, entitlement, policy, size and what is no provider's fault are never sent again", () => {
  for (const error of [
    new errors.AuthError({ ...failure, status: 401 }),
    new errors.EntitlementError({ ...failure, status: 429, retryAfterMs: 1000 }),
    new errors.PolicyError(failure),
    new errors.BadRequestError({ ...failure, status: 400 }),
    new errors.RequestTooLargeError({ ...failure, status: 413 }),
    new errors.TruncatedCallError(failure),
    new AbortedError(),
    new ModelNotFoundError({ model: "x" }),
  ]) {
    expect(first(error)).toEqual({ type: "giveUp", error });
    expect(first(error, { persistent: true, interactive: false })).toEqual({ type: "giveUp", error });
  }
});

test("a server's hint is the least wait, and is announced", () => {
  expect(first(serverHint(60_000), {}, 1)).toMatchObject({ type: "retry", delayMs: 60_000, announce: true });
  expect(first(serverHint(100))).toMatchObject({ type: "retry", delayMs: 500, announce: true });
  expect(first(server)).toMatchObject({ type: "retry", delayMs: 500, announce: false });
  expect(first(serverHint(0))).toMatchObject({ delayMs: 500, announce: false });
  expect(first(serverHint(Number.NaN))).toMatchObject({ delayMs: 500, announce: false });
});

test("a wait of 5 s or more is announced", () => {
  const state = startRetry({ maxAttempts: 9 });
  const after = (transient: number, random: number) =>
    nextStep({ ...state, failures: { ...state.failures, transient } }, server, { now, random });
  expect(after(3, 0)).toMatchObject({ delayMs: 4000, announce: false });
  expect(after(4, 1)).toMatchObject({ delayMs: 6000, announce: true });
});

test("a long hint is not slept through where somebody waits: a 503 is deferred", () => {
  const step = first(new errors.ServerError({ ...failure, status: 503, detail: "Down", retryAfterMs: 60_001 }));
  if (step.type !== "giveUp") throw new Error("went on");
  expect(step.error).toBeInstanceOf(errors.RetryDeferredError);
  expect(step.error.toInfo()).toEqual({
    code: "retry_deferred",
    message: "Acme asks to wait until 2026-11-25T12:01:00.001Z: Down",
    hint: "Continue the session after that time, or switch model or provider.",
    status: 503,
    retryAt: now + 60_001,
  });
});

test("a long hint of a 429 stays a rate limit and tells the time", () => {
  const step = first(limitHint(3_600_000));
  if (step.type !== "giveUp") throw new Error("went on");
  expect(step.error).toBeInstanceOf(errors.RateLimitError);
  expect(step.error.toInfo()).toEqual({
    code: "rate_limit",
    message: "Acme is limiting requests until 2026-11-25T13:00:00.000Z.",
    hint: "Wait for the limit to reset, or switch model or provider.",
    status: 429,
    retryAt: now + 3_600_000,
  });
});

test("where nobody waits a long hint is slept through, a day at most; a rate limit still ends after 180 s", () => {
  const alone = { interactive: false };
  expect(first(serverHint(300_000), alone)).toMatchObject({ type: "retry", delayMs: 300_000 });
  expect(first(serverHint(Number.POSITIVE_INFINITY), alone)).toMatchObject({ type: "retry", delayMs: 86_400_000 });
  expect(first(limitHint(180_000), alone)).toMatchObject({ type: "retry", delayMs: 180_000 });
  expect(first(limitHint(180_001), alone)).toMatchObject({ type: "giveUp", error: { retryAt: now + 180_001 } });
});

test("a persistent call waits out throttling, overload and cuts: 60 sends, 300 s each", () => {
  for (const error of [limited, overloaded, cut]) {
    const { waits, sends } = failAlways(error, { persistent: true });
    expect([sends, waits[0], waits.at(-1)]).toEqual([60, 500, 300_000]);
  }
  expect(first(limitHint(3_600_000), { persistent: true })).toMatchObject({ type: "retry", delayMs: 3_600_000 });
});

test("a persistent call treats other failures as any call does", () => {
  expect(failAlways(server, { persistent: true }).sends).toBe(5);
  expect(failAlways(stalled, { persistent: true }).sends).toBe(3);
});

const anyFailure = fc.oneof(
  fc.constantFrom<SagentError>(server, overloaded, limited, cut, stalled, malformed, tooLong),
  fc.nat(120_000).map(serverHint),
  fc.nat(120_000).map(limitHint),
);
const anyOptions = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 8 }),
  interactive: fc.boolean(),
  persistent: fc.boolean(),
});

test("whatever fails, the call ends, and no wait is shorter than the server asked for", () => {
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  const run = fc.array(fc.tuple(anyFailure, random), { minLength: 120, maxLength: 120 });
  fc.assert(
    fc.property(anyOptions, run, (options, failures) => {
      let state = startRetry(options);
      let time = now;
      for (const [error, chance] of failures) {
        const step = nextStep(state, error, { now: time, random: chance });
        if (step.type === "giveUp") return;
        state = step.state;
        if (step.type === "compact") continue;
        const hintMs = error instanceof errors.ProviderError ? (error.retryAfterMs ?? 0) : 0;
        expect(step.delayMs).toBeGreaterThanOrEqual(hintMs);
        if (options.interactive && !options.persistent) expect(step.delayMs).toBeLessThanOrEqual(60_000);
        time += step.delayMs;
      }
      throw new Error("never gave up");
    }),
  );
});

test("the policy changes nothing it is given", () => {
  const state = startRetry();
  const before = structuredClone(state);
  for (const error of [server, limited, cut, tooLong]) nextStep(state, error, { now, random: 0.5 });
  expect(state).toEqual(before);
});
