/** A shell on a pseudo-terminal of Bun's own, and those who look at it. */
import { basename } from "node:path";
import { UsageError } from "../agent/error.ts";
import { Gate } from "./pty-gate.ts";
import { Scrollback } from "./pty-scrollback.ts";
import { endSession, killSession } from "./pty-session.ts";
import { type Attachment, type TerminalListener, Viewer } from "./pty-viewer.ts";

/** In characters. Below 1 counts as 1, above 500 as 500. */
export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

export interface TerminalState extends TerminalSize {
  readonly id: string;
  readonly title: string;
  readonly running: boolean;
  /** Of a shell that ended; null when a signal ended it. */
  readonly exitCode?: number | null;
}

export interface TerminalOptions {
  readonly shell: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly size: TerminalSize;
}

/** More than a viewer's window and what comes while output is being stopped, so that a viewer that keeps up misses nothing. */
const scrollbackBytes = 512 * 1024;
/** The longest text that may be written at once, and how much may wait for a program to read it. */
const maxInput = 1024 * 1024;
const maxSize = 500;
/** How long the last output may come behind the shell's end. */
const drainMs = 200;

/**
 * Output goes to any number of viewers, or to none. It is stopped while the fastest of them lags, but for no longer than
 * a second without an acknowledgement: a page that sleeps does not hold up a build. A viewer that is slower than the fastest
 * gets the newest part then, with a note of what was left out.
 */
export class Terminal {
  readonly id: string = crypto.randomUUID();
  /** Resolves once it was closed and nothing of it is left. */
  readonly closed: Promise<void>;
  readonly #title: string;
  readonly #scrollback = new Scrollback(scrollbackBytes);
  readonly #viewers = new Set<Viewer>();
  readonly #shell: Shell;
  readonly #gate: Gate;
  readonly #ended: Promise<void>;
  readonly #close = Promise.withResolvers<void>();
  #size: TerminalSize;
  #exit: { readonly code: number | null } | undefined;
  #isClosing = false;

  /** Starts the shell. Throws `UsageError` when that cannot be done, and for a size that is no number. */
  constructor({ shell, cwd, env, size }: TerminalOptions) {
    this.closed = this.#close.promise;
    this.#title = basename(shell);
    this.#size = fit(size);
    this.#shell = startShell([shell, "-i"], { cwd, env, size: this.#size, data: (bytes) => this.#take(bytes) });
    this.#gate = new Gate(this.#shell.pid);
    this.#ended = this.#watch();
  }

  get state(): TerminalState {
    const { id } = this;
    const exit = this.#exit === undefined ? {} : { exitCode: this.#exit.code };
    return { id, title: this.#title, ...this.#size, running: this.#exit === undefined, ...exit };
  }

  /** Gives the newest part of what was written at once, then what follows. Disposing of it is detaching. */
  attach(listener: TerminalListener): Attachment {
    const viewer = new Viewer(this.#scrollback, listener);
    this.#viewers.add(viewer);
    this.#gate.trust();
    if (this.#exit) viewer.end(this.#exit.code);
    return {
      ack: (length) => {
        if (!this.#viewers.has(viewer)) return;
        viewer.ack(length);
        this.#gate.trust();
        this.#pace();
      },
      [Symbol.dispose]: () => {
        this.#viewers.delete(viewer);
        this.#pace();
      },
    };
  }

  /** Types; nothing happens when the shell has ended. Throws `UsageError` for more than 1 Mi characters, typed at once or not yet read. */
  write(text: string): void {
    if (this.#exit) return;
    if (text.length + this.#shell.unread > maxInput) {
      throw new UsageError("The program in the terminal does not read what is typed; this was not sent to it.", {
        hint: "Wait for it or stop it with Ctrl-C, and paste less at once.",
      });
    }
    this.#gate.release();
    this.#shell.write(text);
  }

  /** Throws `UsageError` for what is no number. */
  resize(cols: number, rows: number): void {
    this.#size = fit({ cols, rows });
    if (!this.#exit) this.#shell.resize(this.#size);
  }

  /** Ends the shell and all that it started: SIGHUP, 0.5 s later SIGKILL. Resolves when they are gone. */
  async close(): Promise<void> {
    if (this.#isClosing) return this.closed;
    this.#isClosing = true;
    this.#gate.release();
    if (!this.#exit) await endSession(this.#shell.pid);
    await this.#ended;
    this.#viewers.clear();
    this.#close.resolve();
  }

  #take(bytes: Uint8Array): void {
    this.#scrollback.push(bytes);
    this.#gate.took(bytes.length);
    for (const viewer of this.#viewers) viewer.pump();
    this.#pace();
  }

  #pace(): void {
    this.#gate.follow(Math.min(...[...this.#viewers].map((viewer) => viewer.behind)));
  }

  async #watch(): Promise<void> {
    const code = await this.#shell.exited;
    this.#gate[Symbol.dispose]();
    this.#exit = { code };
    for (const viewer of this.#viewers) viewer.end(code);
    await endSession(this.#shell.pid);
    this.#shell[Symbol.dispose]();
  }
}

interface Shell extends Disposable {
  readonly pid: number;
  /** Its exit code, or null for a signal, once its last output was given. */
  readonly exited: Promise<number | null>;
  /** What was written and not yet read, in bytes. */
  readonly unread: number;
  write(text: string): void;
  resize(size: TerminalSize): void;
}

interface ShellOptions extends Omit<TerminalOptions, "shell"> {
  readonly data: (bytes: Uint8Array) => void;
}

function startShell(argv: string[], { cwd, env: { LINES, COLUMNS, ...env }, size, data }: ShellOptions): Shell {
  const eof = Promise.withResolvers<void>();
  let unread = 0;
  const terminal = {
    ...size,
    data: (_: Bun.Terminal, bytes: Uint8Array) => data(bytes),
    drain: () => {
      unread = 0;
    },
    exit: () => eof.resolve(),
  };
  const child = spawn(argv, { cwd, env: { ...env, TERM: "xterm-256color", COLORTERM: "truecolor" }, terminal });
  const pty = child.terminal;
  live.add(child.pid);
  if (live.size === 1) process.on("exit", killLive);
  return {
    pid: child.pid,
    exited: child.exited
      .then(() => Promise.race([eof.promise, Bun.sleep(drainMs)]))
      .then(() => (child.signalCode === null ? child.exitCode : null)),
    get unread() {
      return unread;
    },
    write(text) {
      unread += pty?.write(text) ?? 0;
    },
    resize: ({ cols, rows }) => pty?.resize(cols, rows),
    [Symbol.dispose]() {
      pty?.close();
      live.delete(child.pid);
      if (live.size === 0) process.off("exit", killLive);
    },
  };
}

function spawn(argv: string[], options: Bun.Spawn.SpawnOptions<"ignore", "ignore", "ignore">): Bun.Subprocess {
  try {
    return Bun.spawn(argv, options);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The shell ${argv[0]} could not be started in ${options.cwd}: ${why}`, { cause: error });
  }
}

function fit({ cols, rows }: TerminalSize): TerminalSize {
  if (!Number.isFinite(cols) || !Number.isFinite(rows)) {
    throw new UsageError(`A terminal cannot have ${cols} columns and ${rows} rows.`);
  }
  const clamp = (count: number) => Math.min(maxSize, Math.max(1, Math.trunc(count)));
  return { cols: clamp(cols), rows: clamp(rows) };
}

/** Session leaders that run: they must not outlive this process. */
const live = new Set<number>();

function killLive(): void {
  for (const pid of live) killSession(pid);
}
