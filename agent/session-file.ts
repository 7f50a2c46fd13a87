/** The bytes of a session: reading its lines, keeping damaged ones aside, and appending so that a failure leaves no trace. */
import { chmod, type FileHandle, open, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { AgentEvent } from "./event.ts";

export interface SessionDamage {
  /** Whole lines that hold no sound event. They stay in the file and are skipped. */
  readonly badLines: number;
  /** The last line was cut short. It was taken out of the file. */
  readonly tornTail: boolean;
  /** A copy of what was damaged, owner-only. */
  readonly keptAt?: string;
}

export interface Contents {
  readonly events: AgentEvent[];
  readonly damage: SessionDamage;
}

const chunkBytes = 1 << 18;
const newline = 0x0a;

/** Reads every sound event, copies damaged lines aside once, and leaves the file ending in a whole line. */
export async function readAndMend(path: string): Promise<Contents> {
  const events: AgentEvent[] = [];
  const bad: string[] = [];
  await using file = await open(path, "r+");
  if ((await file.stat()).size === 0) return { events, damage: { badLines: 0, tornTail: false } };
  const { readRecord } = await import("./record.ts");
  const lines = wholeLines(file);
  let step = await lines.next();
  for (; !step.done; step = await lines.next()) {
    for (const line of step.value.split("\n")) {
      const event = readRecord(line);
      if (event) events.push(event);
      else if (line.trim() !== "") bad.push(line);
    }
  }
  const { tail, size } = step.value;
  const last = tail.length > 0 ? readRecord(tail.toString()) : undefined;
  if (last) {
    events.push(last);
    await file.write("\n", size);
  }
  const tornTail = tail.length > 0 && !last;
  if (bad.length === 0 && !tornTail) return { events, damage: { badLines: 0, tornTail } };
  const keptAt = await keepAside(path, tornTail ? [...bad, tail.toString()] : bad);
  if (tornTail) await file.truncate(size - tail.length);
  await file.datasync();
  return { events, damage: { badLines: bad.length, tornTail, keptAt } };
}

/**
 * The lines of a file, some at a time, joined by newlines: what has no newline behind it, and may be cut short, comes last.
 * Reads no more than it is asked for.
 */
export async function* readLines(path: string): AsyncGenerator<string> {
  await using file = await open(path, "r");
  const { tail } = yield* wholeLines(file);
  if (tail.length > 0) yield tail.toString();
}

/** The same of an open file; returns the bytes behind the last newline and the file's size. */
async function* wholeLines(file: FileHandle): AsyncGenerator<string, { tail: Buffer; size: number }> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let pieces: Buffer[] = [];
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, size);
    if (bytesRead === 0) return { tail: Buffer.concat(pieces), size };
    size += bytesRead;
    const end = chunk.subarray(0, bytesRead).lastIndexOf(newline);
    if (end >= 0) {
      const whole = Buffer.concat([...pieces, chunk.subarray(0, end)]).toString();
      pieces = end + 1 < bytesRead ? [Buffer.from(chunk.subarray(end + 1, bytesRead))] : [];
      yield whole;
    } else pieces.push(Buffer.from(chunk.subarray(0, bytesRead)));
  }
}

/** Writes the lines beside the session unless an earlier copy already holds them. Returns where they are. */
async function keepAside(path: string, lines: readonly string[]): Promise<string> {
  const text = lines.join("\n");
  const dir = dirname(path);
  const prefix = `${basename(path)}.damaged-`;
  for (const name of await readdir(dir)) {
    const earlier = join(dir, name);
    if (name.startsWith(prefix) && (await readFile(earlier, "utf8")).includes(text)) return earlier;
  }
  const keptAt = join(dir, `${prefix}${Date.now()}-${crypto.randomUUID().slice(0, 8)}`);
  await using copy = await open(keptAt, "wx", 0o600);
  await copy.writeFile(text);
  await copy.sync();
  return keptAt;
}

/** Takes group and others off a path that lets them in. */
export async function tighten(path: string, mode: number): Promise<void> {
  if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, mode);
}

/** A file that grows by whole texts: each is on the disk when `append` resolves, or the file is as it was before. */
export class AppendFile implements AsyncDisposable {
  readonly #handle: FileHandle;
  #size: number;
  #torn = false;

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#size = size;
  }

  /** The file must exist. */
  static async open(path: string): Promise<AppendFile> {
    const handle = await open(path, "a", 0o600);
    return new AppendFile(handle, (await handle.stat()).size);
  }

  /** Rejects with the disk's own error; what was written of the text is taken back, at once or before the next append. */
  async append(text: string): Promise<void> {
    await this.#takeBack();
    this.#torn = true;
    try {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length; ) done += (await this.#handle.write(bytes, done)).bytesWritten;
      await this.#handle.datasync();
      this.#size += bytes.length;
      this.#torn = false;
    } catch (error) {
      await this.#takeBack().catch(() => {});
      throw error;
    }
  }

  async #takeBack(): Promise<void> {
    if (!this.#torn) return;
    await this.#handle.truncate(this.#size);
    this.#torn = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Makes an empty file whose name survives a power cut. Rejects with `EEXIST` when it is there. */
export async function createFile(path: string): Promise<void> {
  await using file = await open(path, "wx", 0o600);
  await file.sync();
  await using dir = await open(dirname(path), "r");
  await dir.sync();
}
