import { expect, test } from "bun:test";
import { join } from "node:path";
import { loginFetch, TokenKeeper } from "../../providers/login-fetch.ts";
import { FakeOAuth } from "../support/fake-oauth.ts";
import { wires } from "../support/fake-types.ts";
import { must } from "../support/must.ts";
import { calls, loginRig } from "./login-calls.ts";

const hour = 3_600_000;

for (const wire of wires) {
  test(`${wire}: a live token goes as bearer, and one that is refused is renewed and sent once more`, async () => {
    await using fake = new FakeOAuth();
    await using rig = await loginRig(fake, wire);
    const tokens = fake.issue();
    await rig.save(tokens);
    expect(await calls(rig.provider, rig.env)).toMatchObject([{ type: "done" }]);
    expect([fake.refreshes, rig.saved()?.accessToken]).toEqual([0, tokens.accessToken]);
    fake.forget();
    expect(await calls(rig.provider, rig.env)).toMatchObject([{ type: "done" }]);
    expect([fake.refreshes, fake.violations, rig.vendor.requests.length]).toEqual([1, [], 2]);
    expect(fake.isLive(must(rig.saved()).accessToken)).toBe(true);
  });

  test(`${wire}: a login that the server ends is told as such, on every wire`, async () => {
    await using fake = new FakeOAuth();
    await using rig = await loginRig(fake, wire);
    await rig.save({ ...fake.issue(), refreshToken: "refresh-of-yesterday" });
    fake.forget();
    const [end] = await calls(rig.provider, rig.env);
    expect(end).toMatchObject({
      type: "error",
      error: { code: "auth_refresh", retry: "never", hint: `Log in again: sagent login ${rig.provider}` },
    });
    expect(rig.vendor.requests).toEqual([]);
  });
}

test("a token is renewed five minutes before its end, and its refresh token rotates", async () => {
  await using fake = new FakeOAuth();
  await using rig = await loginRig(fake);
  const tokens = fake.issue(299);
  await rig.save(tokens);
  expect(await calls(rig.provider, rig.env)).toMatchObject([{ type: "done" }]);
  const renewed = must(rig.saved());
  expect(renewed.accessToken).not.toBe(tokens.accessToken);
  expect(renewed.refreshToken).not.toBe(tokens.refreshToken);
  expect([fake.refreshes, fake.violations]).toEqual([1, []]);
  await rig.save(fake.issue(310));
  expect(await calls(rig.provider, rig.env)).toMatchObject([{ type: "done" }]);
  expect(fake.refreshes).toBe(1);
});

test("a server that fails is no hindrance while the token holds, and then a failure that is tried again", async () => {
  await using fake = new FakeOAuth();
  await using rig = await loginRig(fake);
  fake.refreshStatus = 503;
  await rig.save(fake.issue(200));
  expect(await calls(rig.provider, rig.env)).toMatchObject([{ type: "done" }]);
  await rig.save({ ...fake.issue(200), expiresAt: Date.now() - 1 });
  expect(await calls(rig.provider, rig.env)).toMatchObject([
    { type: "error", error: { code: "server", status: 503, retry: "transient" } },
  ]);
  fake.refreshStatus = 400;
  expect(await calls(rig.provider, rig.env)).toMatchObject([{ type: "error", error: { code: "auth_refresh" } }]);
  fake.refreshStatus = 401;
  expect(await calls(rig.provider, rig.env)).toMatchObject([{ type: "error", error: { code: "auth_refresh" } }]);
  fake.refreshStatus = 200;
  expect(await calls(rig.provider, rig.env)).toMatchObject([{ type: "done" }]);
});

test("a sibling's token is taken over without a refresh where it holds, and not where it has expired", async () => {
  await using fake = new FakeOAuth();
  await using rig = await loginRig(fake);
  const keeper = async () => {
    const token = must(rig.saved());
    return new TokenKeeper({
      name: rig.provider,
      label: "Anthropic",
      env: rig.env,
      login: { account: "default", token },
    });
  };
  await rig.save({ ...fake.issue(), expiresAt: Date.now() - 1 });
  const first = await keeper();
  const sibling = fake.issue();
  await rig.save(sibling);
  expect([await first.current(), fake.refreshes]).toEqual([sibling.accessToken, 0]);
  const second = await keeper();
  await rig.save({ ...fake.issue(), accessToken: "of a sibling, long ago", expiresAt: Date.now() - hour });
  const renewed = await second.renew(sibling.accessToken);
  expect([fake.isLive(renewed), fake.refreshes, fake.violations]).toEqual([true, 1, []]);
  expect(await second.renew(sibling.accessToken)).toBe(renewed);
  expect(fake.refreshes).toBe(1);
});

