/**
 * What the service must not forget, beside the session: events that Slack was told are taken, who owns which thread, and what is
 * yet to be posted. One record a line, on the disk before anything depends on it; a torn last line is lost alone.
 */
import { existsSync } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { z } from "zod";
import type { Incoming, Thread } from "./incoming.ts";

const threadShape = { channel: z.string(), ts: z.string() };
const basis = { id: z.string(), ...threadShape, user: z.string() };
const file = z.object({ name: z.string(), mime: z.string(), bytes: z.number(), url: z.string() });
const incomingSchema: z.ZodType<Incoming> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("message"),
    ...basis,
    thread: z.string(),
    text: z.string(),
    isDirect: z.boolean(),
    files: z.array(file),
  }),
  z.object({ type: z.literal("reaction"), ...basis, name: z.string() }),
]);

const outSchema = z.object({
  /** The same for the same words, however often they are made; Slack keeps it beside the message. */
  id: z.string(),
  channel: z.string(),
  thread: z.string().optional(),
  text: z.string(),
  agent: z.string().optional(),
});
/** A message that must be posted, once. */
export type Out = z.infer<typeof outSchema>;

const recordSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("in"), incoming: incomingSchema }),
  z.object({ type: z.literal("handled"), id: z.string() }),
  /** A message, by an agent or to it; `root` is the one that began its thread. */
  z.object({ type: z.literal("owner"), ...threadShape, agent: z.string(), root: z.string().optional() }),
  z.object({ type: z.literal("agent"), agent: z.string(), persona: z.string(), channel: z.string().optional() }),
  z.object({ type: z.literal("out"), out: outSchema }),
  /** It is there, or Slack will never take it. */
  z.object({ type: z.literal("posted"), id: z.string() }),
]);
export type JournalRecord = z.infer<typeof recordSchema>;

export interface Place {
  readonly persona: string;
  /** Its log channel. */
  readonly channel?: string | undefined;
}

export class Journal implements AsyncDisposable {
  readonly #file: FileHandle;
  #unwritten: string[] = [];
  #writing: Promise<void> | undefined;
  /** Events that were ever taken. */
  readonly seen = new Set<string>();
  /** Those of them that nobody has got yet, in order. */
  readonly pending = new Map<string, Incoming>();
  readonly agents = new Map<string, Place>();
  /** Messages yet to be posted, in order. */
  readonly outs = new Map<string, Out>();
  readonly #owners = new Map<string, { readonly agent: string; readonly root: string }>();
  readonly #made = new Set<string>();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string): Promise<Journal> {
    const before = existsSync(path) ? await readFile(path, "utf8") : "";
    const journal = new Journal(await open(path, "a", 0o600));
    for (const line of before.split("\n")) {
      const record = readRecord(line);
      if (record) journal.#take(record);
    }
    // What follows a torn line begins on a line of its own.
    if (before !== "" && !before.endsWith("\n")) journal.#unwritten.push("\n");
    return journal;
  }

  /** Resolves once the records are on the disk; they count at once. */
  write(...records: readonly JournalRecord[]): Promise<void> {
    for (const record of records) {
      this.#take(record);
      this.#unwritten.push(`${JSON.stringify(record)}\n`);
    }
    return this.#flush();
  }

  /** Whether a message of this id was ever made. */
  hasMade(id: string): boolean {
    return this.#made.has(id);
  }

  ownerOf({ channel, ts }: Thread): { readonly agent: string; readonly root: string } | undefined {
    return this.#owners.get(`${channel}:${ts}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#flush().finally(() => this.#file.close());
  }

  #take(record: JournalRecord): void {
    switch (record.type) {
      case "in":
        this.seen.add(record.incoming.id);
        return void this.pending.set(record.incoming.id, record.incoming);
      case "handled":
        return void this.pending.delete(record.id);
      case "owner":
        return void this.#owners.set(`${record.channel}:${record.ts}`, {
          agent: record.agent,
          root: record.root ?? record.ts,
        });
      case "agent":
        return void this.agents.set(record.agent, { persona: record.persona, channel: record.channel });
      case "out":
        this.#made.add(record.out.id);
        return void this.outs.set(record.out.id, record.out);
      case "posted":
        return void this.outs.delete(record.id);
    }
  }

  /** What comes while one write is under way goes with the next. */
  async #flush(): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#unwritten.length === 0) return;
    this.#writing = this.#append().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #append(): Promise<void> {
    const lines = this.#unwritten;
    this.#unwritten = [];
    try {
      await this.#file.appendFile(lines.join(""));
      await this.#file.datasync();
    } catch (error) {
      this.#unwritten = [...lines, ...this.#unwritten];
      throw error;
    }
  }
}

function readRecord(line: string): JournalRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
