/** What is said to an authorization server: where its endpoints are, and what tokens it gives for a grant. Loaded late. */
import * as oauth from "oauth4webapi";
import { ConfigError } from "../agent/error.ts";
import { AuthRefreshError, ServerError, TransportError } from "../agent/provider-error.ts";
import type { TokenAccount } from "./credential-file.ts";
import { isLocalHttp, type OAuthClient } from "./oauth-client.ts";

const answerMs = 15_000;
const revokeMs = 10_000;

/** A client and the server that it is registered with. */
export interface Party {
  readonly client: OAuthClient;
  readonly server: oauth.AuthorizationServer;
}

/** The endpoints: those that are configured, the others from the issuer's own metadata. */
export async function meet(client: OAuthClient, signal?: AbortSignal): Promise<Party> {
  const { issuer, authorizationUrl, tokenUrl, deviceUrl, revocationUrl } = client;
  const found = issuer !== undefined && tokenUrl === undefined ? await discover(issuer, signal) : undefined;
  const token = tokenUrl ?? found?.token_endpoint;
  if (token === undefined) throw new ConfigError("The OAuth client has neither issuer nor tokenUrl configured.");
  const authorization = authorizationUrl ?? found?.authorization_endpoint;
  const device = deviceUrl ?? found?.device_authorization_endpoint;
  const revocation = revocationUrl ?? found?.revocation_endpoint;
  const server: oauth.AuthorizationServer = {
    ...found,
    issuer: found?.issuer ?? issuer ?? new URL(token).origin,
    token_endpoint: token,
    ...(authorization === undefined ? {} : { authorization_endpoint: authorization }),
    ...(device === undefined ? {} : { device_authorization_endpoint: device }),
    ...(revocation === undefined ? {} : { revocation_endpoint: revocation }),
  };
  return { client, server };
}

async function discover(issuer: string, signal: AbortSignal | undefined): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  try {
    for (const algorithm of ["oidc", "oauth2"] as const) {
      const response = await oauth.discoveryRequest(url, { algorithm, ...options(issuer, signal) });
      if (response.ok) return await oauth.processDiscoveryResponse(url, response);
    }
  } catch (cause) {
    throw new ConfigError(`The endpoints of ${issuer} could not be found: ${sentenceOf(cause)}`, { cause });
  }
  throw new ConfigError(`${issuer} does not say where its endpoints are.`, {
    hint: "Configure authorizationUrl and tokenUrl in place of issuer.",
  });
}

/** What every request has: a limit, and leave to speak plain http to this machine. */
export function options(url: string, signal?: AbortSignal, limitMs = answerMs) {
  const limit = AbortSignal.timeout(limitMs);
  return {
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
    [oauth.allowInsecureRequests]: isLocalHttp(url),
  };
}

export const identity = ({ clientId }: Pick<OAuthClient, "clientId">): oauth.Client => ({ client_id: clientId });

export function proof({ clientSecret }: Pick<OAuthClient, "clientSecret">): oauth.ClientAuth {
  return clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(clientSecret);
}

/** The tokens of an answer as they are kept. */
export function tokensOf(
  answer: oauth.TokenEndpointResponse,
  { client, server }: Party,
  refreshToken?: string,
  now = Date.now(),
): TokenAccount {
  const expiresAt = answer.expires_in === undefined ? expiryOf(answer.access_token) : now + answer.expires_in * 1000;
  return {
    type: "oauth",
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? refreshToken,
    expiresAt,
    savedAt: now,
    tokenUrl: server.token_endpoint ?? "",
    clientId: client.clientId,
  };
}

/** `exp` of a JSON Web Token (RFC 7519 §4.1.4), in Unix ms; undefined for any other text. */
function expiryOf(token: string): number | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    if (typeof payload !== "object" || payload === null || !("exp" in payload)) return undefined;
    return typeof payload.exp === "number" ? payload.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** Whose login is renewed, and what a person would type to begin another. */
export interface Login {
  readonly label: string;
  readonly command: string;
}

/**
 * New tokens for old. Throws `AuthRefreshError` where the server says no, `ServerError` where it fails, and
 * `TransportError` where it cannot be reached.
 */
export async function refresh(
  old: TokenAccount & { readonly refreshToken: string },
  client: OAuthClient,
  { label, command }: Login,
): Promise<TokenAccount> {
  const server = { issuer: new URL(old.tokenUrl).origin, token_endpoint: old.tokenUrl };
  const grant = oauth.refreshTokenGrantRequest(
    server,
    identity(client),
    proof(client),
    old.refreshToken,
    options(old.tokenUrl),
  );
  const response = await grant.catch((cause) => {
    throw new TransportError({ provider: label, detail: `its login server: ${sentenceOf(cause)}`, cause });
  });
  const { status } = response;
  if (status === 408 || status === 429 || status >= 500) {
    throw new ServerError({ provider: label, status, detail: "its login server could not renew the login" });
  }
  if (!response.ok) {
    throw new AuthRefreshError({ provider: label, status, detail: await refusalOf(response), command });
  }
  try {
    // An id token of a refresh tells nothing that is used here.
    const answer = await oauth.processRefreshTokenResponse(server, identity(client), await withoutIdToken(response));
    return tokensOf(answer, { client, server }, old.refreshToken);
  } catch (cause) {
    throw new ServerError({ provider: label, detail: `its login server: ${sentenceOf(cause)}`, cause });
  }
}

async function refusalOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined);
  const { error, error_description: why } = typeof body === "object" && body !== null ? (body as Refusal) : {};
  return [error, why].filter((each) => typeof each === "string").join(": ") || `status ${response.status}`;
}

/** RFC 6749 §5.2. */
interface Refusal {
  readonly error?: unknown;
  readonly error_description?: unknown;
}

/** The issuer of a renewed login is not kept, so an id token could not be held against it. */
async function withoutIdToken(response: Response): Promise<Response> {
  const { id_token: _, ...rest } = (await response.json()) as Record<string, unknown>;
  return Response.json(rest, { status: response.status });
}

/** Takes a login back at the server, where it offers that. Whether it could. */
export async function revoke(account: TokenAccount, client: OAuthClient): Promise<boolean> {
  try {
    const { server } = await meet(client);
    if (server.revocation_endpoint === undefined) return false;
    const limits = options(server.revocation_endpoint, undefined, revokeMs);
    const token = account.refreshToken ?? account.accessToken;
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, identity(client), proof(client), token, limits),
    );
    return true;
  } catch {
    return false;
  }
}

/** What went wrong, with the reason the library keeps in the cause. */
export function sentenceOf(error: unknown): string {
  const { message } = error instanceof Error ? error : { message: String(error) };
  if (!(error instanceof Error)) return message;
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError) {
    return [error.error, error.error_description].filter(Boolean).join(": ");
  }
  return error.cause instanceof Error && error.cause.message !== message
    ? `${message} (${error.cause.message})`
    : message;
}
