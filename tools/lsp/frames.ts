/** Messages of the Language Server Protocol as bytes: a header with the length, then JSON in UTF-8. */

/** A server that says more than this at once, or more than this without a message, is not listened to any longer. */
export const maxMessageBytes = 64 * 1024 * 1024;
const maxHeaderBytes = 8 * 1024;
const headerEnd = Buffer.from("\r\n\r\n");

/** What came is not the protocol; nothing after it can be understood. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

export function frame(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}

/** Puts messages together from the pieces in which they arrive. */
export class FrameReader {
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** Bytes that have to be there before it is worth looking. */
  #wanted = 0;

  /** The messages that this piece completes. Throws `FrameError` where it is no message. */
  push(piece: Uint8Array): unknown[] {
    this.#pieces.push(piece);
    this.#held += piece.length;
    const messages: unknown[] = [];
    while (this.#held > 0 && this.#held >= this.#wanted) {
      const bytes = Buffer.concat(this.#pieces, this.#held);
      const found = takeMessage(bytes);
      this.#pieces = [bytes.subarray(found.used)];
      this.#held -= found.used;
      this.#wanted = found.wanted;
      if (found.used === 0) break;
      messages.push(found.message);
    }
    return messages;
  }
}

interface Taken {
  /** Bytes of the message, 0 while it is not complete. */
  readonly used: number;
  readonly wanted: number;
  readonly message?: unknown;
}

function takeMessage(bytes: Buffer): Taken {
  const end = bytes.indexOf(headerEnd);
  const head = bytes.subarray(0, end < 0 ? maxHeaderBytes : end).toString("latin1");
  const lines = head.split(/\r?\n/);
  const whole = end < 0 ? lines.slice(0, -1) : lines;
  if (!whole.every((line) => /^[A-Za-z-]+:/.test(line))) throw notAMessage(head);
  if (end < 0) {
    if (bytes.length > maxHeaderBytes) throw notAMessage(head);
    return { used: 0, wanted: bytes.length + 1 };
  }
  const length = Number(/^content-length:[ \t]*(\d+)[ \t]*$/im.exec(head)?.[1]);
  if (Number.isNaN(length)) throw notAMessage(head);
  if (length > maxMessageBytes) throw new FrameError(`sent a message of ${length} bytes`);
  const start = end + headerEnd.length;
  if (bytes.length < start + length) return { used: 0, wanted: start + length };
  return { used: start + length, wanted: 0, message: parse(bytes.subarray(start, start + length)) };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw notAMessage(body.toString("utf8", 0, 200));
  }
}

function notAMessage(text: string): FrameError {
  return new FrameError(`printed what is no message of the protocol: ${JSON.stringify(text.slice(0, 80))}`);
}
