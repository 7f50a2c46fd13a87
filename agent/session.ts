/**
 * An agent's events on the disk: one JSONL file, one durable event a line, one writer. Appends never wait; what arrives
 * while the disk is busy goes out as one batch with one fsync.
 */
import { mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { SessionNotFoundError, SessionWriteError, UsageError } from "./error.ts";
import { type AgentEvent, durable } from "./event.ts";
import { acquireLease, type Lease } from "./lease.ts";
import { AppendFile, createFile, readAndMend, type SessionDamage, tighten } from "./session-file.ts";

export type { SessionDamage } from "./session-file.ts";

/** Name of the file that holds a session's events, inside its directory. */
export const sessionFile = "session.jsonl";

/** Name of the file that says who writes it, beside it. */
export const leaseFile = "lease";

type SavedListener = (events: readonly AgentEvent[]) => void;

interface Opened {
  readonly id: string;
  readonly dir: string;
  readonly events: readonly AgentEvent[];
  readonly damage: SessionDamage;
  readonly lease: Lease;
  readonly file: AppendFile;
}

export class Session implements AsyncDisposable {
  /** 12 hex digits. */
  readonly id: string;
  readonly dir: string;
  readonly path: string;
  /** What the file held when it was opened, in its order. */
  readonly events: readonly AgentEvent[];
  readonly damage: SessionDamage;

  readonly #lease: Lease;
  readonly #file: AppendFile;
  readonly #listeners = new Set<SavedListener>();
  #pending: AgentEvent[] = [];
  #appended = 0;
  #saved = 0;
  #commit: Promise<void> | undefined;
  #failure: SessionWriteError | undefined;
  #closing: Promise<void> | undefined;

  private constructor(opened: Opened) {
    this.id = opened.id;
    this.dir = opened.dir;
    this.path = join(opened.dir, sessionFile);
    this.events = opened.events;
    this.damage = opened.damage;
    this.#lease = opened.lease;
    this.#file = opened.file;
  }

  /** Starts a session in `dir`, which is made, owner-only. Throws `UsageError` when one is there already. */
  static async create(dir: string, options: { id?: string } = {}): Promise<Session> {
    const at = resolve(dir);
    await mkdir(at, { recursive: true, mode: 0o700 });
    await createFile(join(at, sessionFile)).catch((cause: unknown) => {
      throw isCode(cause, "EEXIST")
        ? new UsageError(`${at} already holds a session.`, { hint: "Continue it, or choose another directory.", cause })
        : new SessionWriteError({ path: at, cause });
    });
    return Session.#open(at, options.id);
  }

  /**
   * Opens the session in `dir` for writing. Damage costs only the damaged records. Throws `SessionNotFoundError`, or
   * `SessionLockedError` while another process writes it.
   */
  static async open(dir: string): Promise<Session> {
    return Session.#open(resolve(dir), undefined);
  }

  static async #open(dir: string, id: string | undefined): Promise<Session> {
    const path = join(dir, sessionFile);
    await Promise.all([tighten(dir, 0o700), tighten(path, 0o600)]).catch((cause: unknown) => {
      throw isCode(cause, "ENOENT") ? new SessionNotFoundError({ wanted: dir }) : cause;
    });
    const lease = await acquireLease(join(dir, leaseFile));
    try {
      const { events, damage } = await readAndMend(path);
      const file = await AppendFile.open(path);
      return new Session({ id: id ?? recordedId(events) ?? idOf(dir), dir, events, damage, lease, file });
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  /** Takes a durable event, and ignores others. Never waits and never throws; a failed write shows in `flush`. */
  append(event: AgentEvent): void {
    if (this.#closing || !durable.has(event.type)) return;
    this.#pending.push(event);
    this.#appended++;
    if (!this.#failure) void this.#commitNext();
  }

  /**
   * Resolves once everything appended so far is on the disk. Throws `SessionWriteError` when the disk refuses; what it
   * refused is kept and tried again by the next flush.
   */
  async flush(): Promise<void> {
    const target = this.#appended;
    this.#failure = undefined;
    while (this.#saved < target) {
      await this.#commitNext();
      if (this.#failure) throw this.#failure;
    }
  }

  /** Calls back after each fsync with the events it covered, in order. */
  onSaved(listener: SavedListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Saves what is left and lets another writer in. Idempotent; throws what `flush` throws. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file[Symbol.asyncDispose]();
      await this.#lease.release();
    }
  }

  /** The batch under way, or the next one. */
  #commitNext(): Promise<void> {
    this.#commit ??= this.#writeBatch().finally(() => {
      this.#commit = undefined;
      if (this.#pending.length > 0 && !this.#failure) void this.#commitNext();
    });
    return this.#commit;
  }

  async #writeBatch(): Promise<void> {
    await Promise.resolve();
    const batch = this.#pending;
    this.#pending = [];
    try {
      await this.#file.append(batch.map((event) => `${JSON.stringify(event)}\n`).join(""));
    } catch (cause) {
      this.#pending = batch.concat(this.#pending);
      this.#failure = new SessionWriteError({ path: this.path, cause });
      return;
    }
    this.#saved += batch.length;
    for (const listener of [...this.#listeners]) listener(batch);
  }
}

function recordedId(events: readonly AgentEvent[]): string | undefined {
  return events.find((event) => event.type === "started")?.sessionId;
}

/** A session directory is named by its id; one that is not gets a new id, which its `started` event then records. */
function idOf(dir: string): string {
  const name = basename(dir);
  return /^[0-9a-f]{12}$/.test(name) ? name : newSessionId();
}

export function newSessionId(): string {
  return crypto.getRandomValues(new Uint8Array(6)).toHex();
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
