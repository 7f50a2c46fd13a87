/** One screen that shows a terminal. It gets only as much as it acknowledges; what it was too slow for is left out. */
import type { Scrollback } from "./pty-scrollback.ts";

export interface TerminalListener {
  /** With `reset` the text replaces all that was shown. A character is never cut, an escape sequence may be. */
  data(text: string, reset: boolean): void;
  /** The shell ended, and all that it wrote was given; null when a signal ended it. Comes once. */
  exit(code: number | null): void;
}

export interface Attachment extends Disposable {
  /** Says that so many more units of the texts (their `length`) were shown. More than was given counts as all of it. */
  ack(length: number): void;
}

/** How much may be on its way to a viewer, and how much is shown again to a new one. */
export const windowBytes = 256 * 1024;

const esc = "\x1b";
/** Sequences that a terminal answers; an answer to an old question would be typed into the shell. */
const questions = new RegExp(
  `${esc}(?:Z|\\[[?>=]?[\\d;]*(?:[cn]|\\$p)|\\[\\?u|\\[>[\\d;]*q|\\[(?:1[13-9]|2[01])(?:;\\d+)?t|P[$+]q[^${esc}]*${esc}\\\\|\\]\\d+;(?:\\d+;)?\\?(?:\\x07|${esc}\\\\))`,
  "g",
);

export class Viewer {
  readonly #scrollback: Scrollback;
  readonly #listener: TerminalListener;
  #decoder = newDecoder();
  #cursor: number;
  #unacked = 0;
  #exit: { readonly code: number | null } | undefined;

  /** Shows the newest part of what is there at once. */
  constructor(scrollback: Scrollback, listener: TerminalListener) {
    this.#scrollback = scrollback;
    this.#listener = listener;
    this.#cursor = scrollback.end;
    this.#replay(undefined);
  }

  /** Bytes that have not been given to it. */
  get behind(): number {
    return this.#scrollback.end - this.#cursor;
  }

  /** Gives what there is, or as much of it as may be on its way. */
  pump(): void {
    const room = windowBytes - this.#unacked;
    if (this.behind > room && room < windowBytes / 2) return;
    if (this.#cursor < this.#scrollback.start) this.#replay(this.#cursor);
    else if (this.behind > 0) this.#next(room);
    if (this.#exit && this.behind === 0) this.#tellExit(this.#exit.code);
  }

  ack(length: number): void {
    if (length > 0) this.#unacked = Math.max(0, this.#unacked - length);
    this.pump();
  }

  /** To be called behind the last output. */
  end(code: number | null): void {
    this.#exit = { code };
    this.pump();
  }

  #next(room: number): void {
    const to = Math.min(this.#scrollback.end, this.#cursor + room);
    const text = this.#decoder.decode(this.#scrollback.read(this.#cursor, to), { stream: true });
    this.#cursor = to;
    if (text !== "") this.#give(text, false);
  }

  /** Begins anew with the newest part. `lostFrom` is the first byte that was never given, if that is to be told. */
  #replay(lostFrom: number | undefined): void {
    const { from, bytes, modes } = this.#scrollback.tail(windowBytes - this.#unacked);
    this.#decoder = newDecoder();
    const text = this.#decoder.decode(bytes, { stream: true }).replace(questions, "");
    const note = lostFrom === undefined || modes.isAlternateScreen ? "" : leftOut(from - lostFrom);
    this.#cursor = this.#scrollback.end;
    this.#give(`${modes}${note}${text}`, true);
  }

  #give(text: string, reset: boolean): void {
    this.#unacked += text.length;
    this.#listener.data(text, reset);
  }

  #tellExit(code: number | null): void {
    this.#exit = undefined;
    this.#listener.exit(code);
  }
}

function newDecoder(): TextDecoder {
  return new TextDecoder("utf-8", { ignoreBOM: true });
}

function leftOut(bytes: number): string {
  return `${esc}[2m[${Math.ceil(bytes / 1024).toLocaleString("en-US")} KiB of output left out]${esc}[0m\r\n`;
}
