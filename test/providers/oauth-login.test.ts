import { expect, test } from "bun:test";
import { findClient, type OAuthClient } from "../../providers/oauth-client.ts";
import { browserLogin, type DevicePrompt, deviceLogin } from "../../providers/oauth-login.ts";
import { FakeOAuth } from "../support/fake-oauth.ts";
import { must } from "../support/must.ts";

const patience = () => new AbortController().signal;

function clientOf(fake: FakeOAuth, more: object = {}): OAuthClient {
  return must(findClient("google", { SAGENT_OAUTH_GOOGLE: JSON.stringify({ ...fake.config, ...more }) }));
}

test("a login in the browser is sealed by PKCE and state, and its tokens are live", async () => {
  await using fake = new FakeOAuth({ lifeSec: 600 });
  const pages: Promise<Response>[] = [];
  const before = Date.now();
  const client = clientOf(fake, { parameters: { access_type: "offline" } });
  const account = await browserLogin(client, {
    signal: patience(),
    open: (url) => pages.push(fake.browse(url)),
  });
  expect(fake.violations).toEqual([]);
  expect(fake.isLive(account.accessToken)).toBe(true);
  expect(account).toMatchObject({ type: "oauth", tokenUrl: `${fake.url}/token`, clientId: fake.clientId });
  expect(account.refreshToken).toStartWith("refresh-");
  expect((account.expiresAt ?? 0) - before).toBeWithin(599_000, 660_000);
  expect(fake.asked).toMatchObject([{ scope: "models offline", access_type: "offline" }]);
  const page = must(await pages[0]);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("You are logged in.")]);
});

for (const metadata of ["openid-configuration", "oauth-authorization-server"] as const) {
  test(`endpoints are found by the issuer's ${metadata}, and a client secret is sent`, async () => {
    await using fake = new FakeOAuth({ metadata, clientSecret: "a secret of the client" });
    const account = await browserLogin(clientOf(fake), {
      signal: patience(),
      open: (url) => void fake.browse(url),
    });
    expect([fake.isLive(account.accessToken), fake.violations]).toEqual([true, []]);
  });
}

test("what comes back with another state, or to another path, is turned away and the login goes on", async () => {
  await using fake = new FakeOAuth();
  const turned: number[] = [];
  const account = await browserLogin(clientOf(fake), {
    signal: patience(),
    open: async (url) => {
      const { searchParams } = new URL(url);
      const back = must(searchParams.get("redirect_uri"));
      for (const forged of ["?code=evil&state=guess", "?code=evil", "?error=access_denied&state=guess"]) {
        turned.push((await fetch(back + forged)).status);
      }
      turned.push((await fetch(back.replace("/callback", "/other"))).status);
      turned.push((await fetch(back, { method: "POST" })).status);
      await fake.browse(url);
    },
  });
  expect(turned).toEqual([400, 400, 400, 404, 404]);
  expect([fake.isLive(account.accessToken), fake.violations]).toEqual([true, []]);
});

test("a refusal, silence and a cancel each end it with a sentence, and nothing listens any more", async () => {
  await using fake = new FakeOAuth();
  const refusing = clientOf(fake, { parameters: { prompt: "refuse" } });
  const refused = browserLogin(refusing, { signal: patience(), open: (url) => void fake.browse(url) });
  await expect(refused).rejects.toThrow("The login was refused: access_denied: No, thanks.");
  const addresses: string[] = [];
  const open = (url: string) => void addresses.push(must(new URL(url).searchParams.get("redirect_uri")));
  const silent = browserLogin(clientOf(fake), { signal: patience(), open, limitMs: 50 });
  await expect(silent).rejects.toThrow("Nobody logged in within 0.05 s; nothing was saved.");
  const cancel = new AbortController();
  const stopped = browserLogin(clientOf(fake), {
    signal: cancel.signal,
    open: (url) => {
      open(url);
      cancel.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  expect(addresses).toHaveLength(2);
  for (const address of addresses) await expect(fetch(address)).rejects.toThrow();
});

test("a redirect that the vendor has on its books is used as it is, and a port that is taken is named", async () => {
  await using fake = new FakeOAuth();
  const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("mine") });
  const { port } = taken;
  const client = clientOf(fake, { redirectUri: `http://localhost:${port}/auth/callback` });
  const login = () => browserLogin(client, { signal: patience(), open: (url) => void fake.browse(url) });
  await expect(login()).rejects.toThrow(`Nothing can listen at localhost:${port}`);
  await taken.stop(true);
  const account = await login();
  expect(fake.isLive(account.accessToken)).toBe(true);
  expect(fake.asked).toMatchObject([{ redirect_uri: `http://localhost:${port}/auth/callback` }]);
});

test("a wrong secret of the client is told in the server's words", async () => {
  await using fake = new FakeOAuth({ clientSecret: "right" });
  const client = clientOf(fake, { clientSecret: "wrong" });
  const login = browserLogin(client, { signal: patience(), open: (url) => void fake.browse(url) });
  await expect(login).rejects.toMatchObject({
    message: "The login server gave no token: invalid_client: wrong secret.",
    hint: "Nothing was saved; try again.",
  });
});

test("on another device: waits at the server's pace until the person says yes", async () => {
  await using fake = new FakeOAuth();
  const prompts: DevicePrompt[] = [];
  const account = await deviceLogin(clientOf(fake), {
    signal: patience(),
    show: (prompt) => {
      prompts.push(prompt);
      setTimeout(() => fake.answerDevice(prompt.code, "yes"), 120);
    },
  });
  expect(fake.violations).toEqual([]);
  expect(fake.isLive(account.accessToken)).toBe(true);
  const { code } = must(prompts[0]);
  expect(prompts).toMatchObject([{ url: `${fake.url}/enter`, completeUrl: `${fake.url}/enter?code=${code}` }]);
});

test("on another device: a no, a code that expires and a cancel end it", async () => {
  await using fake = new FakeOAuth();
  const no = deviceLogin(clientOf(fake), { signal: patience(), show: ({ code }) => fake.answerDevice(code, "no") });
  await expect(no).rejects.toThrow("The login was refused: access_denied.");
  const cancel = new AbortController();
  const stopped = deviceLogin(clientOf(fake), { signal: cancel.signal, show: () => cancel.abort() });
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  const late = deviceLogin(clientOf(fake), { signal: patience(), show: () => {} });
  await expect(late).rejects.toThrow("The code has expired; nobody said yes in time.");
});

test("a client's configuration is checked, and what is wrong is named without its value", () => {
  const refusal = (fields: object | string) => {
    const text = typeof fields === "string" ? fields : JSON.stringify({ clientId: "c", ...fields });
    return () => findClient("google", { SAGENT_OAUTH_GOOGLE: text });
  };
  expect(refusal("{")).toThrow("SAGENT_OAUTH_GOOGLE is not JSON.");
  expect(refusal({ clientId: undefined })).toThrow("clientId must be the id that the vendor gave");
  expect(refusal({ tokenUrl: "http://example.org/token" })).toThrow("tokenUrl must be an https URL");
  expect(refusal({ issuer: "file:///etc/passwd" })).toThrow("issuer must be an https URL");
  expect(refusal({ redirectUri: "http://example.org/back" })).toThrow(
    "redirectUri must be an http URL of this machine",
  );
  expect(refusal({ scopes: "all" })).toThrow("scopes must be a list of texts");
  expect(refusal({ headers: { a: 1 } })).toThrow("headers must be an object of texts");
  expect(findClient("google", {})).toBeUndefined();
});
