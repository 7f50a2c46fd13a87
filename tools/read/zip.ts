/** ZIP files, read in place: the list at their end, and one entry at a time within a bound. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { inflateRawSync, zstdDecompressSync } from "node:zlib";
import { ReadProblem } from "./request.ts";

export interface ZipEntry {
  readonly name: string;
  /** Bytes once unpacked, as the archive claims. */
  readonly size: number;
  readonly packedSize: number;
  readonly method: number;
  readonly isEncrypted: boolean;
  /** `2024-05-01 12:30`, in the time of whoever made it. */
  readonly date: string;
  readonly headerAt: number;
}

const maxListBytes = 64_000_000;
const endMarker = 0x06054b50;
const big = 0xffffffff;

export class Zip implements Disposable {
  readonly entries: readonly ZipEntry[];
  readonly #file: number;
  readonly #byName: ReadonlyMap<string, ZipEntry>;

  /** Throws `ReadProblem` where there is no list of entries. */
  constructor(path: string) {
    this.#file = openSync(path, "r");
    try {
      this.entries = this.#list();
    } catch (error) {
      closeSync(this.#file);
      throw error instanceof RangeError ? new ReadProblem("is a damaged ZIP: its list of entries is cut.") : error;
    }
    this.#byName = new Map(this.entries.map((entry) => [entry.name, entry]));
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  find(name: string): ZipEntry | undefined {
    return this.#byName.get(name);
  }

  /** Bytes of an entry. Throws `ReadProblem` where it has more than `maxBytes`, or cannot be unpacked. */
  read(entry: ZipEntry, maxBytes: number): Buffer {
    const called = JSON.stringify(entry.name);
    if (entry.isEncrypted) throw new ReadProblem(`is protected by a password: ${called} cannot be unpacked.`);
    if (entry.packedSize > maxBytes) throw tooLarge(called, maxBytes);
    const header = this.#bytes(entry.headerAt, 30);
    if (header.length < 30) throw new ReadProblem(`is a damaged ZIP: ${called} is missing.`);
    const start = entry.headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const packed = this.#bytes(start, entry.packedSize);
    try {
      if (entry.method === 0) return packed;
      if (entry.method === 8) return inflateRawSync(packed, { maxOutputLength: maxBytes });
      if (entry.method === 93) return zstdDecompressSync(packed, { maxOutputLength: maxBytes });
    } catch (error) {
      if (error instanceof RangeError) throw tooLarge(called, maxBytes);
      throw new ReadProblem(`is a damaged ZIP: ${called} cannot be unpacked.`);
    }
    throw new ReadProblem(`packs ${called} in a way (method ${entry.method}) that is not known here.`);
  }

  #bytes(at: number, length: number): Buffer {
    const size = Math.max(0, Math.min(length, fstatSync(this.#file).size - at));
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, readSync(this.#file, bytes, 0, size, at));
  }

  #list(): ZipEntry[] {
    const { size } = fstatSync(this.#file);
    const tailAt = Math.max(0, size - 65_557);
    const tail = this.#bytes(tailAt, size - tailAt);
    const end = lastIndexOf(tail, endMarker);
    if (end < 0) throw new ReadProblem("is a damaged or cut ZIP: the list at its end is missing.");
    let [bytes, at] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
    if (at === big || bytes === big) {
      const record = this.#bytes(Number(tail.readBigUInt64LE(end - 20 + 8)), 56);
      [bytes, at] = [Number(record.readBigUInt64LE(40)), Number(record.readBigUInt64LE(48))];
    }
    if (bytes > maxListBytes) throw new ReadProblem("has too many entries to list here.");
    return [...readList(this.#bytes(at, bytes))];
  }
}

function tooLarge(called: string, maxBytes: number): ReadProblem {
  return new ReadProblem(
    `holds ${called} with more than ${maxBytes.toLocaleString("en")} bytes, which is too large here.`,
  );
}

function lastIndexOf(bytes: Buffer, marker: number): number {
  for (let at = bytes.length - 22; at >= 0; at--) if (bytes.readUInt32LE(at) === marker) return at;
  return -1;
}

function* readList(list: Buffer): Generator<ZipEntry> {
  for (let at = 0; at + 46 <= list.length && list.readUInt32LE(at) === 0x02014b50; ) {
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map((field) => list.readUInt16LE(at + field));
    const nameAt = at + 46;
    const extraAt = nameAt + (nameLength ?? 0);
    const flags = list.readUInt16LE(at + 8);
    const name = list.subarray(nameAt, extraAt).toString("utf8");
    const wide = wideFields(list.subarray(extraAt, extraAt + (extraLength ?? 0)));
    const field = (offset: number) => {
      const value = list.readUInt32LE(at + offset);
      return value === big ? (wide.shift() ?? value) : value;
    };
    const size = field(24);
    const packedSize = field(20);
    const headerAt = field(42);
    const date = dosDate(list.readUInt16LE(at + 14), list.readUInt16LE(at + 12));
    yield {
      name,
      size,
      packedSize,
      headerAt,
      date,
      method: list.readUInt16LE(at + 10),
      isEncrypted: (flags & 1) === 1,
    };
    at = extraAt + (extraLength ?? 0) + (noteLength ?? 0);
  }
}

/** The 64-bit values of the ZIP64 extra field: size, packed size and place, those that are needed. */
function wideFields(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const data = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    return Array.from({ length: Math.floor(data.length / 8) }, (_, index) => Number(data.readBigUInt64LE(index * 8)));
  }
  return [];
}

function dosDate(date: number, time: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${(date >> 9) + 1980}-${two((date >> 5) & 15)}-${two(date & 31)}`;
  return `${day} ${two(time >> 11)}:${two((time >> 5) & 63)}`;
}