test("many callers of one process share one renewal", async () => {
  await using fake = new FakeOAuth({ refreshMs: 50 });
  await using rig = await loginRig(fake);
  await rig.save({ ...fake.issue(), expiresAt: Date.now() - 1 });
  const token = must(rig.saved());
  const login = { account: "default", token };
  const keeper = new TokenKeeper({ name: rig.provider, label: "Anthropic", env: rig.env, login });
  const all = await Promise.all(Array.from({ length: 20 }, () => keeper.current()));
  expect([new Set(all).size, fake.refreshes]).toEqual([1, 1]);
});

test("a caller that leaves does not end the renewal that others wait for", async () => {
  await using fake = new FakeOAuth({ refreshMs: 50 });
  await using rig = await loginRig(fake);
  await rig.save({ ...fake.issue(), expiresAt: Date.now() - 1 });
  const login = { account: "default", token: must(rig.saved()) };
  const send = loginFetch({ name: rig.provider, label: "Anthropic", env: rig.env, login });
  const leaving = new AbortController();
  const left = send(must(rig.env.ANTHROPIC_BASE_URL), { signal: leaving.signal });
  const stays = send(must(rig.env.ANTHROPIC_BASE_URL));
  leaving.abort();
  await expect(left).rejects.toMatchObject({ code: "aborted" });
  expect((await stays).status).not.toBe(401);
  expect([fake.refreshes, fake.violations]).toEqual([1, []]);
});

test("a login that was taken out of the file, that cannot be renewed or whose client is gone is over", async () => {
  await using fake = new FakeOAuth();
  await using rig = await loginRig(fake);
  const { refreshToken: _, ...unrenewable } = fake.issue();
  fake.forget();
  await rig.save(unrenewable);
  const over = async (env = rig.env) => (await calls(rig.provider, env))[0];
  expect(await over()).toMatchObject({ error: { message: expect.stringContaining("without a way to renew it") } });
  await rig.save({ ...fake.issue(), expiresAt: 0 });
  const { SAGENT_OAUTH_ANTHROPIC: _client, ...clientless } = rig.env;
  expect(await over(clientless)).toMatchObject({ error: { message: expect.stringContaining("no longer configured") } });
  const token = must(rig.saved());
  const login = { account: "work", token };
  const keeper = new TokenKeeper({ name: rig.provider, label: "Anthropic", env: rig.env, login });
  await expect(keeper.current()).rejects.toMatchObject({
    message: "The login at Anthropic is over: it is no longer in the credential file",
    hint: "Log in again: sagent login anthropic --account work",
  });
});

test("the 401 of a plain key is final: it is sent once", async () => {
  let seen = 0;
  const refuse = () => {
    seen++;
    return new Response("no", { status: 401 });
  };
  await using vendor = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: refuse });
  const env = { ANTHROPIC_API_KEY: "sk-wrong", ANTHROPIC_BASE_URL: vendor.url.origin };
  expect(await calls("anthropic", env)).toMatchObject([{ type: "error", error: { code: "auth", status: 401 } }]);
  expect(seen).toBe(1);
});

const program = join(import.meta.dir, "login-calls.ts");

function spawn(provider: string, env: Record<string, string>, count: number, pauseMs = 0) {
  const child = Bun.spawn([process.execPath, program, provider, String(count), String(pauseMs)], {
    env,
    stdout: "pipe",
    stderr: "inherit",
  });
  return new Response(child.stdout).text();
}

test("processes that find the same token expired renew it once", async () => {
  await using fake = new FakeOAuth({ refreshMs: 100 });
  await using rig = await loginRig(fake);
  await rig.save({ ...fake.issue(), expiresAt: Date.now() - 1 });
  const said = await Promise.all(Array.from({ length: 6 }, () => spawn(rig.provider, rig.env, 1)));
  expect(said).toEqual(Array(6).fill("done\n"));
  expect([fake.refreshes, fake.violations]).toEqual([1, []]);
});

test("processes whose token is forgotten while they work all go on, and no refresh token is used twice", async () => {
  await using fake = new FakeOAuth({ refreshMs: 20 });
  await using rig = await loginRig(fake);
  await rig.save(fake.issue());
  const running = Promise.all(Array.from({ length: 4 }, () => spawn(rig.provider, rig.env, 10, 20)));
  for (let forgotten = 0; forgotten < 2; forgotten++) {
    // Twice in one call is more than a renewal mends: all have gone on from the last time before the next.
    const before = rig.vendor.requests.length;
    while (rig.vendor.requests.length < before + 16) await Bun.sleep(5);
    fake.forget();
  }
  expect(await running).toEqual(Array(4).fill("done\n".repeat(10)));
  expect(fake.violations).toEqual([]);
  expect(fake.refreshes).toBeWithin(1, 3);
});
