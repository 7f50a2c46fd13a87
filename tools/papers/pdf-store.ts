/** PDFs of papers, fetched from public hosts and kept on the disk, where several processes may read and write at once. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { readUrl } from "../web/address.ts";
import { DialError, type Network } from "../web/dial.ts";
import { get } from "../web/get.ts";
import type { Pacer } from "../web/pacer.ts";
import { keyOf, type PaperId } from "./id.ts";

const maxBytes = 50 * 1024 * 1024;
const timeoutMs = 60_000;

export interface PdfStoreOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly arxivUrl: string | undefined;
  readonly arxivPacer: Pacer;
  readonly network: Network | undefined;
}

export interface StoredPdf {
  readonly path: string;
  readonly bytes: Buffer;
  /** Where it was fetched from; undefined where it was there already. */
  readonly url?: string;
}

export class PdfStore {
  readonly #folder: string;
  readonly #arxivUrl: string;
  readonly #arxivPacer: Pacer;
  readonly #network: Network | undefined;

  constructor({ env, arxivUrl = "https://arxiv.org", arxivPacer, network }: PdfStoreOptions) {
    const cache = env.XDG_CACHE_HOME?.trim() || join(env.HOME ?? homedir(), ".cache");
    this.#folder = join(cache, "sagent", "papers");
    this.#arxivUrl = arxivUrl.replace(/\/+$/, "");
    this.#arxivPacer = arxivPacer;
    this.#network = network;
  }

  /** What the disk has of it. */
  async kept(id: PaperId): Promise<StoredPdf | undefined> {
    const path = this.#pathOf(id);
    const bytes = await readFile(path).catch(() => undefined);
    return bytes && isPdf(bytes) ? { path, bytes } : undefined;
  }

  arxivAddress({ value, version }: PaperId & { readonly type: "arxiv" }): string {
    return `${this.#arxivUrl}/pdf/${value}${version}`;
  }

  /** Fetches it from the first of these addresses that has it; or why each of them has not, a sentence each. */
  async fetch(id: PaperId, urls: readonly string[], signal: AbortSignal): Promise<StoredPdf | string[]> {
    const failures: string[] = [];
    for (const url of urls) {
      if (signal.aborted) return [...failures, "The request was stopped."];
      const got = await this.#get(url, signal);
      if (typeof got !== "string") return { path: await this.#keep(id, got), bytes: got, url };
      failures.push(got);
    }
    return failures;
  }

  async #get(address: string, signal: AbortSignal): Promise<Buffer | string> {
    const url = readUrl(address);
    if (typeof url === "string") return `${address.slice(0, 200)}: ${url}`;
    const isArxiv = address.startsWith(`${this.#arxivUrl}/`);
    if (isArxiv) await this.#arxivPacer.turn(signal);
    try {
      const wanted = { method: "GET", accept: "application/pdf, */*;q=0.1", signal, maxBytes, timeoutMs } as const;
      const { status, body, cut, type } = await get(url, wanted, this.#network);
      if (isArxiv && (status === 429 || status === 503)) this.#arxivPacer.refused();
      if (status >= 400) return `${url.href} answered with status ${status}.`;
      if (cut) return `${url.href} has more than ${maxBytes / 1024 / 1024} MiB.`;
      return isPdf(body) ? body : `${url.href} is no PDF${type ? ` but ${type}` : ""}.`;
    } catch (error) {
      if (error instanceof DialError) return error.message;
      throw error;
    }
  }

  /** Whoever reads it at the same time finds all of it or nothing. */
  async #keep(id: PaperId, bytes: Buffer): Promise<string> {
    const path = this.#pathOf(id);
    const draft = `${path}.${randomUUID()}`;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    try {
      await writeFile(draft, bytes, { mode: 0o600 });
      await rename(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
    return path;
  }

  #pathOf(id: PaperId): string {
    const key = keyOf(id);
    const hash = createHash("sha256").update(key).digest("hex").slice(0, 10);
    return join(this.#folder, `${key.replace(/[^\w.-]+/g, "-").slice(0, 80)}-${hash}.pdf`);
  }
}

/** The mark may come after a few bytes of something else. */
function isPdf(bytes: Buffer): boolean {
  return bytes.subarray(0, 1_024).includes("%PDF-");
}
