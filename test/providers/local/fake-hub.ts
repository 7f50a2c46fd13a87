/** A server that answers as the Hugging Face hub does: ranges, redirects, hashes; and that cuts where it is told to. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { askApi, type FakeModel } from "./fake-hub-api.ts";

interface HubFileOptions {
  /** Told as the file's hash. */
  readonly sha256?: string;
  /** The first answers end without warning after this many bytes, one entry an answer. */
  readonly cuts?: readonly number[];
  /** Takes its time between pieces, so that others can come in. */
  readonly slow?: boolean;
}

export interface FakeHub extends Disposable {
  readonly url: string;
  readonly requests: {
    readonly path: string;
    readonly range: string | undefined;
    readonly authorization: string | undefined;
  }[];
  /** What its interface knows of models, beside the files that are served. */
  readonly models: FakeModel[];
  serve(path: string, bytes: Uint8Array, options?: HubFileOptions): void;
  redirect(path: string, to: string): void;
  refuse(path: string, status: number): void;
  /** Answers with a page for people, as a proxy that wants a login does. */
  page(path: string): void;
}

const pieceBytes = 100_000;

export async function startHub(): Promise<FakeHub> {
  const routes = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
  const requests: FakeHub["requests"] = [];
  const models: FakeModel[] = [];
  const server = createServer((request, response) => {
    const { url: path = "", headers } = request;
    requests.push({ path, range: headers.range, authorization: headers.authorization });
    const route = routes.get(path);
    const told = route ? undefined : askApi(new URL(path, "http://hub"), models);
    if (route) route(request, response);
    else if (told)
      response.writeHead(told.status, { "content-type": "application/json" }).end(JSON.stringify(told.body));
    else response.writeHead(404).end("no such file");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    models,
    serve(path, bytes, options = {}) {
      const cuts = [...(options.cuts ?? [])];
      routes.set(path, (request, response) => void answer(request, response, { bytes, cut: cuts.shift(), ...options }));
    },
    redirect(path, to) {
      routes.set(path, (_, response) => response.writeHead(302, { location: to }).end());
    },
    refuse(path, status) {
      routes.set(path, (_, response) => response.writeHead(status).end());
    },
    page(path) {
      routes.set(path, (_, response) =>
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<!doctype html><h1>Log in</h1>"),
      );
    },
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

type Served = HubFileOptions & { readonly bytes: Uint8Array; readonly cut: number | undefined };

async function answer(request: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  const { bytes, cut = Number.POSITIVE_INFINITY, sha256, slow } = served;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    "content-length": bytes.length - from,
    ...(from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    ...(sha256 ? { "x-linked-etag": `"${sha256}"` } : {}),
  });
  const end = Math.min(bytes.length, from + cut);
  for (let at = from; at < end && !response.destroyed; at += pieceBytes) {
    response.write(bytes.subarray(at, Math.min(at + pieceBytes, end)));
    if (slow || end < bytes.length) await Bun.sleep(slow ? 20 : 2);
  }
  if (end < bytes.length) response.socket?.destroy();
  else response.end();
}
