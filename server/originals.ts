/**
 * What each file was before the fleet first changed it with Edit or Write. A tool's result holds the hunks of its
 * change; taken off the file as it is now they give what it was, which is kept in the session's directory. Who changed
 * what and how often is counted from the same events, so that a resumed session knows it from its file.
 */
import { isAbsolute } from "node:path";
import { FileError } from "../agent/error.ts";
import type { AgentEvent } from "../agent/event.ts";
import { diffsOf, type FileDiff } from "../agent/message.ts";
import { decodeText, errorCode, looksBinary } from "../tools/files.ts";
import { applyHunks, countLines, undoHunks } from "../tools/patch.ts";
import { canonicalPath } from "../tools/path.ts";
import { openInside, readRange } from "./confine.ts";
import { Keep } from "./keep.ts";

/** Larger files are not kept. */
const maxOriginalBytes = 4 * 1024 * 1024;
/** Of a file whose original is not known, so many edits are remembered. */
const maxEdits = 1_000;
/** After so many edits that did not fit, something else changes the file too. */
const maxTries = 8;

export type Edit = Omit<FileDiff, "path">;

/** What the fleet did to one file. */
export interface Touch {
  /** Canonical and absolute. */
  readonly path: string;
  readonly agents: readonly string[];
  readonly times: number;
  /** Lines of all the edits together. */
  readonly added: number;
  readonly removed: number;
  /** Unix time in ms. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The edits one after another, while what the file was at first is not known. */
  readonly edits: readonly Edit[];
}

interface Record extends Touch {
  agents: string[];
  times: number;
  added: number;
  removed: number;
  lastAt: number;
  edits: Edit[];
  tries: number;
}

export class Originals implements AsyncDisposable {
  readonly #touches = new Map<string, Record>();
  /** Canonical paths of those that tools told. */
  readonly #names = new Map<string, string>();
  readonly #keep: Keep;
  #work: Promise<void> = Promise.resolve();

  private constructor(keep: Keep) {
    this.#keep = keep;
  }

  /** Of the session in this directory. `events` are what its file holds, of all its agents. */
  static async open(sessionDir: string, events: readonly AgentEvent[] = []): Promise<Originals> {
    const originals = new Originals(await Keep.open(sessionDir));
    for (const event of events) originals.#count(event);
    for (const touch of originals.#touches.values()) originals.#schedule(touch);
    return originals;
  }

  /** Takes an event of any agent as it happens. Never waits and never throws. */
  note(event: AgentEvent): void {
    for (const touch of this.#count(event)) this.#schedule(touch);
  }

  /** In the order of their first change. */
  get touched(): readonly Touch[] {
    return [...this.#touches.values()];
  }

  /** By canonical absolute path. */
  find(path: string): Touch | undefined {
    return this.#touches.get(path);
  }

  /** What the file was: its text, null where there was none, undefined where that is not known. */
  async read(path: string): Promise<string | null | undefined> {
    await this.settled();
    return this.#keep.read(path);
  }

  /** Resolves once everything noted so far has been looked at. */
  settled(): Promise<void> {
    return this.#work;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.settled();
  }

  #count(event: AgentEvent): Record[] {
    if (event.type !== "message") return [];
    const { message } = event;
    if (message.type !== "toolResult" && message.type !== "notice") return [];
    return diffsOf(message.details).flatMap((diff) => this.#countFile(diff, event) ?? []);
  }

  #countFile({ path: told, ...edit }: FileDiff, { agent, at }: AgentEvent): Record | undefined {
    const { created, deleted, hunks } = edit;
    if (!isAbsolute(told) || told.includes("\0")) return undefined;
    if (!created && !deleted && hunks.length === 0) return undefined;
    const path = this.#names.get(told) ?? canonicalPath(told);
    this.#names.set(told, path);
    const touch = this.#touches.get(path) ?? newRecord(path, at);
    this.#touches.set(path, touch);
    const { added, removed } = countLines(hunks);
    if (!touch.agents.includes(agent)) touch.agents.push(agent);
    touch.times++;
    touch.added += added;
    touch.removed += removed;
    touch.lastAt = at;
    if (!this.#keep.has(path) && touch.edits.length < maxEdits) touch.edits.push(edit);
    return touch;
  }

  #schedule(touch: Record): void {
    if (this.#keep.has(touch.path) || touch.tries >= maxTries) return;
    this.#work = this.#work.then(() => this.#settle(touch)).catch(() => {});
  }

  async #settle(touch: Record): Promise<void> {
    if (this.#keep.has(touch.path)) return;
    touch.tries++;
    const edits = [...touch.edits];
    const original = edits[0]?.created ? null : await before(touch.path, edits);
    if (original === undefined) return;
    await this.#keep.put(touch.path, original);
    touch.edits = [];
  }
}

function newRecord(path: string, at: number): Record {
  return { path, agents: [], times: 0, added: 0, removed: 0, firstAt: at, lastAt: at, edits: [], tries: 0 };
}

/** The file without these edits, or undefined where they are not what made it as it is. */
async function before(path: string, edits: readonly Edit[]): Promise<string | undefined> {
  const now = await currentText(path);
  if (now === undefined || edits.length >= maxEdits) return undefined;
  const text = edits.toReversed().reduce<Content>(undo, now);
  if (typeof text !== "string") return undefined;
  return edits.reduce<Content>(redo, text) === now ? text : undefined;
}

/** A file's text, null where there is no file, undefined where that is not known. */
type Content = string | null | undefined;

function undo(after: Content, { created, deleted, hunks }: Edit): Content {
  if (after === undefined || (after === null) !== deleted) return undefined;
  const before = undoHunks(after ?? "", hunks);
  return created ? (before === "" ? null : undefined) : before;
}

function redo(before: Content, { created, deleted, hunks }: Edit): Content {
  if (before === undefined || (before === null) !== created) return undefined;
  const after = applyHunks(before ?? "", hunks);
  return deleted ? (after === "" ? null : undefined) : after;
}

async function currentText(path: string): Promise<Content> {
  try {
    await using file = await openInside("/", path.slice(1));
    if (file.stats.size > maxOriginalBytes) return undefined;
    const bytes = await readRange(file, 0, file.stats.size);
    return looksBinary(bytes) ? undefined : decodeText(bytes);
  } catch (error) {
    return error instanceof FileError && errorCode(error.cause) === "ENOENT" ? null : undefined;
  }
}
