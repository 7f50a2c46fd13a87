/** A server as a process: it leads a group of its own, and no member of that group outlives it. */
import { type Clock, systemClock } from "../../agent/clock.ts";
import { guardGroup, signalGroup } from "../process.ts";

/** How long a server that was told to go may take by itself, and again after SIGTERM. */
const graceMs = 1000;
/** Of what it prints to its standard error, the end is kept. */
const keptChars = 2000;

export interface ChildOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onOutput: (bytes: Uint8Array) => void;
  /** It is gone; how, as the end of a sentence that begins with its name. */
  readonly onExit: (how: string) => void;
}

export class Child {
  readonly #process: Bun.Subprocess<"pipe", "pipe", "pipe">;
  readonly #guard: Disposable;
  readonly #gone: Promise<void>;
  #stderr = "";

  /** Throws when it cannot be started. */
  constructor({ argv, cwd, env, onOutput, onExit }: ChildOptions) {
    const stdio = { stdin: "pipe", stdout: "pipe", stderr: "pipe" } as const;
    this.#process = Bun.spawn([...argv], { cwd, env: { ...env }, detached: true, ...stdio });
    this.#guard = guardGroup(this.pid);
    const text = new TextDecoder();
    const read = drain(this.#process.stdout, onOutput);
    const complain = drain(this.#process.stderr, (bytes) => {
      this.#stderr = (this.#stderr + text.decode(bytes, { stream: true })).slice(-keptChars);
    });
    this.#gone = this.#process.exited.then(async () => {
      signalGroup(this.pid, "SIGKILL");
      this.#guard[Symbol.dispose]();
      await Promise.race([Promise.all([read, complain]), systemClock.sleep(graceMs)]);
      onExit(this.#howItEnded());
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  write(bytes: Uint8Array): void {
    const { stdin, exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    // One that is going does not read: its exit says so.
    void Promise.resolve(stdin.write(bytes)).catch(() => {});
    void Promise.resolve(stdin.flush()).catch(() => {});
  }

  /** Ends it and all of its group. One that was told to go has a second to do so by itself. */
  async end({ told }: { readonly told: boolean }, clock: Clock = systemClock): Promise<void> {
    void Promise.resolve(this.#process.stdin.end()).catch(() => {});
    if (!(told && (await this.#isGoneIn(graceMs, clock)))) {
      signalGroup(this.pid, "SIGTERM");
      if (!(await this.#isGoneIn(graceMs, clock))) signalGroup(this.pid, "SIGKILL");
    }
    await this.#gone;
  }

  async #isGoneIn(ms: number, clock: Clock): Promise<boolean> {
    const stop = new AbortController();
    const first = await Promise.race([
      this.#process.exited.then(() => true),
      clock.sleep(ms, stop.signal).then(() => false),
    ]);
    stop.abort();
    return first;
  }

  #howItEnded(): string {
    const { exitCode, signalCode } = this.#process;
    const end = exitCode === null ? `was ended by ${signalCode}` : `ended with exit code ${exitCode}`;
    const said = this.#stderr.trim().split("\n").slice(-3).join(" ").replace(/\s+/g, " ").slice(-300);
    return said === "" ? end : `${end} ("${said}")`;
  }
}

async function drain(stream: ReadableStream<Uint8Array>, take: (bytes: Uint8Array) => void): Promise<void> {
  for await (const bytes of stream) take(bytes);
}
