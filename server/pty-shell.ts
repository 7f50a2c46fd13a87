/** A shell on a pseudo-terminal: its bytes, both ways. */
import { closeSync, writeSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { messageOf, UsageError } from "../agent/error.ts";
import { openPty, type PtyDevice } from "./pty-device.ts";

export interface ShellOptions {
  readonly shell: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cols: number;
  readonly rows: number;
  /** Gets the output; no more is taken until what it returns resolves (on Linux). The bytes may be kept. */
  readonly data: (bytes: Uint8Array) => Promise<void> | undefined;
}

export interface Shell extends Disposable {
  /** Also the id of the session of all that runs in it. */
  readonly pid: number;
  readonly exited: Promise<number>;
  /** Its last output was given. */
  readonly drained: Promise<void>;
  /** Null while it runs and when a signal ended it. */
  readonly exitCode: number | null;
  /** What was written and is not yet read, in bytes. */
  readonly unread: number;
  write(text: string): void;
  resize(cols: number, rows: number): void;
}

/** Output that is taken before all else that this process does has a turn. */
const turnBytes = 64 * 1024;
/** How soon it is tried again to write what the terminal had no room for. */
const retryMs = 10;

/** Throws `UsageError` when it cannot be started. */
export function startShell(options: ShellOptions): Shell {
  const { LINES, COLUMNS, ...env } = options.env;
  const place = { cwd: options.cwd, env: { ...env, TERM: "xterm-256color", COLORTERM: "truecolor" } };
  const device = openPty();
  try {
    return device ? onDevice(device, options, place) : onBun(options, place);
  } catch (error) {
    if (device) closeSync(device.fd);
    const why = messageOf(error);
    throw new UsageError(`The shell ${options.shell} could not be started in ${options.cwd}: ${why}`, { cause: error });
  }
}

interface Place {
  readonly cwd: string;
  readonly env: Record<string, string>;
}

/** The leader of a session that has no terminal gets the first one that it opens, so `sh` opens it and becomes the shell. */
function onDevice(device: PtyDevice, { shell, cols, rows, data }: ShellOptions, place: Place): Shell {
  device.resize(cols, rows);
  const become = 'exec "$0" -i <>"$1" >&0 2>&1';
  const stdio = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  const child = Bun.spawn(["/bin/sh", "-c", become, shell, device.path], { ...place, ...stdio, detached: true });
  const reader = Bun.file(device.fd).stream().getReader();
  const input = new Input(device.fd);
  return {
    pid: child.pid,
    exited: child.exited,
    drained: drain(reader, data),
    get exitCode() {
      return child.signalCode === null ? child.exitCode : null;
    },
    get unread() {
      return input.waiting;
    },
    write: (text) => input.write(text),
    resize: device.resize,
    [Symbol.dispose]() {
      input[Symbol.dispose]();
      void reader
        .cancel()
        .catch(() => {})
        .then(() => closeSync(device.fd));
    },
  };
}

/** Ends at the end of the output, which the system tells with an I/O error. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>, data: ShellOptions["data"]): Promise<void> {
  for (let taken = 0; ; ) {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (done || !value) return;
    await data(value);
    taken += value.length;
    if (taken < turnBytes) continue;
    taken = 0;
    await nextTurn();
  }
}

/** Writes to a terminal in order, as it has room. */
class Input implements Disposable {
  readonly #fd: number;
  #rest = Buffer.alloc(0);
  #retry: Timer | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  get waiting(): number {
    return this.#rest.length;
  }

  write(text: string): void {
    this.#rest = Buffer.concat([this.#rest, Buffer.from(text)]);
    if (!this.#retry) this.#flush();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#retry);
    this.#rest = Buffer.alloc(0);
  }

  #flush(): void {
    this.#retry = undefined;
    try {
      while (this.#rest.length > 0) this.#rest = this.#rest.subarray(writeSync(this.#fd, this.#rest));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") {
        this.#retry = setTimeout(() => this.#flush(), retryMs);
      } else this.#rest = Buffer.alloc(0);
    }
  }
}

/** Where the system's own cannot be had: a flood is then taken as it comes. */
function onBun({ shell, cols, rows, data }: ShellOptions, place: Place): Shell {
  const end = Promise.withResolvers<void>();
  let unread = 0;
  const terminal = {
    cols,
    rows,
    data: (_: Bun.Terminal, bytes: Uint8Array) => void data(bytes),
    drain: () => {
      unread = 0;
    },
    exit: () => end.resolve(),
  };
  const child = Bun.spawn([shell, "-i"], { ...place, terminal });
  return {
    pid: child.pid,
    exited: child.exited,
    drained: end.promise,
    get exitCode() {
      return child.signalCode === null ? child.exitCode : null;
    },
    get unread() {
      return unread;
    },
    write(text) {
      unread += child.terminal?.write(text) ?? 0;
    },
    resize: (width, height) => child.terminal?.resize(width, height),
    [Symbol.dispose]: () => child.terminal?.close(),
  };
}
