/** Asks a provider whether it takes a key or a token, by its list of models, which costs nothing. */
import type { Env, Vendor } from "../providers/auth.ts";
import type { OAuthClient } from "../providers/oauth-client.ts";

export type Verdict =
  | { readonly type: "accepted" }
  | { readonly type: "refused"; readonly status: number }
  /** The provider said neither yes nor no. */
  | { readonly type: "unknown"; readonly why: string };

const answerMs = 15_000;

const homes: Partial<Record<Vendor["wire"], string>> = {
  messages: "https://api.anthropic.com",
  responses: "https://api.openai.com/v1",
  gemini: "https://generativelanguage.googleapis.com/v1beta",
};

export interface Proof {
  readonly type: "key" | "token";
  readonly secret: string;
  readonly headers?: OAuthClient["headers"];
}

/** Never throws, and says nothing of the secret. */
export async function checkKey(vendor: Vendor, env: Env, proof: Proof): Promise<Verdict> {
  const base = env[vendor.baseUrlVar]?.trim() || vendor.baseUrl || homes[vendor.wire];
  if (base === undefined) return { type: "unknown", why: `${vendor.baseUrlVar} is not set` };
  try {
    const response = await fetch(modelsUrl(vendor.wire, base), {
      headers: headersOf(vendor.wire, proof),
      redirect: "error",
      signal: AbortSignal.timeout(answerMs),
    });
    const { status } = response;
    const text = await response.text();
    if (response.ok) return { type: "accepted" };
    const isRefusal = status === 401 || status === 403 || (status === 400 && /api[_ ]key/i.test(text));
    return isRefusal ? { type: "refused", status } : { type: "unknown", why: `it answered with status ${status}` };
  } catch {
    return { type: "unknown", why: "it could not be reached" };
  }
}

function modelsUrl(wire: Vendor["wire"], base: string): string {
  const root = base.replace(/\/+$/, "");
  const hasVersion = /\/v\d\w*$/.test(root);
  if (wire === "messages") return `${root}/v1/models`;
  return wire === "gemini" && !hasVersion ? `${root}/v1beta/models` : `${root}/models`;
}

function headersOf(wire: Vendor["wire"], { type, secret, headers }: Proof): Record<string, string> {
  const version: Record<string, string> = wire === "messages" ? { "anthropic-version": "2023-06-01" } : {};
  const bearer = { authorization: `Bearer ${secret}` };
  if (type === "token") return { ...headers, ...version, ...bearer };
  if (wire === "messages") return { ...version, "x-api-key": secret };
  return wire === "gemini" ? { "x-goog-api-key": secret } : bearer;
}
