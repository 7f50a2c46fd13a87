/** Parses files in processes of their own, which end with the work. */
import { join } from "node:path";
import { type ParseReply, type ParseRequest, readyId } from "./parse-messages.ts";

/** Beside this file as it is, or as the bundle has it. */
const childEntry = join(import.meta.dir, import.meta.path.endsWith(".ts") ? "parse-child.ts" : "parse-child.js");

export interface PoolOptions {
  readonly signal: AbortSignal;
  /** Most processes at once. */
  readonly processes: number;
  /** Longest wait for the reply to one file, in ms. */
  readonly patienceMs?: number;
  /** The program of the processes, where it is another. */
  readonly entry?: string;
}

type OnReply = (index: number, reply: ParseReply) => void;

/** Files given to a process ahead of its replies, so that it never waits. */
const ahead = 8;
/** A file takes 3 s at most; the first one waits for the libraries too. */
const usualPatienceMs = 20_000;
/** Files from which on a second process pays. */
const filesEach = 60;

/**
 * Parses files and tells of each, in any order. A file at which a process dies or falls silent is `too hard to parse`. Ends
 * early once the signal aborts. Rejects where the processes do not start, and with what `onReply` throws.
 */
export async function parseAll(paths: readonly string[], options: PoolOptions, onReply: OnReply): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  let next = 0;
  const takeOne = () => (next < paths.length ? next++ : undefined);
  const count = Math.max(1, Math.min(options.processes, Math.ceil(paths.length / filesEach)));
  const run = async () => {
    let left: readonly number[] = [];
    do left = await parseSome(paths, left, takeOne, { ...options, signal }, onReply);
    while (left.length > 0 && !signal.aborted);
  };
  try {
    await Promise.all(Array.from({ length: count }, run));
  } catch (error) {
    failed.abort();
    throw error;
  }
}

/** The life of one process. Resolves to what it left undone when it died, without the file that it died of. */
async function parseSome(
  paths: readonly string[],
  first: readonly number[],
  takeOne: () => number | undefined,
  options: PoolOptions,
  onReply: OnReply,
): Promise<readonly number[]> {
  const again = [...first];
  /** What it was given and has not replied to, in order. */
  const open: number[] = [];
  const end = Promise.withResolvers<void>();
  let timer: Timer | undefined;
  let isReady = false;
  const give = () => {
    clearTimeout(timer);
    while (open.length < ahead && !options.signal.aborted) {
      const index = again.shift() ?? takeOne();
      if (index === undefined) break;
      open.push(index);
      child.send({ id: index, path: paths[index] ?? "" } satisfies ParseRequest);
    }
    if (open.length === 0) end.resolve();
    else timer = setTimeout(end.resolve, options.patienceMs ?? usualPatienceMs);
  };
  const child = spawn(options.entry ?? childEntry, end.resolve, (reply) => {
    isReady = true;
    if (reply.id !== readyId) {
      open.splice(open.indexOf(reply.id), 1);
      try {
        onReply(reply.id, reply);
      } catch (error) {
        end.reject(error);
      }
    }
    give();
  });
  timer = setTimeout(end.resolve, options.patienceMs ?? usualPatienceMs);
  options.signal.addEventListener("abort", () => end.resolve(), { once: true });
  if (options.signal.aborted) end.resolve();
  try {
    await end.promise;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    await child.exited;
  }
  if (options.signal.aborted) return [];
  if (!isReady) throw new Error("the process that parses code ended before it was ready");
  const [guilty, ...rest] = open;
  if (guilty !== undefined) onReply(guilty, { id: guilty, skip: "too hard to parse", definitions: [], uses: [] });
  return [...rest, ...again];
}

/** `onEnd` is called after the last message. */
function spawn(entry: string, onEnd: () => void, onMessage: (reply: ParseReply) => void) {
  return Bun.spawn([process.execPath, "--no-env-file", "--config=/dev/null", entry], {
    env: { BUN_ENABLE_CRASH_REPORTING: "0" },
    cwd: "/",
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    detached: true,
    serialization: "json",
    ipc: onMessage,
    onDisconnect: onEnd,
  });
}
