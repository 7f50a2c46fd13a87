/** Slows what writes to a terminal down to what its viewers can show. */
import { dlopen } from "bun:ffi";
import { closeSync, constants, openSync, readlinkSync } from "node:fs";

/** Output that is taken before all else that this process does has a turn. */
const turnBytes = 64 * 1024;
/** So many bytes is the fastest viewer behind when output is stopped, and when it goes on. */
const stopAt = 128 * 1024;
const resumeAt = 32 * 1024;
/** How long viewers that acknowledge nothing are waited for. */
const patienceMs = 1000;

/**
 * Stops the output of a pseudo-terminal at its device: whoever writes to it waits, at no cost. Bun cannot be told to pause,
 * and reads for as long as there is something to read: under `yes` nothing else of this process would run for seconds.
 * Where the device is not known (not Linux) output is never stopped.
 */
export class Gate implements Disposable {
  readonly #device: string | undefined;
  /** The device, held for as long as its output is stopped. */
  #stopped: number | undefined;
  #taken = 0;
  #turnEnd: NodeJS.Immediate | undefined;
  /** Runs while viewers are waited for. */
  #waiting: Timer | undefined;
  #isPatient = true;

  /** `pid` is the process on the terminal. */
  constructor(pid: number) {
    this.#device = findDevice(pid);
  }

  /** Some output was taken. */
  took(bytes: number): void {
    this.#taken += bytes;
    this.#turnEnd ??= setImmediate(() => {
      this.#turnEnd = undefined;
      this.#taken = 0;
      this.#apply();
    });
    this.#apply();
  }

  /** `behind` is what the fastest viewer was not given yet, in bytes; infinite where there is none. */
  follow(behind: number): void {
    if (behind <= resumeAt || behind === Number.POSITIVE_INFINITY) this.#waitNoMore();
    else if (behind >= stopAt && this.#isPatient) this.#waiting ??= setTimeout(() => this.release(), patienceMs);
    this.#apply();
  }

  /** A viewer showed that it is alive: it is worth waiting for. */
  trust(): void {
    this.#isPatient = true;
    this.#waiting?.refresh();
  }

  /** Waits for no viewer until one shows that it is alive. */
  release(): void {
    if (!this.#waiting) return;
    this.#isPatient = false;
    this.#waitNoMore();
    this.#apply();
  }

  [Symbol.dispose](): void {
    clearImmediate(this.#turnEnd);
    this.#waitNoMore();
    this.#resume();
  }

  #waitNoMore(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
  }

  #apply(): void {
    if (this.#waiting || this.#taken >= turnBytes) this.#stop();
    else this.#resume();
  }

  #stop(): void {
    if (this.#stopped !== undefined || !this.#device) return;
    this.#stopped = openDevice(this.#device);
    if (this.#stopped !== undefined) setFlow(this.#stopped, off);
  }

  #resume(): void {
    if (this.#stopped === undefined) return;
    setFlow(this.#stopped, on);
    closeSync(this.#stopped);
    this.#stopped = undefined;
  }
}

// `tcflow(3)`, of Linux.
const off = 0;
const on = 1;
let tcflow: ((fd: number, action: number) => number) | undefined;

function setFlow(fd: number, action: number): void {
  tcflow ??= loadFlow();
  tcflow(fd, action);
}

function loadFlow(): (fd: number, action: number) => number {
  try {
    return dlopen("libc.so.6", { tcflow: { args: ["i32", "i32"], returns: "i32" } }).symbols.tcflow;
  } catch {
    return () => -1;
  }
}

function openDevice(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

function findDevice(pid: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const path = readlinkSync(`/proc/${pid}/fd/0`);
    return path.startsWith("/dev/pts/") ? path : undefined;
  } catch {
    return undefined;
  }
}
