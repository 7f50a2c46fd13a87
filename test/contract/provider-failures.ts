/** The contract's cases of a call that is refused. */
import { expect, test } from "bun:test";
import { PromptTooLongError, ProviderError } from "../../agent/provider-error.ts";
import { testKey } from "../support/fake-provider.ts";
import type { FakeFailure } from "../support/fake-types.ts";
import { errorOf, hello, requestOf, rig, type Subject } from "./provider-rig.ts";

export function failureCases(name: string, subject: Subject): void {
  statusCases(name, subject);
  sizeCases(name, subject);
}

function statusCases(name: string, subject: Subject): void {
  test(`${name}: a wrong key is one request and a plain sentence`, async () => {
    await using it = await rig(subject, [], { apiKey: "wrong" });
    const { error, parts } = errorOf(await it.ask(hello(subject.info)));
    expect([error.code, error.retry, parts]).toEqual(["auth", "never", []]);
    expect(error.message).toMatch(/refused the credentials/);
    expect(it.fake.requests).toHaveLength(1);
  });

  const statuses: [FakeFailure, string, string][] = [
    [{ status: 401 }, "auth", "never"],
    [{ status: 403 }, "auth", "never"],
    [{ status: 400 }, "bad_request", "never"],
    [{ status: 404 }, "bad_request", "never"],
    [{ status: 408 }, "server", "transient"],
    [{ status: 429 }, "rate_limit", "rateLimit"],
    [{ status: 500 }, "server", "transient"],
    [{ status: 503, text: "<html>upstream connect error</html>" }, "server", "transient"],
    [{ status: 402 }, "entitlement", "never"],
  ];
  test(`${name}: every status has its class, and none is tried twice`, async () => {
    await using it = await rig(
      subject,
      statuses.map(([step]) => step),
    );
    for (const [step, code, retry] of statuses) {
      const { error } = errorOf(await it.ask(hello(subject.info)));
      expect([step.status, error.code, error.retry]).toEqual([step.status, code, retry]);
    }
    expect(it.fake.requests).toHaveLength(statuses.length);
  });

  test(`${name}: the server's own wish to wait is heard`, async () => {
    await using it = await rig(subject, [{ status: 429, headers: { "retry-after": "7" } }]);
    const { error } = errorOf(await it.ask(hello(subject.info)));
    expect(error).toBeInstanceOf(ProviderError);
    expect(error instanceof ProviderError && error.retryAfterMs).toBe(7000);
    expect(it.fake.requests).toHaveLength(1);
  });
}

function sizeCases(name: string, subject: Subject): void {
  test(`${name}: too many tokens is told with both numbers`, async () => {
    await using it = await rig(subject, [subject.overflow]);
    const { error } = errorOf(await it.ask(hello(subject.info)));
    expect(error).toBeInstanceOf(PromptTooLongError);
    const { actualTokens, limitTokens } = error as PromptTooLongError;
    expect([actualTokens, limitTokens]).toEqual([210_000, 200_000]);
  });

  test(`${name}: too many bytes is another thing, and seen before sending where the limit is known`, async () => {
    await using it = await rig(subject, [{ status: 413, text: "Request Entity Too Large" }]);
    const { error } = errorOf(await it.ask(hello(subject.info)));
    expect([error.code, error.retry]).toEqual(["request_too_large", "never"]);
    await using small = await rig(subject, [], { info: { ...subject.info, maxRequestBytes: 20 } });
    expect(errorOf(await small.ask(hello(subject.info))).error.code).toBe("request_too_large");
    expect(small.fake.requests).toEqual([]);
  });

  test(`${name}: a server that is not there is a transport failure`, async () => {
    const gone = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const baseUrl = `http://127.0.0.1:${gone.port}`;
    gone.stop(true);
    const options = { apiKey: testKey, baseUrl, idleMs: 5000, connectMs: 5000, resolve: () => subject.info };
    await using provider = subject.create(options);
    const model = await provider.model();
    const request = requestOf(subject.info, hello(subject.info));
    const chunks = await Array.fromAsync(model.stream(request, new AbortController().signal));
    const { error } = errorOf(chunks);
    expect([error.code, error.retry]).toEqual(["transport", "transient"]);
  });
}
