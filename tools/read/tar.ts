/** tar files, read as a stream: POSIX.1-2001 (pax) and GNU's long names. */

export interface TarEntry {
  readonly name: string;
  readonly size: number;
  readonly modifiedAt: number;
  readonly type: "file" | "directory" | "link" | "other";
  /** Where a link leads. */
  readonly target: string;
}

const block = 512;
const maxHeaderBytes = 1_000_000;

/** The first 512 bytes are a header, or the end. */
export function looksLikeTar(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(257, 262)).toString("latin1") === "ustar";
}

/**
 * Each entry with a function that gives its bytes, which may be called until the next entry is asked for. Throws `RangeError`
 * for what is no tar, or is cut.
 */
export async function* tarEntries(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly entry: TarEntry; readonly content: () => AsyncGenerator<Uint8Array> }> {
  const source = new Source(bytes);
  let extra: Record<string, string> = {};
  for (;;) {
    const header = await source.take(block);
    if (header.length === 0 || header.every((byte) => byte === 0)) return;
    if (header.length < block || !hasRightSum(header)) throw new RangeError("cut");
    const size = extra.size === undefined ? number(header, 124, 12) : Number(extra.size);
    const type = text(header, 156, 1);
    if (/[xgLK]/.test(type)) {
      if (size > maxHeaderBytes) throw new RangeError("header");
      const data = Buffer.from(await source.take(size));
      if (data.length < size) throw new RangeError("cut");
      await source.skip(padding(size));
      if (type === "x") extra = { ...extra, ...paxFields(data) };
      if (type === "L") extra = { ...extra, path: data.toString("utf8").replace(/\0.*$/s, "") };
      if (type === "K") extra = { ...extra, linkpath: data.toString("utf8").replace(/\0.*$/s, "") };
      continue;
    }
    let left = size;
    const entry = entryOf(header, size, type, extra);
    async function* content(): AsyncGenerator<Uint8Array> {
      while (left > 0) {
        const piece = await source.some(left);
        if (piece.length === 0) throw new RangeError("cut");
        left -= piece.length;
        yield piece;
      }
    }
    yield { entry, content };
    extra = {};
    await source.skip(left + padding(size));
  }
}

const padding = (size: number) => (block - (size % block)) % block;

function entryOf(header: Buffer, size: number, type: string, extra: Readonly<Record<string, string>>): TarEntry {
  const prefix = text(header, 257, 5) === "ustar" ? text(header, 345, 155) : "";
  const short = text(header, 0, 100);
  const name = extra.path ?? (prefix ? `${prefix}/${short}` : short);
  const modifiedAt = (extra.mtime === undefined ? number(header, 136, 12) : Number(extra.mtime)) * 1000;
  return { name, size, modifiedAt, type: typeOf(type, name), target: extra.linkpath ?? text(header, 157, 100) };
}

function typeOf(type: string, name: string): TarEntry["type"] {
  if (type === "5" || name.endsWith("/")) return "directory";
  if (type === "1" || type === "2") return "link";
  return type === "" || type === "0" || type === "7" ? "file" : "other";
}

function text(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString("utf8");
}

/** Octal, or binary where the first bit is set. Throws `RangeError`. */
function number(header: Buffer, at: number, length: number): number {
  if (header.readUInt8(at) & 0x80) return Number(header.readBigUInt64BE(at + length - 8));
  const value = Number.parseInt(text(header, at, length).trim() || "0", 8);
  if (!(value >= 0)) throw new RangeError("number");
  return value;
}

function hasRightSum(header: Buffer): boolean {
  const sum = header.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0);
  return sum === Number.parseInt(text(header, 148, 8).trim(), 8);
}

function paxFields(data: Buffer): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(32, at);
    const length = Number(data.subarray(at, space).toString("latin1"));
    if (space < 0 || !(length > 0)) break;
    const [key = "", ...value] = data
      .subarray(space + 1, at + length - 1)
      .toString("utf8")
      .split("=");
    if (key !== "__proto__") fields[key] = value.join("=");
    at += length;
  }
  return fields;
}

/** A stream of bytes that is taken a piece at a time. */
class Source {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#pieces = bytes[Symbol.asyncIterator]();
  }

  /** At least one byte and at most so many; none at the end. */
  async some(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#pieces.next();
      if (done) return this.#rest;
      this.#rest = value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** Fewer only at the end. */
  async take(count: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for (let left = count; left > 0; ) {
      const piece = await this.some(left);
      if (piece.length === 0) break;
      pieces.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      const piece = await this.some(left);
      if (piece.length === 0) throw new RangeError("cut");
      left -= piece.length;
    }
  }
}
