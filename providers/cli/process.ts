/** A vendor's program as a child process that talks in lines, and the end of it and everything it started. */
import { systemClock } from "../../agent/clock.ts";
import { ConfigError, messageOf } from "../../agent/error.ts";

export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Hears of one process. Called in order; nothing comes after `onExit`. */
export interface Listener {
  readonly onLine: (line: string) => void;
  /** The process is gone, or said a line that is too long to be kept. */
  readonly onExit: (why: string) => void;
}

export interface LineProcess extends AsyncDisposable {
  readonly pid: number;
  /** Writes a line; one for a process that is gone is lost. */
  write(line: string): void;
  /** The last lines of its error output. */
  complaints(): string;
}

const longestLine = 16 * 1024 * 1024;
const keptComplaints = 100;
/** From the end of its input to SIGTERM: enough to stop by itself what it was asked to stop. */
const leaveMs = 250;
/** From SIGTERM to SIGKILL. */
const graceMs = 2000;

/**
 * Starts a program in a process group of its own. Disposing it closes its input, a quarter of a second later sends
 * SIGTERM and after two more SIGKILL to the whole group, and resolves when it is gone. Throws `ConfigError` where it cannot be started.
 */
export function startLines({ argv, cwd, env }: Command, listener: Listener): LineProcess {
  const child = spawn(argv, cwd, env);
  live.add(child.pid);
  if (live.size === 1) process.on("exit", killLive);
  const tail: string[] = [];
  const output = eachLine(child.stdout, listener.onLine);
  const errors = eachLine(child.stderr, (line) => {
    tail.push(line);
    if (tail.length > keptComplaints) tail.shift();
  });
  void output.then(async (whole) => {
    if (!whole) signalGroup(child.pid, "SIGKILL");
    await child.exited;
    await within(errors, graceMs);
    release(child.pid);
    listener.onExit(whole ? ending(child) : `it said a line of more than ${longestLine} bytes`);
  });
  return {
    pid: child.pid,
    write(line) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.stdin.write(`${line}\n`);
      void Promise.resolve(child.stdin.flush()).catch(() => {});
    },
    complaints: () => tail.join("\n"),
    async [Symbol.asyncDispose]() {
      await end(child);
      release(child.pid);
    },
  };
}

type Child = Bun.Subprocess<"pipe", "pipe", "pipe">;

function spawn(argv: readonly string[], cwd: string, env: Command["env"]): Child {
  try {
    return Bun.spawn([...argv], {
      cwd,
      env: { ...env },
      detached: true,
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
  } catch (cause) {
    const reason = messageOf(cause);
    throw new ConfigError(`The program ${argv[0]} could not be started: ${reason}`, { cause });
  }
}

function ending({ exitCode, signalCode }: Child): string {
  return signalCode === null ? `it ended with exit code ${exitCode}` : `it was ended by ${signalCode}`;
}

async function end(child: Child): Promise<void> {
  void Promise.resolve(child.stdin.end()).catch(() => {});
  await within(child.exited, leaveMs);
  signalGroup(child.pid, "SIGTERM");
  await within(child.exited, graceMs);
  // What it started may have outlived it.
  signalGroup(child.pid, "SIGKILL");
  await child.exited;
}

/** Waits for it, for so long at most. */
async function within(promise: Promise<unknown>, limitMs: number): Promise<void> {
  const stop = new AbortController();
  await Promise.race([promise, systemClock.sleep(limitMs, stop.signal)]);
  stop.abort();
}

/** Calls `take` for each line; resolves to false as soon as one is too long. */
async function eachLine(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<boolean> {
  const decoder = new TextDecoder();
  let begun: string[] = [];
  let length = 0;
  for await (const bytes of stream) {
    const [first = "", ...others] = decoder.decode(bytes, { stream: true }).split("\n");
    begun.push(first);
    length += first.length;
    if (length > longestLine) return false;
    const last = others.pop();
    if (last === undefined) continue;
    take(begun.join(""));
    for (const line of others) take(line);
    begun = [last];
    length = last.length;
  }
  if (length > 0) take(begun.join(""));
  return true;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {}
}

/** Groups of running programs: they must not outlive this process. */
const live = new Set<number>();

function release(pid: number): void {
  live.delete(pid);
  if (live.size === 0) process.off("exit", killLive);
}

function killLive(): void {
  for (const pid of live) signalGroup(pid, "SIGKILL");
}

/** Runs a program to its end, for at most `limitMs`, and gives what it printed. Throws `ConfigError` where it cannot be started. */
export async function ask(
  command: Command,
  limitMs: number,
): Promise<{ readonly code: number; readonly text: string }> {
  const child = spawn(command.argv, command.cwd, command.env);
  const timer = setTimeout(() => signalGroup(child.pid, "SIGKILL"), limitMs);
  try {
    void Promise.resolve(child.stdin.end()).catch(() => {});
    const [text] = await Promise.all([new Response(child.stdout).text(), child.exited, drain(child.stderr)]);
    return { code: child.exitCode ?? -1, text };
  } finally {
    clearTimeout(timer);
    signalGroup(child.pid, "SIGKILL");
  }
}

async function drain(stream: ReadableStream<Uint8Array>): Promise<void> {
  for await (const _ of stream);
}
