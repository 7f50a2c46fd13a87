/** The page's files: built by `build.ts`, served from memory with names that change with their content. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

export interface Asset {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer> | undefined;
}

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
  webmanifest: "application/manifest+json",
};

/** Where a clone or the published package has the built page. */
export function pageDir(): string {
  const bundled = import.meta.dir.endsWith("dist");
  return join(import.meta.dir, bundled ? "ui" : "../dist/ui");
}

const unbuilt = "The page is not built. Run `bun run start` in the clone once, or `bun build.ts --page`, and reload.\n";

/** The files of the built page, read when first asked for. Names are checked against what is there: nothing else is served. */
export class Assets {
  readonly #dir: string;
  readonly #files = new Map<string, Promise<Asset | undefined>>();
  #names: Promise<ReadonlySet<string>> | undefined;

  constructor(dir = pageDir()) {
    this.#dir = dir;
  }

  async get(name: string): Promise<Asset | undefined> {
    this.#names ??= readdir(this.#dir).then(
      (names) => new Set(names),
      () => new Set<string>(),
    );
    if (!(await this.#names).has(name)) return undefined;
    const known = this.#files.get(name) ?? this.#read(name);
    this.#files.set(name, known);
    return known;
  }

  /** The file as an answer; 404 where there is none. Names of the page's own files hold a hash, so they are kept for good. */
  async respond(name: string, request: Request): Promise<Response> {
    const asset = await this.get(name);
    if (!asset && name === "index.html") return new Response(unbuilt, { status: 503 });
    if (!asset) return new Response("There is no such file.", { status: 404 });
    const zipped = asset.gzip && (request.headers.get("accept-encoding") ?? "").includes("gzip");
    return new Response(zipped ? asset.gzip : asset.body, {
      headers: {
        "content-type": asset.type,
        "cache-control": name === "index.html" ? "no-cache" : "public, max-age=31536000, immutable",
        ...(zipped ? { "content-encoding": "gzip" } : {}),
        vary: "accept-encoding",
      },
    });
  }

  async #read(name: string): Promise<Asset | undefined> {
    const body = await Bun.file(join(this.#dir, name)).bytes();
    const type = types[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
    return { type, body, gzip: body.length > 1_024 ? Bun.gzipSync(body) : undefined };
  }
}
