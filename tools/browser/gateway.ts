/**
 * The way by which all of a browser's connections go (SOCKS 5, RFC 1928): a name is resolved here, every address checked, and
 * the one dialled that was checked. Redirects, frames, sockets and names that change make no difference to it.
 */
import { lookup } from "node:dns/promises";
import { createServer, connect as open, type Server, type Socket } from "node:net";
import { mayDial } from "./address.ts";

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** How names are resolved; tests give their own. */
export type Resolve = (name: string) => Promise<readonly string[]>;

const systemResolve: Resolve = async (name) =>
  (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address);

const connectMs = 15_000;
const mostReasons = 200;

export class Gateway implements AsyncDisposable {
  readonly #resolve: Resolve;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Why the last connection to a place was not made; the browser itself has one word for all. */
  readonly #reasons = new Map<string, string>();

  constructor(resolve: Resolve = systemResolve) {
    this.#resolve = resolve;
    this.#server = createServer((socket) => {
      this.#track(socket);
      this.#serve(socket).catch(() => socket.destroy());
    });
  }

  /** Resolves to its port on the loopback. */
  async listen(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject).listen(0, "127.0.0.1", resolve);
    await promise;
    const address = this.#server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  /** Why a place could not be reached, as the end of a sentence. */
  reasonFor(url: URL): string | undefined {
    const port = Number(url.port) || (/^(?:https|wss):$/.test(url.protocol) ? 443 : 80);
    return this.#reasons.get(keyOf({ host: url.hostname.replace(/^\[|\]$/g, ""), port }));
  }

  async #serve(socket: Socket): Promise<void> {
    const reader = new Reader(socket);
    const [version, methods = 0] = await reader.take(2);
    if (version !== 5) return void socket.destroy();
    await reader.take(methods);
    socket.write(Buffer.from([5, 0]));
    const [, command] = await reader.take(3);
    const target = await readTarget(reader);
    if (command !== 1 || !target) return void socket.end(reply(7));
    const way = await this.#connect(target);
    if (!way) return void socket.end(reply(2));
    if (socket.destroyed) return void way.destroy();
    socket.write(reply(0));
    reader.release();
    socket.pipe(way).pipe(socket);
    socket.once("close", () => way.destroy());
    way.once("close", () => socket.destroy());
  }

  async #connect(target: Target): Promise<Socket | undefined> {
    this.#reasons.delete(keyOf(target));
    const addresses = await this.#addresses(target.host);
    if (addresses.length === 0) return this.#note(target, `there is no host ${target.host}, or no network`);
    if (!addresses.every(mayDial)) {
      return this.#note(
        target,
        `${target.host} is refused: it leads to where clouds hand out keys, or to the bare link`,
      );
    }
    let why = "";
    for (const host of addresses) {
      const way = open({ host, port: target.port });
      this.#track(way);
      const error = await connected(way);
      if (error === undefined) return way;
      why = error;
    }
    return this.#note(target, why);
  }

  async #addresses(host: string): Promise<readonly string[]> {
    if (/^[\d.]+$|:/.test(host)) return [host];
    if (/(?:^|\.)localhost\.?$/i.test(host)) return ["127.0.0.1", "::1"];
    return await this.#resolve(host).catch(() => []);
  }

  #note(target: Target, why: string): undefined {
    if (this.#reasons.size >= mostReasons) this.#reasons.clear();
    this.#reasons.set(keyOf(target), why);
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#sockets.delete(socket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

const keyOf = ({ host, port }: Target) => `${host.toLowerCase()}:${port}`;
const reply = (code: number) => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);

/** Undefined once it stands; else why it does not. */
function connected(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    socket.setTimeout(connectMs, () => socket.destroy(new Error(`no answer within ${connectMs / 1000} s`)));
    socket.once("connect", () => {
      socket.setTimeout(0);
      resolve(undefined);
    });
    socket.once("error", (error: Error & { readonly code?: string }) =>
      resolve(error.code === "ECONNREFUSED" ? "nothing listens there" : error.message),
    );
  });
}

async function readTarget(reader: Reader): Promise<Target | undefined> {
  const [kind] = await reader.take(1);
  const host = await readHost(reader, kind);
  const port = (await reader.take(2)).readUInt16BE();
  return host === undefined ? undefined : { host, port };
}

async function readHost(reader: Reader, kind: number | undefined): Promise<string | undefined> {
  if (kind === 1) return [...(await reader.take(4))].join(".");
  if (kind === 3) {
    const [length = 0] = await reader.take(1);
    return (await reader.take(length)).toString("latin1");
  }
  if (kind !== 4) return undefined;
  const bytes = await reader.take(16);
  return Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16)).join(":");
}

/** Reads so many bytes at a time, until the rest is somebody else's. */
class Reader {
  readonly #socket: Socket;
  #held = Buffer.alloc(0);
  #wake: () => void = () => {};
  readonly #onData = (bytes: Buffer) => {
    this.#held = Buffer.concat([this.#held, bytes]);
    this.#wake();
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", this.#onData);
    socket.once("close", () => this.#wake());
  }

  async take(count: number): Promise<Buffer> {
    while (this.#held.length < count) {
      if (this.#socket.destroyed) throw new Error("The connection ended early.");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  release(): void {
    this.#socket.off("data", this.#onData);
    this.#socket.pause();
    if (this.#held.length > 0) this.#socket.unshift(this.#held);
  }
}
