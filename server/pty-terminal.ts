/** A shell's terminal, and those who look at it. */
import { basename } from "node:path";
import { UsageError } from "../agent/error.ts";
import { Pace } from "./pty-pace.ts";
import { Scrollback } from "./pty-scrollback.ts";
import { endSession, killSession } from "./pty-session.ts";
import { type Shell, startShell } from "./pty-shell.ts";
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

/** More than a viewer lags behind when output waits, so that it misses nothing. */
const scrollbackBytes = 512 * 1024;
/** The longest text that may be written at once, and how much may wait for a program to read it. */
const maxInput = 1024 * 1024;
const maxSize = 500;
/** How long the last output may come behind the shell's end. */
const drainMs = 200;

/**
 * Output goes to any number of viewers, or to none. It waits while the fastest of them lags, but for no longer than
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
  readonly #pace = new Pace();
  /** Resolves once the shell has ended and nothing that it started is left. */
  readonly ended: Promise<void>;
  readonly #close = Promise.withResolvers<void>();
  #size: TerminalSize;
  #exit: { readonly code: number | null } | undefined;
  #isClosing = false;

  /** Starts the shell. Throws `UsageError` when that cannot be done, and for a size that is no number. */
  constructor({ shell, cwd, env, size }: TerminalOptions) {
    this.closed = this.#close.promise;
    this.#title = basename(shell);
    this.#size = fit(size);
    this.#shell = startShell({ shell, cwd, env, ...this.#size, data: (bytes) => this.#take(bytes) });
    live.add(this.#shell.pid);
    if (live.size === 1) process.on("exit", killLive);
    this.ended = this.#watch();
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
    this.#pace.trust();
    if (this.#exit) viewer.end(this.#exit.code);
    return {
      ack: (length) => {
        if (!this.#viewers.has(viewer)) return;
        viewer.ack(length);
        this.#pace.trust();
        this.#follow();
      },
      [Symbol.dispose]: () => {
        this.#viewers.delete(viewer);
        this.#follow();
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
    this.#shell.write(text);
  }

  /** Throws `UsageError` for what is no number. */
  resize(cols: number, rows: number): void {
    this.#size = fit({ cols, rows });
    if (!this.#exit) this.#shell.resize(this.#size.cols, this.#size.rows);
  }

  /** Ends the shell and all that it started: SIGHUP, 0.5 s later SIGKILL. Resolves when they are gone. */
  async close(): Promise<void> {
    if (this.#isClosing) return this.closed;
    this.#isClosing = true;
    if (!this.#exit) await endSession(this.#shell.pid);
    await this.ended;
    this.#viewers.clear();
    this.#close.resolve();
  }

  #take(bytes: Uint8Array): Promise<void> | undefined {
    this.#scrollback.push(bytes);
    for (const viewer of this.#viewers) viewer.pump();
    this.#follow();
    return this.#pace.pause;
  }

  #follow(): void {
    this.#pace.follow(Math.min(...[...this.#viewers].map((viewer) => viewer.behind)));
  }

  async #watch(): Promise<void> {
    const { pid, exited, drained } = this.#shell;
    await exited;
    this.#pace[Symbol.dispose]();
    await Promise.race([drained, Bun.sleep(drainMs)]);
    const code = this.#shell.exitCode;
    this.#exit = { code };
    for (const viewer of this.#viewers) viewer.end(code);
    await endSession(pid);
    this.#shell[Symbol.dispose]();
    live.delete(pid);
    if (live.size === 0) process.off("exit", killLive);
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
