/**
 * The standard streams by their descriptors. Merely touching `process.stdout`, `stderr` or `stdin` makes a stream of it,
 * which costs 10 ms and 7 MiB: only a terminal's conversation needs them.
 */
import { fstatSync, write, writeSync } from "node:fs";

const fullPipeMs = 2;

/** Writes all of it to standard output, waiting for a slow reader; one call at a time. Rejects when the reader is gone. */
export async function writeOut(text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) done += await writeSome(bytes, done);
}

/** Resolves to how many bytes were taken. */
function writeSome(bytes: Buffer, from: number): Promise<number> {
  return new Promise((resolve, reject) =>
    write(1, bytes, from, (error, written) => {
      if (!error) return resolve(written);
      // A pipe that someone made non-blocking, and that is full.
      if (error.code === "EAGAIN") return setTimeout(resolve, fullPipeMs, 0);
      reject(error);
    }),
  );
}

/** Writes to standard error at once. Nobody is told when nobody reads it. */
export function writeErr(text: string): void {
  try {
    writeSync(2, text);
  } catch {}
}

/** Whether something is piped or redirected into standard input: a terminal is for a person, and /dev/null says nothing. */
export function hasInput(): boolean {
  return !isDevice(0);
}

/** Whether a stream is a terminal, with a person at it. */
export function isTerminal(stream: "stdin" | "stdout" | "stderr"): boolean {
  return isDevice(["stdin", "stdout", "stderr"].indexOf(stream)) && process[stream].isTTY === true;
}

/** A closed descriptor counts as one: there is nothing to read. */
function isDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return true;
  }
}
