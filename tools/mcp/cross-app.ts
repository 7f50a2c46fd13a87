/**
 * A token for a server by way of the person's identity provider, which an enterprise controls (SEP-990): the person's ID token
 * becomes a grant for the server's login (RFC 8693), and that a token (RFC 7523). Nobody has to be asked.
 */
import {
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  parseErrorResponse,
} from "@modelcontextprotocol/sdk/client/auth.js";
import { z } from "zod";
import { systemClock } from "../../agent/clock.ts";
import { messageOf } from "../../agent/error.ts";
import { oneLine } from "../output.ts";
import { runProcess } from "../process.ts";
import type { IdentityConfig } from "./config.ts";

/** Where the command runs that prints an ID token. */
export interface CommandPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const grantType = "urn:ietf:params:oauth:token-type:id-jag";
const patienceMs = 30_000;
const maxTokenBytes = 64 * 1024;

const metadataSchema = z.object({ issuer: z.string(), token_endpoint: z.url() });
const grantSchema = z.object({ access_token: z.string().min(1), issued_token_type: z.literal(grantType) });

/** The parts of a provider that make a token request of it. What they throw is the part of a sentence. */
export function crossApp(
  identity: IdentityConfig,
  ownScope: string | undefined,
  place: CommandPlace,
): Pick<OAuthClientProvider, "prepareTokenRequest" | "saveDiscoveryState"> {
  let found: OAuthDiscoveryState | undefined;
  return {
    saveDiscoveryState(state) {
      found = state;
    },
    async prepareTokenRequest(scope = ownScope) {
      const audience = audienceOf(found);
      const resource = found?.resourceMetadata?.resource;
      const idToken = identity.idToken ?? (await printed(identity.idTokenCommand ?? [], place));
      const wanted = {
        audience,
        ...(resource === undefined ? {} : { resource }),
        ...(scope === undefined ? {} : { scope }),
      };
      const assertion = await exchange(identity, idToken, wanted);
      return new URLSearchParams({
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion,
        ...(scope === undefined ? {} : { scope }),
      });
    },
  };
}

/** The server's login. One that passes itself off as another would get a grant that is good there. */
function audienceOf(found: OAuthDiscoveryState | undefined): string {
  if (!found) throw new Error("it does not say who gives its tokens");
  const { authorizationServerUrl: url, authorizationServerMetadata: metadata } = found;
  if (metadata && !isSame(metadata.issuer, url)) throw new Error(`its login at ${url} says that it is another`);
  return metadata?.issuer ?? url;
}

const isSame = (one: string, other: string) => one.replace(/\/$/, "") === other.replace(/\/$/, "");

async function exchange(identity: IdentityConfig, idToken: string, wanted: Readonly<Record<string, string>>) {
  const { issuer, clientId, clientSecret } = identity;
  const response = await bounded(await tokenEndpoint(issuer), {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      requested_token_type: grantType,
      subject_token: idToken,
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
      client_id: clientId,
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
      ...wanted,
    }),
    redirect: "error",
  });
  if (!response.ok) {
    const { errorCode, message } = await parseErrorResponse(response);
    const why = oneLine(message === "" ? errorCode : `${errorCode}: ${message}`, 300);
    throw new Error(`your identity provider ${issuer} refused: ${why}`);
  }
  const { data } = grantSchema.safeParse(await response.json().catch(() => undefined));
  if (data) return data.access_token;
  throw new Error(`your identity provider ${issuer} gave something that is no grant for another login`);
}

/** By OpenID Connect's discovery, or by RFC 8414. */
async function tokenEndpoint(issuer: string): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  const places = [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
  for (const url of places) {
    const response = await bounded(url).catch((error: unknown) => {
      throw new Error(`your identity provider ${issuer} does not answer: ${messageOf(error)}`, { cause: error });
    });
    const { data } = metadataSchema.safeParse(response.ok ? await response.json().catch(() => undefined) : undefined);
    if (data && isSame(data.issuer, issuer)) return data.token_endpoint;
  }
  throw new Error(`your identity provider ${issuer} does not say where it gives tokens`);
}

const bounded = (url: string | URL, init: RequestInit = {}) =>
  fetch(url, { ...init, signal: AbortSignal.timeout(patienceMs) });

/** What a command prints, without the white space around it. Its words are not quoted: they may hold a token. */
async function printed(argv: readonly string[], { cwd, env }: CommandPlace): Promise<string> {
  const said: Uint8Array[] = [];
  let bytes = 0;
  const end = await runProcess({
    argv,
    cwd,
    env,
    timeoutMs: patienceMs,
    clock: systemClock,
    signal: new AbortController().signal,
    onOutput(stream, chunk) {
      if (stream === "stderr" || bytes > maxTokenBytes) return;
      bytes += chunk.length;
      said.push(chunk);
    },
  }).catch((error: unknown) => {
    throw new Error(`the command for your ID token could not be started: ${messageOf(error)}`, { cause: error });
  });
  const token = Buffer.concat(said).toString("utf8").trim();
  if (end.exitCode === 0 && bytes <= maxTokenBytes && /^\S+$/.test(token)) return token;
  const how = end.cause === "timeout" ? "took too long" : end.exitCode === 0 ? "printed no token" : "failed";
  throw new Error(`the command for your ID token (${oneLine(argv[0] ?? "", 80)}) ${how}`);
}
