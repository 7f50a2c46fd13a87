/** Requests, answers and notifications of JSON-RPC 2.0 over the two pipes of a server. */
import { z } from "zod";
import { type Clock, systemClock } from "../../agent/clock.ts";
import { oneLine } from "../output.ts";
import { GoneError, RefusedError, SlowError, StoppedError } from "./errors.ts";
import { FrameError, FrameReader, frame } from "./frames.ts";

const id = z.union([z.number(), z.string()]);
const incoming = z.union([
  z.object({ id, method: z.string(), params: z.unknown() }),
  z.object({ method: z.string(), params: z.unknown(), id: z.undefined().optional() }),
  z.object({ id: id.nullable(), error: z.object({ code: z.number(), message: z.string() }) }),
  z.object({ id, result: z.unknown() }),
]);

const methodNotFound = -32601;
/** Nothing else is said until the first is answered, nor after the last. */
const alone: ReadonlySet<string> = new Set(["initialize", "shutdown"]);

export interface ConnectionOptions {
  /** As sentences call it. */
  readonly name: string;
  readonly clock?: Clock;
  write(bytes: Uint8Array): void;
  /** What a request of the server is answered with; undefined where it is not known. */
  answer(method: string, params: unknown): unknown;
  onNotification(method: string, params: unknown): void;
  /** What came was not the protocol: the connection is closed. */
  onBroken(why: string): void;
}

export interface RequestOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #reader = new FrameReader();
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #closed: string | undefined;
  /** When it was last heard of, by `performance.now()`. */
  heardAt = performance.now();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Takes what the server wrote. */
  receive(bytes: Uint8Array): void {
    if (this.#closed !== undefined) return;
    this.heardAt = performance.now();
    try {
      for (const message of this.#reader.push(bytes)) this.#take(message);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.close(error.message);
      this.#options.onBroken(error.message);
    }
  }

  /** Everything that was asked fails with this, and whatever will be. */
  close(why: string): void {
    this.#closed ??= why;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new GoneError(`${this.#options.name} ${this.#closed}.`));
  }

  notify(method: string, params?: object): void {
    if (this.#closed === undefined) this.#write({ method, ...(params && { params }) });
  }

  /**
   * Asks, and checks the answer. Rejects with a `LanguageServerError`: refused, too slow, gone or stopped. The server is told when
   * its answer is not waited for any longer.
   */
  async request<Schema extends z.ZodType>(
    method: string,
    params: object | undefined,
    schema: Schema,
    { signal, timeoutMs }: RequestOptions,
  ): Promise<z.output<Schema>> {
    if (signal.aborted) throw new StoppedError();
    if (this.#closed !== undefined) throw new GoneError(`${this.#options.name} ${this.#closed}.`);
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#write({ id, method, ...(params && { params }) });
    const result = await this.#await(id, answer, method, { signal, timeoutMs });
    const parsed = schema.safeParse(result);
    if (parsed.success) return parsed.data;
    throw new RefusedError(`${this.#options.name} answered ${method} with something else than was due.`);
  }

  async #await(id: number, answer: Promise<unknown>, method: string, { signal, timeoutMs }: RequestOptions) {
    const done = new AbortController();
    const stopped = AbortSignal.any([signal, done.signal]);
    const late = (this.#options.clock ?? systemClock).sleep(timeoutMs, stopped).then(() => {
      if (done.signal.aborted) return undefined;
      const seconds = Math.round(timeoutMs / 1000);
      throw signal.aborted
        ? new StoppedError()
        : new SlowError(`${this.#options.name} did not answer ${method} in ${seconds} s.`);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      done.abort();
      if (this.#waiting.delete(id) && !alone.has(method)) this.notify("$/cancelRequest", { id });
    }
  }

  #take(message: unknown): void {
    const parsed = incoming.safeParse(message);
    if (!parsed.success) throw new FrameError("sent what is no message of JSON-RPC");
    const said = parsed.data;
    if ("error" in said) this.#settle(said.id)?.reject(this.#refusal(said.error));
    else if (!("method" in said)) this.#settle(said.id)?.resolve(said.result ?? null);
    else if (said.id === undefined) this.#options.onNotification(said.method, said.params);
    else this.#answer(said.id, said.method, said.params);
  }

  #settle(id: number | string | null): Waiting | undefined {
    if (typeof id !== "number") return undefined;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #refusal({ code, message }: { readonly code: number; readonly message: string }): RefusedError {
    return new RefusedError(`${this.#options.name}: ${oneLine(message, 500)}`, code);
  }

  #answer(id: number | string, method: string, params: unknown): void {
    const result = this.#options.answer(method, params);
    if (result === undefined) this.#write({ id, error: { code: methodNotFound, message: `${method} is not known` } });
    else this.#write({ id, result });
  }

  #write(message: object): void {
    this.#options.write(frame({ jsonrpc: "2.0", ...message }));
  }
}
