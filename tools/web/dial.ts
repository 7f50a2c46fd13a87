/**
 * One HTTP request to a public host. Its name is resolved once, every address is checked, and the connection goes to the
 * address that was checked: what the name means a moment later makes no difference.
 */

import { lookup } from "node:dns/promises";
import { type IncomingMessage, type RequestOptions, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { isIP } from "node:net";
import { messageOf } from "../../agent/error.ts";
import { isPublic, literalAddress } from "./address.ts";

/** How names are resolved and where connections go; tests give their own, which lead to this machine. */
export interface Network {
  /** Every address of a name, as digits. Rejects where there is none. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
  /** The place that stands for a checked address. */
  readonly reach?: (address: string, port: number) => { readonly host: string; readonly port: number };
}

const systemNetwork: Network = {
  resolve: async (name) => (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address),
};

export interface Outgoing {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** A request that was not sent, or that brought no answer; `message` is a sentence. `refused`: on purpose, by these rules. */
export class DialError extends Error {
  readonly refused: boolean;
  constructor(message: string, { refused = false, cause }: { refused?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.refused = refused;
  }
}

/** Longest time until a connection stands and its answer begins, in ms. */
const answerMs = 15_000;

/** Resolves once the headers are there; the body is the caller's to read or destroy. Throws `DialError`. */
export async function dial(url: URL, outgoing: Outgoing, network: Network = systemNetwork): Promise<IncomingMessage> {
  const address = await checkedAddress(url, network, outgoing.signal);
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const place = network.reach?.(address, port) ?? { host: address, port };
  const isTls = url.protocol === "https:";
  const options: RequestOptions & { servername?: string } = {
    // A pinned address in place of the name; certificates are still checked against the name.
    host: place.host,
    port: place.port,
    path: `${url.pathname}${url.search}`,
    method: outgoing.method,
    headers: { ...outgoing.headers, host: url.host, connection: "close" },
    agent: false,
    signal: outgoing.signal,
    ...(isTls && literalAddress(url) === undefined ? { servername: url.hostname } : {}),
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (isTls ? requestTls : requestPlain)(options, resolve);
  const late = setTimeout(() => request.destroy(new Error(`no answer within ${answerMs / 1000} s`)), answerMs);
  request.on("error", (cause) =>
    reject(new DialError(`${url.host} could not be reached: ${reason(cause)}.`, { cause })),
  );
  request.end(outgoing.body);
  try {
    return await promise;
  } finally {
    clearTimeout(late);
  }
}

async function checkedAddress(url: URL, { resolve }: Network, signal: AbortSignal): Promise<string> {
  const literal = literalAddress(url);
  const addresses = literal === undefined ? await resolved(url.hostname, resolve, signal) : [literal];
  // A name with one private address among public ones is a trap, not a mistake.
  if (!addresses.every(isPublic)) {
    const what = literal === undefined ? `${url.hostname} leads to an address` : `${url.hostname} is an address`;
    throw new DialError(`${what} of this machine or of a private network; only public hosts are fetched.`, {
      refused: true,
    });
  }
  const [first] = addresses.toSorted((a, b) => isIP(a) - isIP(b));
  if (first === undefined) throw new DialError(`${url.hostname} has no address.`);
  return first;
}

async function resolved(name: string, resolve: Network["resolve"], signal: AbortSignal): Promise<readonly string[]> {
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(new DialError("The request was stopped."));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([resolve(name), stopped.promise]);
  } catch (cause) {
    if (cause instanceof DialError) throw cause;
    throw new DialError(`There is no host ${name}, or no network.`, { cause });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function reason(cause: unknown): string {
  const text = messageOf(cause);
  return text.replace(/\.$/, "");
}
