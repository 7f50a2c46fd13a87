/** How a person lets us in: in their browser (RFC 6749 §4.1 with PKCE, RFC 7636, RFC 8252) or on another device (RFC 8628). */
import { setTimeout as sleep } from "node:timers/promises";
import * as oauth from "oauth4webapi";
import { AbortedError, ConfigError, SagentError } from "../agent/error.ts";
import type { TokenAccount } from "./credential-file.ts";
import { identity, meet, options, type Party, proof, sentenceOf, tokensOf } from "./oauth.ts";
import type { OAuthClient } from "./oauth-client.ts";

export const patienceMs = 300_000;

export interface BrowserLogin {
  /** Shows the person the address to go to. */
  readonly open: (url: string) => void;
  readonly signal: AbortSignal;
  /** How long the person may take; five minutes where absent. */
  readonly limitMs?: number;
}

/** Waits for the browser to come back to this machine with a code. Throws `ConfigError`, and `AbortedError` on the signal. */
export async function browserLogin(
  client: OAuthClient,
  { open, signal, limitMs }: BrowserLogin,
): Promise<TokenAccount> {
  const party = await meet(client, signal);
  const { authorization_endpoint: endpoint } = party.server;
  if (endpoint === undefined) throw new ConfigError("The OAuth client has no authorizationUrl configured.");
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  using listener = listen(party, state);
  const url = new URL(endpoint);
  const asked = {
    ...client.parameters,
    response_type: "code",
    client_id: client.clientId,
    redirect_uri: listener.redirectUri,
    ...(client.scopes.length > 0 ? { scope: client.scopes.join(" ") } : {}),
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  open(url.href);
  const answer = await before(listener.answer, signal, limitMs ?? patienceMs);
  return told("The login server gave no token", async () => {
    const { server } = party;
    const limits = options(server.token_endpoint ?? "", signal);
    const sent = await oauth.authorizationCodeGrantRequest(
      server,
      identity(client),
      proof(client),
      answer,
      listener.redirectUri,
      verifier,
      limits,
    );
    return tokensOf(await oauth.processAuthorizationCodeResponse(server, identity(client), sent), party);
  });
}

interface Listener extends Disposable {
  /** With the port that it really has. */
  readonly redirectUri: string;
  /** The parameters that came with the right state. Rejects where they say that the person or the server refused. */
  readonly answer: Promise<URLSearchParams>;
}

/** Hears one address of this machine. What comes with another state is turned away and changes nothing. */
function listen({ client, server: issuer }: Party, state: string): Listener {
  const wanted = new URL(client.redirectUri);
  const { promise, resolve, reject } = Promise.withResolvers<URLSearchParams>();
  promise.catch(() => {});
  const answer = (request: Request): Response => {
    const url = new URL(request.url);
    if (request.method !== "GET" || url.pathname !== wanted.pathname) return new Response(null, { status: 404 });
    try {
      resolve(oauth.validateAuthResponse(issuer, identity(client), url, state));
      return page("You are logged in. Go back to sagent; this page may be closed.");
    } catch (error) {
      if (!(error instanceof oauth.AuthorizationResponseError))
        return page("This is not the login that was begun.", 400);
      reject(new ConfigError(`The login was refused: ${sentenceOf(error)}.`, { cause: error }));
      return page("The login was refused. Go back to sagent; this page may be closed.");
    }
  };
  const server = open(wanted, answer);
  const redirect = new URL(wanted);
  redirect.port = String(server.port);
  return { redirectUri: redirect.href, answer: promise, [Symbol.dispose]: () => void server.stop() };
}

function open({ hostname, port }: URL, fetch: (request: Request) => Response) {
  try {
    const host = hostname === "[::1]" ? "::1" : "127.0.0.1";
    return Bun.serve({ hostname: host, port: Number(port || 80), fetch });
  } catch (cause) {
    throw new ConfigError(`Nothing can listen at ${hostname}:${port} for the browser to come back to.`, {
      hint: "End what uses that port, or configure another redirectUri.",
      cause,
    });
  }
}

function page(text: string, status = 200): Response {
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", connection: "close" };
  return new Response(`<!doctype html><meta charset="utf-8"><title>sagent</title><p>${text}</p>`, { status, headers });
}

/** What a person needs on another device. */
export interface DevicePrompt {
  readonly url: string;
  readonly code: string;
  /** With the code in it, where the server offers that. */
  readonly completeUrl?: string | undefined;
  /** Unix time in ms. */
  readonly expiresAt: number;
}

export interface DeviceLogin {
  readonly show: (prompt: DevicePrompt) => void;
  readonly signal: AbortSignal;
}

/** Asks the server, no faster than it allows, until the person has said yes elsewhere. Throws like `browserLogin`. */
export async function deviceLogin(client: OAuthClient, { show, signal }: DeviceLogin): Promise<TokenAccount> {
  const party = await meet(client, signal);
  const { server } = party;
  const endpoint = server.device_authorization_endpoint;
  if (endpoint === undefined) throw new ConfigError("The OAuth client has no deviceUrl configured.");
  const scope: Record<string, string> = client.scopes.length > 0 ? { scope: client.scopes.join(" ") } : {};
  const device = await told("The login server gave no code", async () => {
    const limits = options(endpoint, signal);
    const sent = await oauth.deviceAuthorizationRequest(server, identity(client), proof(client), scope, limits);
    return oauth.processDeviceAuthorizationResponse(server, identity(client), sent);
  });
  const expiresAt = Date.now() + device.expires_in * 1000;
  const { verification_uri: url, verification_uri_complete: completeUrl, user_code: code } = device;
  show({ url, code, completeUrl, expiresAt });
  let waitMs = (device.interval ?? 5) * 1000;
  while (Date.now() + waitMs < expiresAt) {
    await sleep(waitMs, undefined, { signal }).catch(() => {
      throw new AbortedError();
    });
    const found = await poll(party, device.device_code, signal);
    if (typeof found === "object") return found;
    if (found === "slow_down") waitMs += 5_000;
  }
  throw new ConfigError("The code has expired; nobody said yes in time.", { hint: "Log in again for a new one." });
}

/** RFC 8628 §3.5: the person has not answered yet, or we ask too often. */
async function poll(party: Party, code: string, signal: AbortSignal): Promise<TokenAccount | "pending" | "slow_down"> {
  const { client, server } = party;
  return told("The login was refused", async () => {
    try {
      const limits = options(server.token_endpoint ?? "", signal);
      const sent = await oauth.deviceCodeGrantRequest(server, identity(client), proof(client), code, limits);
      return tokensOf(await oauth.processDeviceCodeResponse(server, identity(client), sent), party);
    } catch (error) {
      if (!(error instanceof oauth.ResponseBodyError)) throw error;
      if (error.error === "authorization_pending") return "pending";
      if (error.error === "slow_down") return "slow_down";
      throw error;
    }
  });
}

/** Says what failed in our words. */
async function told<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SagentError) throw error;
    throw new ConfigError(`${what}: ${sentenceOf(error)}.`, { hint: "Nothing was saved; try again.", cause: error });
  }
}

/** Rejects with `AbortedError` on the signal, and with `ConfigError` after `limitMs`. */
async function before<Value>(work: Promise<Value>, signal: AbortSignal, limitMs: number): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new AbortedError());
  const timer = setTimeout(() => {
    reject(new ConfigError(`Nobody logged in within ${limitMs / 1000} s; nothing was saved.`));
  }, limitMs);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
