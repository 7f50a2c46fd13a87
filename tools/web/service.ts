/**
 * Calls of services whose address a person configured: JSON over HTTP with keys. What can go wrong with them (limits, outages,
 * pages where data was due, answers that break off) is a `ServiceError` with a sentence.
 */

import { type Clock, systemClock } from "../../agent/clock.ts";
import { messageOf } from "../../agent/error.ts";
import { type Pace, Pacer } from "./pacer.ts";

export interface ServiceOptions {
  /** As sentences call it. */
  readonly name: string;
  /** Up to where the paths of calls begin, without a slash at the end. */
  readonly baseUrl: string;
  /** Sent with each call; keys go here. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly pace?: Pace;
  /** For one try, in ms. */
  readonly timeoutMs?: number;
  /** Sends in all of a call that fails in passing; 3 where absent. */
  readonly tries?: number;
  readonly clock?: Clock;
}

export interface ServiceCall {
  readonly path: string;
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly json?: unknown;
  /** Makes it a POST. */
  readonly form?: Readonly<Record<string, string>>;
  /** It changes something: where it may have been heard, it is not sent again. */
  readonly once?: boolean;
  /** Statuses of failure whose answers say more than that, so they are handed back. */
  readonly accept?: readonly number[];
  readonly signal: AbortSignal;
}

export class ServiceError extends Error {
  /** Of the answer; 0 where there was none. */
  readonly status: number;
  /** What the service asks to wait before another call, in ms. */
  readonly waitMs: number | undefined;
  constructor(message: string, options: { status?: number; waitMs?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status ?? 0;
    this.waitMs = options.waitMs;
  }
}

export interface ServiceAnswer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly body: Buffer;
}

const maxBytes = 20_000_000;
const longestWaitMs = 20_000;
const mostRedirects = 5;

/** A wait and another try, in place of an answer. */
interface Again {
  readonly error: ServiceError;
  readonly waitMs?: number;
}

export class Service {
  readonly name: string;
  readonly #options: ServiceOptions;
  readonly #clock: Clock;
  readonly #pacer: Pacer | undefined;

  constructor(options: ServiceOptions) {
    const { name, pace, clock = systemClock } = options;
    this.name = name;
    this.#options = options;
    this.#clock = clock;
    this.#pacer = pace && new Pacer(pace, clock);
  }

  /** The answer as JSON. Throws `ServiceError`. */
  async json(call: ServiceCall): Promise<unknown> {
    return this.parse(await this.fetch({ ...call, headers: { accept: "application/json", ...call.headers } }));
  }

  /** Throws `ServiceError` for an answer that is no JSON. */
  parse({ body, type, status }: ServiceAnswer): unknown {
    const text = body.toString("utf8");
    try {
      return JSON.parse(text);
    } catch (cause) {
      const isPage = type.includes("html") || /^\s*</.test(text);
      const what = isPage ? "a web page, perhaps of a login or a block," : text === "" ? "nothing" : "broken data";
      throw new ServiceError(`${this.name} answered with ${what} where JSON was due.`, { status, cause });
    }
  }

  /** The answer of a call that went well: limits and outages are waited out for a while. Throws `ServiceError`. */
  async fetch(call: ServiceCall): Promise<ServiceAnswer> {
    const { tries = 3 } = this.#options;
    for (let sent = 1; ; sent++) {
      await this.#pacer?.turn(call.signal);
      const outcome = await this.#send(call);
      if (!("error" in outcome)) return outcome;
      const { error, waitMs = 500 * 2 ** (sent - 1) } = outcome;
      if (call.signal.aborted) throw new ServiceError("The request was stopped.");
      const isDone = sent >= tries || (call.once === true && error.status !== 429);
      if (isDone || waitMs > longestWaitMs) throw error;
      await this.#clock.sleep(waitMs, call.signal);
    }
  }

  /** Throws for what another try cannot mend. */
  async #send(call: ServiceCall): Promise<ServiceAnswer | Again> {
    const { timeoutMs = 15_000 } = this.#options;
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const response = await this.#follow(call, AbortSignal.any([call.signal, late]));
      const body = await readAtMost(response, maxBytes);
      return this.#judge(response, body, call);
    } catch (cause) {
      if (cause instanceof ServiceError) throw cause;
      const why = late.aborted
        ? `did not answer within ${timeoutMs / 1000} s`
        : `could not be reached (${words(cause)})`;
      return { error: new ServiceError(`${this.name} ${why}.`, { cause }) };
    }
  }

  async #follow(call: ServiceCall, signal: AbortSignal): Promise<Response> {
    let url = this.#url(call);
    const { origin } = url;
    for (let hops = 0; hops <= mostRedirects; hops++) {
      const response = await fetch(url, { ...this.#request(call), signal, redirect: "manual" });
      const location = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
      if (location === null) return response;
      await response.body?.cancel();
      url = new URL(location, url);
      // Keys in headers are for this service alone.
      if (url.origin !== origin)
        throw new ServiceError(`${this.name} redirects elsewhere, to ${url.host}; check its address.`);
    }
    throw new ServiceError(`${this.name} redirects in a circle; check its address.`);
  }

  #url({ path, query = {} }: ServiceCall): URL {
    const text = `${this.#options.baseUrl.replace(/\/+$/, "")}${path}`;
    const url = URL.parse(text);
    if (!url || !/^https?:$/.test(url.protocol))
      throw new ServiceError(`The address of ${this.name} is no URL: ${text}`);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    return url;
  }

  #request({ json, form, headers }: ServiceCall): RequestInit {
    const all = { "user-agent": "sagent", ...this.#options.headers, ...headers };
    if (json !== undefined) {
      return { method: "POST", body: JSON.stringify(json), headers: { ...all, "content-type": "application/json" } };
    }
    return form ? { method: "POST", body: new URLSearchParams(form), headers: all } : { headers: all };
  }

  #judge({ status, headers }: Response, body: Buffer, { accept = [] }: ServiceCall): ServiceAnswer | Again {
    const type = headers.get("content-type") ?? "";
    if (status < 400 || accept.includes(status)) {
      this.#pacer?.served();
      return { status, type, headers, body };
    }
    const said = type.includes("html") ? "" : body.toString("utf8").replace(/\s+/g, " ").trim().slice(0, 300);
    const waitMs = readWait(headers.get("retry-after"), this.#clock.now());
    const wait = waitMs === undefined ? "" : ` It asks to wait ${Math.ceil(waitMs / 1000)} s.`;
    const error = new ServiceError(
      `${this.name} answered with status ${status}.${wait}${said ? ` It says: ${said}` : ""}`,
      { status, waitMs },
    );
    if (status === 429 || status === 503) this.#pacer?.refused(waitMs);
    if (status !== 429 && status < 500) throw error;
    return { error, ...(waitMs === undefined ? {} : { waitMs }) };
  }
}

function readWait(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

async function readAtMost(response: Response, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) throw new ServiceError(`The answer is larger than ${most.toLocaleString("en")} bytes.`);
  }
  return Buffer.concat(chunks);
}

function words(cause: unknown): string {
  return messageOf(cause).replace(/\.$/, "");
}
