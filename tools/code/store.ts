/**
 * Outlines kept on the disk, one SQLite file a project in the user's cache. It is an index: whatever is wrong with it, it is
 * made anew. Several processes may use one at the same time.
 */
import { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { Definition, Skip } from "./outline.ts";
import type { ParseReply } from "./parse-messages.ts";

/** Raised whenever a file would be outlined differently; files of other versions are left to be. */
const version = 1;

/** A file as it was when it was parsed. */
export interface Stamp {
  readonly mtimeMs: number;
  readonly size: number;
}

export interface StoredStamp extends Stamp {
  readonly skip: Skip | null;
}

/** One column of a file's row. */
export interface FileText {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

/**
 * What a row has of a file: `names`, the shared ones, one a line, those of methods begin with a dot; `symbols`, all names that
 * it defines, one a line; `uses`, `name count` each, one a line, names used after a dot begin with one; `definitions`, for
 * `unpack`.
 */
export type Column = "names" | "symbols" | "uses" | "definitions";

export type Env = Readonly<Record<string, string | undefined>>;

/** Where the index of a project is kept. */
export function storePath(root: string, env: Env): string {
  const cache = env.XDG_CACHE_HOME?.trim() || join(env.HOME ?? homedir(), ".cache");
  const id = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const name = basename(root)
    .replace(/[^\w.-]/g, "_")
    .slice(0, 40);
  return join(cache, "sagent", "code", `${name}-${id}-v${version}.sqlite`);
}

export class Store implements Disposable {
  readonly #db: Database;

  private constructor(db: Database) {
    this.#db = db;
    db.run("PRAGMA busy_timeout = 10000");
    db.run("PRAGMA journal_mode = WAL");
    db.run("PRAGMA synchronous = OFF");
    db.run(`CREATE TABLE IF NOT EXISTS files (
      path TEXT PRIMARY KEY, mtime REAL NOT NULL, size INTEGER NOT NULL, skip TEXT,
      names TEXT NOT NULL, symbols TEXT NOT NULL, uses TEXT NOT NULL, definitions TEXT NOT NULL)`);
    db.query("SELECT path, mtime, size, skip, names, symbols, uses, definitions FROM files LIMIT 1").get();
  }

  static inMemory(): Store {
    return new Store(new Database(":memory:"));
  }

  /** In memory where the disk cannot be written. */
  static open(path: string): Store {
    for (const attempt of [1, 2]) {
      try {
        if (attempt === 2) Store.remove(path);
        mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
        return new Store(new Database(path, { create: true }));
      } catch {
        // No database, one of other tables, or not to be written: made anew, then done without.
      }
    }
    return Store.inMemory();
  }

  static remove(path: string): void {
    for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  stamps(): Map<string, StoredStamp> {
    const rows = this.#db.query<{ path: string; mtime: number; size: number; skip: Skip | null }, []>(
      "SELECT path, mtime, size, skip FROM files",
    );
    return new Map(rows.all().map(({ path, mtime, size, skip }) => [path, { mtimeMs: mtime, size, skip }]));
  }

  put(files: readonly { readonly path: string; readonly stamp: Stamp; readonly reply: ParseReply }[]): void {
    const row = this.#db.query("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    this.#db.transaction(() => {
      for (const { path, stamp, reply } of files) {
        const names = [...new Set(reply.definitions.filter(({ isShared }) => isShared).map(sharedName))].join("\n");
        const symbols = [...new Set(reply.definitions.map(({ name }) => name))].join("\n");
        const uses = reply.uses.map(([name, count]) => `${name} ${count}`).join("\n");
        const definitions = JSON.stringify(reply.definitions.map(pack));
        row.run(path, stamp.mtimeMs, stamp.size, reply.skip ?? null, names, symbols, uses, definitions);
      }
    })();
  }

  remove(paths: readonly string[]): void {
    const row = this.#db.query("DELETE FROM files WHERE path = ?");
    this.#db.transaction(() => {
      for (const path of paths) row.run(path);
    })();
  }

  /** Of all files that are not passed over, by path. */
  column(column: Column): IterableIterator<FileText> {
    const text = `SELECT path, ${column} AS text FROM files WHERE skip IS NULL ORDER BY path`;
    return this.#db.query<FileText, []>(text).iterate();
  }

  definitions(path: string): readonly Definition[] {
    const row = this.#db
      .query<{ definitions: string }, [string]>("SELECT definitions FROM files WHERE path = ?")
      .get(path);
    return row ? unpack(row.definitions) : [];
  }
}

type Packed = [
  name: string,
  kind: Definition["kind"],
  line: number,
  endLine: number,
  parent: number,
  signature: string,
  isShared: 0 | 1,
  doc: string,
];

/** A definition as others refer to it. */
export function sharedName({ name, kind }: Definition): string {
  return kind === "method" ? `.${name}` : name;
}

function pack({ name, kind, line, endLine, parent, signature, isShared, doc }: Definition): Packed {
  return [name, kind, line, endLine, parent, signature, isShared ? 1 : 0, doc];
}

/** Reads the column `definitions`. */
export function unpack(json: string): readonly Definition[] {
  const rows: Packed[] = JSON.parse(json);
  return rows.map(([name, kind, line, endLine, parent, signature, isShared, doc]) => ({
    name,
    kind,
    line,
    endLine,
    parent,
    signature,
    isShared: isShared === 1,
    doc,
  }));
}
