/** Asks the server's routes, `server/app.ts`. Whatever goes wrong rejects with an `ApiError`, which `toastError` can show. */

export interface ApiError {
  readonly message: string;
  readonly hint?: string | undefined;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** A path with its query; what is undefined is left out. */
export function apiUrl(path: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** What the route answers; its shape is the server's word. Rejects with the signal's reason where that gives it up. */
export function getJson<Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> {
  return ask<Answer>(apiUrl(path, query), signal ? { signal } : {});
}

/** The same for what changes something. A route that has nothing to say answers undefined. */
export function sendJson<Answer = undefined>(
  method: "POST" | "PATCH" | "DELETE",
  path: string,
  body: unknown = {},
): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  return ask<Answer>(path, { method, headers, body: JSON.stringify(body) });
}

/** A file of the server's, as it is, and the name that the server gives it. */
export async function getBlob(path: string, query: Query = {}): Promise<{ blob: Blob; name: string | undefined }> {
  const response = await reach(apiUrl(path, query), {});
  if (!response.ok) throw refusal(response, await response.text());
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  return { blob: await response.blob(), name };
}

async function ask<Answer>(url: string, init: RequestInit): Promise<Answer> {
  const response = await reach(url, init);
  const text = await response.text();
  if (!response.ok) throw refusal(response, text);
  return (text === "" ? undefined : JSON.parse(text)) as Answer;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    const lost: ApiError = { message: "sagent cannot be reached.", hint: "See whether it still runs; then try again." };
    throw lost;
  }
}

function refusal({ status }: Response, text: string): ApiError {
  const told = errorIn(text);
  if (told) return told;
  // The doors answer with a sentence; of a body that does not fit the route only the number is of use.
  const isSentence = text.trim() !== "" && !/^[[{<]/.test(text.trim());
  return { message: isSentence ? text.trim() : `The server refused this with status ${status}.` };
}

function errorIn(text: string): ApiError | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: ApiError };
    return typeof error?.message === "string" ? error : undefined;
  } catch {
    return undefined;
  }
}
