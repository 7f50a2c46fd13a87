/** The events of a session's file, for those who only read: it may be open for writing meanwhile. */
import { join } from "node:path";
import { SessionNotFoundError } from "../agent/error.ts";
import type { AgentEvent } from "../agent/event.ts";
import { readRecord } from "../agent/record.ts";
import { sessionFile } from "../agent/session.ts";
import { readLines } from "../agent/session-file.ts";

/** Every sound event in the file's order, some at a time. A last line that is cut short is left out. */
export async function* readEvents(dir: string): AsyncGenerator<readonly AgentEvent[]> {
  for await (const lines of sessionLines(dir)) {
    yield lines.split("\n").flatMap((line) => readRecord(line) ?? []);
  }
}

/** The file's lines, some at a time, joined by newlines. Throws `SessionNotFoundError`. */
export async function* sessionLines(dir: string): AsyncGenerator<string> {
  try {
    yield* readLines(join(dir, sessionFile));
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw missing ? new SessionNotFoundError({ wanted: dir }) : error;
  }
}
