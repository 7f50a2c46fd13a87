/** A whole answer of a public host: redirects followed and checked one by one, unpacked, bounded in time and size. */
import type { IncomingMessage } from "node:http";
import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { readUrl } from "./address.ts";
import { DialError, dial, type Network, type Outgoing } from "./dial.ts";

export interface Wanted {
  readonly method: Outgoing["method"];
  readonly body?: { readonly type: string; readonly text: string };
  readonly accept: string;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
  /** For all of it, redirects and body. */
  readonly timeoutMs: number;
}

export interface Answer {
  /** Where the last redirect led. */
  readonly url: URL;
  readonly status: number;
  /** In lower case, without parameters; empty where the server says none. */
  readonly type: string;
  readonly charset: string | undefined;
  readonly body: Buffer;
  /** There was more than `maxBytes`. */
  readonly cut: boolean;
  /** As the server said it. */
  readonly retryAfter: string | undefined;
}

const mostRedirects = 10;

/** Throws `DialError` for whatever keeps an answer from being had; an answer of any status is one. */
export async function get(start: URL, wanted: Wanted, network?: Network): Promise<Answer> {
  const late = AbortSignal.timeout(wanted.timeoutMs);
  const signal = AbortSignal.any([wanted.signal, late]);
  try {
    return await follow(start, { ...wanted, signal }, network);
  } catch (error) {
    if (wanted.signal.aborted) throw new DialError("The request was stopped.");
    if (late.aborted) throw new DialError(`${start.host} took more than ${wanted.timeoutMs / 1000} s.`);
    throw error;
  }
}

async function follow(start: URL, wanted: Wanted, network?: Network): Promise<Answer> {
  let [url, { method, body }] = [start, wanted];
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const response = await dial(url, outgoing(method, body, wanted), network);
    const next = redirect(response, url);
    if (next === undefined) return await readAnswer(response, url, wanted);
    response.destroy();
    url = next;
    if (response.statusCode !== 307 && response.statusCode !== 308) [method, body] = ["GET", undefined];
  }
  throw new DialError(`${start.host} redirects more than ${mostRedirects} times.`);
}

function outgoing(method: Outgoing["method"], body: Wanted["body"], { accept, signal }: Wanted): Outgoing {
  const headers = {
    accept,
    "accept-encoding": "gzip, deflate, br",
    "accept-language": "en;q=0.9, *;q=0.5",
    "user-agent": "Mozilla/5.0 (compatible; sagent)",
  };
  if (!body) return { method, headers, signal };
  const length = String(Buffer.byteLength(body.text));
  return {
    method,
    headers: { ...headers, "content-type": body.type, "content-length": length },
    body: body.text,
    signal,
  };
}

/** Where an answer sends us; undefined where it is an answer itself. */
function redirect({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode) || !headers.location) return undefined;
  const target = URL.parse(headers.location, from);
  const url = readUrl(target?.href ?? "");
  if (typeof url === "string")
    throw new DialError(`${from.host} redirects to something else: ${url}`, { refused: true });
  if (from.protocol === "https:" && url.protocol === "http:") {
    throw new DialError(`${from.host} redirects from https to http, to ${url.host}; that is not followed.`, {
      refused: true,
    });
  }
  return url;
}

async function readAnswer(response: IncomingMessage, url: URL, { maxBytes, signal }: Wanted): Promise<Answer> {
  const { headers, statusCode = 0 } = response;
  const [type = "", ...parameters] = (headers["content-type"] ?? "").split(";").map((part) => part.trim());
  const charset = parameters.find((part) => /^charset=/i.test(part))?.slice("charset=".length);
  const { body, cut } = await readBody(unpack(response), maxBytes, url, signal);
  return {
    url,
    status: statusCode,
    type: type.toLowerCase(),
    charset: charset?.replaceAll('"', "").toLowerCase(),
    body,
    cut,
    retryAfter: headers["retry-after"],
  };
}

function unpack(response: IncomingMessage): Readable {
  const coding = response.headers["content-encoding"]?.trim().toLowerCase();
  const unpacker = { gzip: createGunzip, "x-gzip": createGunzip, deflate: createInflate, br: createBrotliDecompress };
  if (!coding || coding === "identity") return response;
  const make = Object.hasOwn(unpacker, coding) ? unpacker[coding as keyof typeof unpacker] : undefined;
  if (!make) throw new DialError(`The answer is packed in a way that cannot be read (${coding}).`);
  // Its errors come out of the unpacker, which is what is read.
  return pipeline(response, make(), () => {});
}

async function readBody(stream: Readable, maxBytes: number, url: URL, signal: AbortSignal) {
  const chunks: Buffer[] = [];
  let size = 0;
  const stop = () => stream.destroy(new Error("stopped"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) break;
    }
  } catch (cause) {
    throw new DialError(`The answer of ${url.host} broke off after ${size.toLocaleString("en")} bytes.`, { cause });
  } finally {
    signal.removeEventListener("abort", stop);
    stream.destroy();
  }
  return { body: Buffer.concat(chunks).subarray(0, maxBytes), cut: size > maxBytes };
}

/** The text of an answer, by the charset that it names, its mark or its `<meta>`, else UTF-8. */
export function decode({ body, charset, type }: Answer): string {
  const head = body.subarray(0, 1024).toString("latin1");
  const meta = type.includes("html") ? /<meta[^>]+charset=["']?([\w-]+)/i.exec(head)?.[1] : undefined;
  const mark =
    body[0] === 0xff && body[1] === 0xfe ? "utf-16le" : body[0] === 0xfe && body[1] === 0xff ? "utf-16be" : "";
  for (const label of [mark, charset, meta, "utf-8"]) {
    const decoder = label ? decoderOf(label) : undefined;
    if (decoder) return decoder.decode(body);
  }
  return body.toString("utf8");
}

function decoderOf(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label);
  } catch {
    return undefined;
  }
}
