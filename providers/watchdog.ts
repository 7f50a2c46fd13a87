/** The limits of one call: how long it may be silent, how long a connection may take, and the caller's own signal. */
import { AbortedError, type SagentError } from "../agent/error.ts";
import { StalledError } from "../agent/provider-error.ts";

export const idleLimitMs = 600_000;
export const connectLimitMs = 30_000;
const lastMs = 1000;

/** The watch over one call. Disposing it clears its timer and closes whatever the call left open. */
export interface Watch extends Disposable {
  /** For the SDK: aborts on the caller's signal and on silence. */
  readonly signal: AbortSignal;
  /** Something came: the limit starts anew. */
  touch(): void;
  /** Passes a stream on, each item counting as news. */
  guard<Item>(stream: AsyncIterable<Item>): AsyncIterable<Item>;
  /** The answer is whole: what is left of the stream gets a second. */
  hurry(): void;
  /** Why the call was ended from this side, if it was. */
  ended(): SagentError | undefined;
}

/** Watches one call from now on. */
export function startWatch(options: { provider: string; signal: AbortSignal; idleMs?: number | undefined }): Watch {
  const { provider, signal, idleMs = idleLimitMs } = options;
  const controller = new AbortController();
  let reason: SagentError | undefined;
  const end = (error: SagentError) => {
    reason ??= error;
    clearTimeout(timer);
    controller.abort();
  };
  const onAbort = () => end(new AbortedError());
  const stall = () => end(new StalledError({ provider, idleMs }));
  let timer = setTimeout(stall, idleMs);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  const touch = () => {
    if (!reason) timer.refresh();
  };
  return {
    signal: controller.signal,
    touch,
    async *guard(stream) {
      for await (const item of stream) {
        touch();
        yield item;
      }
    },
    hurry() {
      clearTimeout(timer);
      if (!reason) timer = setTimeout(stall, Math.min(idleMs, lastMs));
    },
    ended: () => reason,
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      controller.abort();
    },
  };
}

/**
 * A `fetch` for the SDKs. Bun's own limit of 300 s is off, as the watchdog decides. Where no answer has come after
 * half of `connectMs`, the other half is given to a bare connection to the host: an answer may take its time, a
 * connection may not.
 */
export function patientFetch(connectMs: number = connectLimitMs): typeof fetch {
  const patient = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    const lost = new AbortController();
    let answered = false;
    const timer = setTimeout(async () => {
      if (!behindProxy(url) && !(await reachable(url, connectMs / 2)) && !answered) lost.abort();
    }, connectMs / 2);
    const signals = [lost.signal, ...(init?.signal ? [init.signal] : [])];
    try {
      return await fetch(input, { ...init, signal: AbortSignal.any(signals), timeout: false } as RequestInit);
    } catch (cause) {
      if (lost.signal.aborted) throw new Error(`No connection to ${url.host} in ${connectMs} ms`, { cause });
      throw cause;
    } finally {
      answered = true;
      clearTimeout(timer);
    }
  };
  return Object.assign(patient, { preconnect: fetch.preconnect });
}

function behindProxy({ protocol }: URL): boolean {
  const name = protocol === "https:" ? "https_proxy" : "http_proxy";
  return Boolean(process.env[name] ?? process.env[name.toUpperCase()]);
}

async function reachable({ hostname, port, protocol }: URL, limitMs: number): Promise<boolean> {
  const { connect } = await import("node:net");
  const host = hostname.replace(/^\[|\]$/g, "");
  const socket = connect({ host, port: Number(port) || (protocol === "https:" ? 443 : 80) });
  return new Promise((resolve) => {
    const end = (yes: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(yes);
    };
    const timer = setTimeout(end, limitMs, false);
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}
