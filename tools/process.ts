/** Runs a child process in a session of its own, and sees to it that its whole group ends. */
import { closeSync, readdirSync, readFileSync } from "node:fs";
import { type Clock, systemClock } from "../agent/clock.ts";
import { openPipe, type Pipe } from "./pipe.ts";

export interface ProcessOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What it reads on its standard input; nothing by default. */
  readonly input?: string;
  readonly timeoutMs: number;
  /** Measures the timeout; the short waits of an ending process are always real time. */
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Gets each chunk as it arrives; the bytes may be kept, at the cost of the whole chunk. */
  readonly onOutput: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
}

export interface ProcessEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What ended it: itself, the timeout or the caller. */
  readonly cause: "exit" | "timeout" | "abort";
  readonly durationMs: number;
  /** How many processes it left in its group that SIGHUP ended. */
  readonly hungUp: number;
}

/** How long what a command left behind may take to finish by itself. */
const settleMs = 250;
/** How long it may take to die of SIGHUP. */
const hangUpMs = 100;
/** From SIGTERM to SIGKILL. */
const graceMs = 500;
/** How long output may still come once everything that can be ended has been. */
const drainMs = 1000;

/**
 * Runs a process to its end. It leads its own session and process group.
 *
 * When it exits, what it left running in its group has 250 ms to finish and then gets SIGHUP, as when a terminal closes:
 * background jobs end, what was started with `nohup` or `setsid` goes on. On timeout or abort the group gets SIGTERM, 0.5 s
 * later SIGKILL. A descendant that holds the output open delays the return by 1 s at most. Throws when the process
 * cannot be started.
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessEnd> {
  const startedAt = performance.now();
  const child = start(options);
  const stop = new AbortController();
  try {
    const cause = await Promise.race([
      child.exited.then(() => "exit" as const),
      options.clock.sleep(options.timeoutMs, stop.signal).then(() => "timeout" as const),
      aborted(options.signal, stop.signal),
    ]);
    stop.abort();
    const durationMs = performance.now() - startedAt;
    const hungUp = cause === "exit" ? await hangUp(child) : await kill(child);
    const { exitCode, signalCode } = child.process;
    return { exitCode, signal: signalCode === null ? null : String(signalCode), cause, durationMs, hungUp };
  } finally {
    stop.abort();
    child.close();
  }
}

interface Child {
  readonly process: Bun.Subprocess;
  readonly exited: Promise<unknown>;
  /** Exited, and both outputs ended. */
  readonly done: Promise<unknown>;
  close(): void;
}

function start({ argv, cwd, env, input, onOutput }: ProcessOptions): Child {
  const out = openPipe();
  const err = openPipe();
  const pipes = [out, err].filter((pipe) => pipe !== undefined);
  let child: Bun.Subprocess<"ignore" | Buffer>;
  try {
    const stdin = input === undefined ? "ignore" : Buffer.from(input);
    const stdio = { stdin, stdout: out?.write ?? "pipe", stderr: err?.write ?? "pipe" } as const;
    child = Bun.spawn([...argv], { cwd, env: { ...env }, detached: true, ...stdio });
  } catch (error) {
    for (const pipe of pipes) closeSync(pipe.read);
    throw error;
  } finally {
    for (const pipe of pipes) closeSync(pipe.write);
  }
  const watch = guardGroup(child.pid);
  const readers = [reader(out, child.stdout), reader(err, child.stderr)] as const;
  const ends = [
    drain(readers[0], (bytes) => onOutput("stdout", bytes)),
    drain(readers[1], (bytes) => onOutput("stderr", bytes)),
  ];
  return {
    process: child,
    exited: child.exited,
    done: Promise.all([child.exited, ...ends]),
    close() {
      watch[Symbol.dispose]();
      const closed = readers.map((each) => each.cancel().catch(() => {}));
      void Promise.all(closed).then(() => {
        for (const pipe of pipes) closeSync(pipe.read);
      });
    },
  };
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

function reader(pipe: Pipe | undefined, own: ReadableStream<Uint8Array> | number | undefined): Reader {
  if (pipe) return Bun.file(pipe.read).stream().getReader();
  return own instanceof ReadableStream ? own.getReader() : new Blob().stream().getReader();
}

async function drain(reader: Reader, take: (bytes: Uint8Array) => void): Promise<void> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    take(value);
  }
}

/** Ends what a process that exited left behind; returns how many processes that were. */
async function hangUp(child: Child): Promise<number> {
  if (await settled(child, settleMs)) return 0;
  const { pid } = child.process;
  const before = countMembers(pid);
  signalGroup(pid, "SIGHUP");
  await settled(child, hangUpMs);
  const ended = before - countMembers(pid);
  await within(child.done, drainMs - settleMs - hangUpMs);
  return ended;
}

async function kill(child: Child): Promise<number> {
  signalGroup(child.process.pid, "SIGTERM");
  if (await settled(child, graceMs)) return 0;
  signalGroup(child.process.pid, "SIGKILL");
  await within(child.done, drainMs);
  return 0;
}

/** Waits until the process, its outputs and its group are at their end; tells whether they are. */
async function settled(child: Child, ms: number): Promise<boolean> {
  const endAt = performance.now() + ms;
  if (!(await within(child.done, ms))) return false;
  while (countMembers(child.process.pid) > 0) {
    if (performance.now() > endAt) return false;
    await systemClock.sleep(20);
  }
  return true;
}

/** Processes of a group, without those that are dead and only wait for their parent to notice. */
function countMembers(group: number): number {
  if (!signalGroup(group, 0)) return 0;
  if (process.platform !== "linux") return 1;
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isMember(name, group)).length;
}

function isMember(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, , member] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return member === String(group) && state !== "Z" && state !== "X";
  } catch {
    return false;
  }
}

/** Tells whether a promise resolved within a time. */
async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const stop = new AbortController();
  const first = await Promise.race([promise.then(() => true), systemClock.sleep(ms, stop.signal).then(() => false)]);
  stop.abort();
  return first;
}

/** Signals a process group; false when it has no members left. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function aborted(signal: AbortSignal, stop: AbortSignal): Promise<"abort"> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve("abort");
    signal.addEventListener("abort", () => resolve("abort"), { once: true, signal: stop });
  });
}

/** Groups of running children: they must not outlive this process. */
const live = new Set<number>();

/** Kills a process group with this process, unless it is disposed of before. */
export function guardGroup(pid: number): Disposable {
  live.add(pid);
  if (live.size === 1) process.on("exit", killLive);
  return {
    [Symbol.dispose]() {
      live.delete(pid);
      if (live.size === 0) process.off("exit", killLive);
    },
  };
}

function killLive(): void {
  for (const pid of live) signalGroup(pid, "SIGKILL");
}
