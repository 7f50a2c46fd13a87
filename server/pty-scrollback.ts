/** What a terminal wrote last, in a ring of bytes. Places in it count from the first byte it ever wrote. */
import { Modes } from "./pty-modes.ts";

const newline = 0x0a;
const esc = 0x1b;
/** How far behind a cut a better place for it is looked for. */
const searchBytes = 4096;

export interface Tail {
  /** Where `bytes` begin; they end at the scrollback's end. */
  readonly from: number;
  readonly bytes: Buffer;
  /** The modes at `from`. */
  readonly modes: Modes;
}

export class Scrollback {
  readonly #ring: Buffer;
  /** The modes at the oldest byte that is kept. */
  readonly #modes = new Modes();
  #end = 0;

  constructor(capacity: number) {
    this.#ring = Buffer.alloc(capacity);
  }

  get start(): number {
    return Math.max(0, this.#end - this.#ring.length);
  }

  get end(): number {
    return this.#end;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const offset = this.#end % this.#ring.length;
      const piece = bytes.subarray(at, at + this.#ring.length - offset);
      if (this.#end >= this.#ring.length) this.#modes.take(this.#ring.subarray(offset, offset + piece.length));
      this.#ring.set(piece, offset);
      this.#end += piece.length;
      at += piece.length;
    }
  }

  /** A copy of the bytes between two places, both of which must still be there. */
  read(from: number, to: number): Buffer {
    const offset = from % this.#ring.length;
    const first = this.#ring.subarray(offset, Math.min(this.#ring.length, offset + to - from));
    return Buffer.concat([first, this.#ring.subarray(0, to - from - first.length)]);
  }

  /** The last bytes, `length` at most, cut where a fresh screen can begin: at a line, else at an escape, else at a character. */
  tail(length: number): Tail {
    const cut = Math.max(this.start, this.#end - length);
    const bytes = this.read(cut, this.#end);
    const skip = cut === 0 ? 0 : goodStart(bytes);
    const modes = this.#modes.copy();
    modes.take(this.read(this.start, cut + skip));
    return { from: cut + skip, bytes: bytes.subarray(skip), modes };
  }
}

function goodStart(bytes: Buffer): number {
  const head = bytes.subarray(0, searchBytes);
  const line = head.indexOf(newline);
  if (line >= 0) return line + 1;
  const sequence = head.indexOf(esc);
  if (sequence >= 0) return sequence;
  const character = head.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return Math.max(0, character);
}
