/** Texts of the files that places are in, each read once. */

import { decodeText, readState } from "../files.ts";
import { canonicalPath } from "../path.ts";
import { Lines, pathOf } from "./position.ts";
import type { LanguageServer } from "./server.ts";

/** So many files are read for one answer; places in the others have no text. */
const mostRead = 500;

export interface Source {
  readonly path: string;
  /** Undefined where it cannot be read. */
  readonly lines: Lines | undefined;
}

export class Sources {
  readonly #server: LanguageServer;
  readonly #read = new Map<string, Source | undefined>();

  constructor(server: LanguageServer) {
    this.#server = server;
  }

  /** Undefined for what is no file. */
  async of(uri: string): Promise<Source | undefined> {
    if (!this.#read.has(uri)) this.#read.set(uri, await this.#load(uri));
    return this.#read.get(uri);
  }

  async #load(uri: string): Promise<Source | undefined> {
    const named = pathOf(uri);
    if (named === undefined) return undefined;
    const path = canonicalPath(named);
    const open = this.#server.documents.get(path);
    if (open || this.#read.size >= mostRead) return { path, lines: open?.lines };
    const state = await readState(path).catch(() => undefined);
    const text = state && decodeText(state.bytes);
    return { path, lines: text === undefined ? undefined : new Lines(text) };
  }
}
