/** Downloads files, of the Hugging Face hub or from elsewhere, going on from where an earlier attempt stopped. */

import { open, rm } from "node:fs/promises";
import { z } from "zod";
import { messageOf } from "../../agent/error.ts";
import { hashFile, noteTotal, sizeOf, totalNote } from "./disk.ts";
import type { HubFile } from "./models.ts";

export interface HubDownload {
  /** Receives the file; what an earlier attempt left there is kept. */
  readonly to: string;
  /** Expected hash; the hub's own word for it is taken where absent. */
  readonly sha256: string | undefined;
  readonly onProgress: (receivedBytes: number, totalBytes: number | undefined) => void;
  readonly signal: AbortSignal | undefined;
}

/** Longest wait for an answer: what asking costs where there is no network. */
const answerMs = 4000;
/** Longest silence in the middle of a file. */
const silenceMs = 30_000;
/** Attempts in a row that may be cut before they bring a byte. */
const maxIdleAttempts = 3;
const maxRedirects = 5;

/** What was received is not the file that was expected; it is thrown away. */
class WrongFile extends Error {}
/** The server was there and did not give it. */
export class Refusal extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}
/** The answer began and broke off. */
class Cut extends Error {}

/** Throws an `Error` that says why: no answer, a refusal, cut after cut, or a wrong file. */
export function downloadFromHub({ repo, file, revision = "main" }: HubFile, download: HubDownload): Promise<void> {
  return downloadUrl(hubUrl(`${repo}/resolve/${encodeURIComponent(revision)}/${file}`), download);
}

/** A page of the hub, or of its mirror that `HF_ENDPOINT` names. */
export function hubUrl(path: string): URL {
  const endpoint = process.env.HF_ENDPOINT || "https://huggingface.co";
  return new URL(`${endpoint.replace(/\/$/, "")}/${path}`);
}

/** Paths of the files in a repository of the hub. Throws an `Error` that says why it could not be asked. */
export async function listHubFiles(hub: Omit<HubFile, "file">, signal: AbortSignal | undefined): Promise<string[]> {
  const { siblings } = await askHub(repoPath(hub), listing, signal);
  return siblings.map(({ rfilename }) => rfilename);
}

const listing = z.object({ siblings: z.array(z.object({ rfilename: z.string() })) });

/** The page of the hub's interface that describes a repository. */
export function repoPath({ repo, revision }: Omit<HubFile, "file">): string {
  return `api/models/${repo}${revision === undefined ? "" : `/revision/${encodeURIComponent(revision)}`}`;
}

/** What the hub answers with on a page of its interface. Throws an `Error` that says why it could not be asked. */
export async function askHub<Shape>(
  path: string,
  shape: z.ZodType<Shape>,
  signal: AbortSignal | undefined,
): Promise<Shape> {
  using watch = startWatch(answerMs, signal);
  const { response } = await request(hubUrl(path), 0, watch.signal);
  watch.touch(silenceMs);
  if (response.status !== 200) throw refusal(response.status);
  refusePage(response);
  const answer = shape.safeParse(await response.json().catch(() => undefined));
  if (!answer.success) throw new Error(`${response.url} answers with something else than the hub does`);
  return answer.data;
}

/** Neither weights nor data are ever a page for people: that of a login or a proxy stands in between. */
function refusePage(response: Response): void {
  if (!/^text\/html\b/i.test(response.headers.get("content-type") ?? "")) return;
  throw new Error(`${new URL(response.url).host} answers with a web page in place of data, as a proxy or a login does`);
}

/** As `downloadFromHub`, from any address. */
export async function downloadUrl(url: URL, download: HubDownload): Promise<void> {
  for (let idle = 0; ; ) {
    const before = await sizeOf(download.to);
    try {
      const told = await fetchRest(url, before, download);
      const wanted = download.sha256 ?? told;
      await rm(totalNote(download.to), { force: true });
      if (!wanted || (await hashFile(download.to)) === wanted) return;
      await rm(download.to, { force: true });
      throw new WrongFile("the file does not have the expected checksum");
    } catch (cause) {
      if (download.signal?.aborted) throw cause;
      idle = (await sizeOf(download.to)) > before ? 0 : idle + 1;
      // What an earlier attempt began may belong to another version of the file: once more, from nothing.
      const again = cause instanceof WrongFile ? before > 0 : cause instanceof Cut && idle < maxIdleAttempts;
      if (!again) throw cause;
    }
  }
}

/** Fetches what is missing behind the first `from` bytes. Gives the hash of the whole file if the hub tells it. */
async function fetchRest(url: URL, from: number, { to, onProgress, signal }: HubDownload) {
  using watch = startWatch(answerMs, signal);
  const { response, sha256 } = await request(url, from, watch.signal);
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  if (response.status === 416 && Number(range?.[2]) === from) return sha256;
  const resumed = response.status === 206 && Number(range?.[1]) === from;
  if (!response.body || (response.status !== 200 && !resumed)) {
    if (response.status === 416 || response.status === 206) await rm(to, { force: true });
    throw refusal(response.status);
  }
  refusePage(response);
  const length = Number(response.headers.get("content-length")) || undefined;
  const start = resumed ? from : 0;
  const total = length === undefined ? undefined : start + length;
  let received = start;
  if (total !== undefined) await noteTotal(to, total);
  await using file = await open(to, resumed ? "a" : "w", 0o600);
  for await (const bytes of orCut(response.body)) {
    watch.touch(silenceMs);
    await file.writeFile(bytes);
    received += bytes.length;
    onProgress(received, total);
  }
  if (total !== undefined && received < total) throw new Cut(`the download was cut at ${received} of ${total} bytes`);
  return sha256;
}

async function* orCut(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new Cut(messageOf(cause), { cause });
  }
}

/** The hub says 401 of what is not there as well, so that nobody learns what is. */
function refusal(status: number): Refusal {
  const rights = status === 401 || status === 403 ? "; HF_TOKEN must be a token that may read it" : "";
  return new Refusal(`the server answered with status ${status}${rights}`, status);
}

/** Follows redirects by hand: the token is for the hub alone, and only its own answer names the hash. */
async function request(first: URL, from: number, signal: AbortSignal) {
  const { origin } = hubUrl("");
  const token = process.env.HF_TOKEN;
  let url = first;
  let sha256: string | undefined;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const response = await fetch(url, {
      redirect: "manual",
      signal,
      headers: {
        ...(from > 0 ? { range: `bytes=${from}-` } : {}),
        ...(token && url.origin === origin ? { authorization: `Bearer ${token}` } : {}),
      },
    });
    sha256 ??= /[0-9a-f]{64}/.exec(response.headers.get("x-linked-etag") ?? "")?.[0];
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || !location) return { response, sha256 };
    url = new URL(location, url);
  }
  throw new Error("the server redirects without end");
}

/** Aborts when nobody touched it for that long, or when the caller aborts. */
function startWatch(firstMs: number, signal: AbortSignal | undefined) {
  const own = new AbortController();
  const stop = (ms: number) => setTimeout(() => own.abort(new Error(`nothing came for ${ms / 1000} s`)), ms);
  let timer = stop(firstMs);
  return {
    signal: signal ? AbortSignal.any([own.signal, signal]) : own.signal,
    touch(ms: number) {
      clearTimeout(timer);
      timer = stop(ms);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
