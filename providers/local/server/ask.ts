/** Small questions to a server on this machine. */
import type { ServedModel } from "./kinds.ts";

export interface Reach {
  /** Up to its `/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly signal: AbortSignal;
}

/** It answered, but not with what was asked for. */
export class AnswerError extends Error {}

const mostBytes = 4 * 2 ** 20;

/** The object that the server answers with; POST where there is a body. Throws `AnswerError` for anything else. */
export async function jsonFrom(reach: Reach, path: string, body?: object): Promise<Record<string, unknown>> {
  const { baseUrl, apiKey, signal } = reach;
  const response = await fetch(baseUrl.replace(/\/v1\/?$/, "") + path, {
    signal,
    redirect: "error",
    headers: {
      ...(apiKey && { authorization: `Bearer ${apiKey}` }),
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { method: "POST", body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new AnswerError(`${path} answered with status ${response.status}`);
  const text = await response.text();
  try {
    if (text.length <= mostBytes) return asRecord(JSON.parse(text));
  } catch {}
  throw new AnswerError(`${path} answered with something else than JSON`);
}

/** Names alone, as every server of this wire lists them; undefined where there are none. */
export async function plainList(reach: Reach): Promise<ServedModel[] | undefined> {
  const { data } = await jsonFrom(reach, "/v1/models");
  const ids = (Array.isArray(data) ? data : []).map((row) => asRecord(row).id).filter((id) => typeof id === "string");
  return ids.length === 0 ? undefined : ids.map((id) => ({ id, windowTokens: 0, images: false }));
}

export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
