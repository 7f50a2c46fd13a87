/** The sessions of a project as a person keeps them: listed, named, thrown away and taken back. */
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { SagentError, SessionNotFoundError, SessionWriteError } from "../agent/error.ts";
import { acquireLease, type LeaseHolder, leaseHolder } from "../agent/lease.ts";
import { leaseFile } from "../agent/session.ts";
import {
  type FoundSession,
  findSession,
  findSessions,
  mapSome,
  type SessionSummary,
  summarise,
} from "../agent/session-list.ts";
import { metaFile, writeTitle } from "../agent/session-meta.ts";

export interface ShelfRow extends SessionSummary {
  /** Another process that writes it at the moment. */
  readonly heldBy?: LeaseHolder;
}

interface Known {
  /** Changes with the session's files. */
  readonly stamp: string;
  readonly summary: SessionSummary;
}

const trashName = "trash";
const trashDays = 30;
const dayMs = 24 * 60 * 60 * 1000;

export class Shelf {
  readonly #project: string;
  #known: ReadonlyMap<string, Known> = new Map();
  #swept: Promise<void> | undefined;

  /** `project` is the directory that holds the sessions; it need not be there. */
  constructor(project: string) {
    this.#project = project;
  }

  /** Newest first. Reads of a session only what has changed since the last call. */
  async list(): Promise<readonly ShelfRow[]> {
    this.#swept ??= this.emptyTrash();
    await this.#swept;
    const found = (await findSessions(this.#project)).filter(({ id }) => isId(id));
    const rows = await mapSome(found, async (each): Promise<[Known, ShelfRow]> => {
      const names: readonly string[] = await readdir(each.dir).catch(() => []);
      const stamp = await stampOf(each, names.includes(metaFile));
      const before = this.#known.get(each.id);
      const known = before?.stamp === stamp ? before : { stamp, summary: await summarise(each) };
      return [known, names.includes(leaseFile) ? await withHolder(known.summary) : known.summary];
    });
    this.#known = new Map(rows.map(([known]) => [known.summary.id, known]));
    return rows.map(([, row]) => row);
  }

  /** Throws `SessionNotFoundError`. */
  async get(id: string): Promise<ShelfRow> {
    return withHolder(await summarise(await this.#find(id)));
  }

  /** Names a session, also one that is open; an empty title gives it back its first prompt. */
  async rename(id: string, title: string): Promise<void> {
    const { dir } = await this.#find(id);
    await this.#written(dir, () => writeTitle(dir, title));
  }

  /**
   * Throws a session away: it stays in the trash for 30 days. Throws `SessionLockedError` while anybody writes it, this
   * process included.
   */
  async remove(id: string): Promise<void> {
    const { dir } = await this.#find(id);
    const inTrash = this.#trash(id);
    await this.#written(dir, async () => {
      const lease = await acquireLease(join(dir, leaseFile));
      try {
        await mkdir(this.#trash(), { recursive: true, mode: 0o700 });
        await rm(inTrash, { recursive: true, force: true });
        await rename(dir, inTrash);
      } finally {
        await lease.release();
      }
      await rm(join(inTrash, leaseFile), { force: true });
      await utimes(inTrash, new Date(), new Date());
    });
    await this.emptyTrash();
  }

  /** Takes a session back out of the trash. Throws `SessionNotFoundError` where it is not there. */
  async restore(id: string): Promise<void> {
    const inTrash = this.#trash(isId(id) ? id : "-");
    if (!(await findSession(inTrash))) throw new SessionNotFoundError({ wanted: id });
    await this.#written(inTrash, () => rename(inTrash, join(this.#project, id)));
  }

  /** Deletes for good what has been in the trash for more than 30 days. */
  async emptyTrash(now = Date.now()): Promise<void> {
    const names = await readdir(this.#trash()).catch(() => []);
    for (const name of names.filter(isId)) {
      const dir = this.#trash(name);
      const info = await stat(dir).catch(() => undefined);
      if (!info || info.mtimeMs > now - trashDays * dayMs) continue;
      await rm(dir, { recursive: true, force: true }).catch(() => {}); // tried again the next time
    }
  }

  async #find(id: string): Promise<FoundSession> {
    const found = isId(id) ? await findSession(join(this.#project, id)) : undefined;
    if (!found) throw new SessionNotFoundError({ wanted: id });
    return found;
  }

  #trash(id = ""): string {
    return join(this.#project, trashName, id);
  }

  async #written(path: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (cause) {
      throw cause instanceof SagentError ? cause : new SessionWriteError({ path, cause });
    }
  }
}

/** Nothing else may become a part of a path. */
function isId(id: string): boolean {
  return /^[0-9a-f]{12}$/.test(id);
}

async function stampOf({ dir, updatedAt, size }: FoundSession, isNamed: boolean): Promise<string> {
  const meta = isNamed ? await stat(join(dir, metaFile)).catch(() => undefined) : undefined;
  return [updatedAt, size, meta?.mtimeMs, meta?.ino].join(" ");
}

async function withHolder(summary: SessionSummary): Promise<ShelfRow> {
  const holder = await leaseHolder(join(summary.dir, leaseFile));
  const isOurs = holder?.pid === process.pid && holder.host === hostname();
  return holder && !isOurs ? { ...summary, heldBy: holder } : summary;
}
