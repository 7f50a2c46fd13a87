/** The documents that a server has open: their texts as it knows them, kept as they are on disk. */
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { decodeText, type FileState, looksBinary, readState } from "../files.ts";
import { languageOf } from "./known-servers.ts";
import { Lines, uriOf } from "./position.ts";

/** Larger ones are nothing that people write. */
const maxBytes = 4 * 1024 * 1024;
/** The one that was not asked for the longest is closed for the next. */
const mostOpen = 100;

export interface OpenDocument {
  readonly path: string;
  readonly uri: string;
  readonly version: number;
  readonly lines: Lines;
}

interface Held extends OpenDocument {
  /** Of the file whose text it is; undefined where the text came from elsewhere. */
  readonly stamp: string | undefined;
}

export interface Wire {
  notify(method: string, params: object): void;
  /** The server was given another text. */
  changed(document: OpenDocument): void;
  /** Whether documents can be changed, or only opened anew. */
  readonly canChange: boolean;
  readonly wantsSaves: boolean;
}

export class Documents {
  readonly #wire: Wire;
  /** The one last asked for comes last. */
  readonly #open = new Map<string, Held>();
  readonly #versions = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  list(): readonly OpenDocument[] {
    return [...this.#open.values()];
  }

  get(path: string): OpenDocument | undefined {
    return this.#open.get(path);
  }

  /** Does this while nobody else changes what is open. */
  alone<Result>(work: (documents: Alone) => Promise<Result>): Promise<Result> {
    const alone: Alone = { sync: (path) => this.#sync(path), set: (path, text) => this.#set(path, text, undefined) };
    const mine = this.#last.then(() => work(alone));
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Opens the file, or brings it to what is on disk. Undefined, and then it is not open, where it is no text, large or gone. */
  sync(path: string): Promise<OpenDocument | undefined> {
    return this.alone(({ sync }) => sync(path));
  }

  /** Brings all that are open to what is on disk. */
  syncAll(): Promise<void> {
    return this.alone(async ({ sync }) => {
      for (const path of [...this.#open.keys()]) await sync(path);
    });
  }

  async #sync(path: string): Promise<OpenDocument | undefined> {
    const held = this.#open.get(path);
    const before = await stampOf(path);
    if (held && held.stamp === before) return this.#keep(held);
    const state = before === undefined ? undefined : await readState(path).catch(() => undefined);
    const text = state && textOf(state);
    if (text === undefined) return this.#close(path);
    return this.#set(path, text, before);
  }

  #set(path: string, text: string, stamp: string | undefined): OpenDocument {
    const held = this.#open.get(path);
    if (held && held.lines.text === text) return this.#keep({ ...held, stamp });
    const version = (this.#versions.get(path) ?? 0) + 1;
    this.#versions.set(path, version);
    const uri = uriOf(path);
    const document = { path, uri, version, lines: new Lines(text), stamp };
    this.#wire.changed(document);
    if (held && this.#wire.canChange) {
      this.#wire.notify("textDocument/didChange", {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      });
    } else {
      if (held) this.#close(path);
      const languageId = languageOf(extname(path).toLowerCase());
      this.#wire.notify("textDocument/didOpen", { textDocument: { uri, languageId, version, text } });
    }
    if (held && stamp !== undefined && this.#wire.wantsSaves) {
      this.#wire.notify("textDocument/didSave", { textDocument: { uri } });
    }
    return this.#keep(document);
  }

  #keep(document: Held): OpenDocument {
    this.#open.delete(document.path);
    this.#open.set(document.path, document);
    const [oldest] = this.#open.keys();
    if (this.#open.size > mostOpen && oldest !== undefined) this.#close(oldest);
    return document;
  }

  #close(path: string): undefined {
    const held = this.#open.get(path);
    if (!held) return;
    this.#open.delete(path);
    this.#wire.notify("textDocument/didClose", { textDocument: { uri: held.uri } });
  }
}

/** What may be done with documents while nobody else changes them. */
export interface Alone {
  readonly sync: (path: string) => Promise<OpenDocument | undefined>;
  /** Gives the server another text than the file has; the next `sync` brings it back. */
  readonly set: (path: string, text: string) => OpenDocument;
}

function textOf({ stats, bytes }: FileState): string | undefined {
  return stats.isFile() && bytes.length <= maxBytes && !looksBinary(bytes) ? decodeText(bytes) : undefined;
}

async function stampOf(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats && `${stats.mtimeMs} ${stats.ctimeMs} ${stats.size} ${stats.ino}`;
}
