/** ZIP files made entry by entry, hostile ones too. */
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipItem {
  readonly name: string;
  readonly data: string | Uint8Array;
  readonly isEncrypted?: boolean;
  /** The unpacked size that the list claims. */
  readonly claims?: number;
}

/** Every entry deflated, with the date 2024-05-01 12:30. */
export function tinyZip(items: readonly ZipItem[]): Buffer {
  const files: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const { name, data, isEncrypted = false, claims } of items) {
    const raw = Buffer.from(data);
    const packed = deflateRawSync(raw);
    const title = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(isEncrypted ? 0x801 : 0x800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt16LE((12 << 11) | (30 << 5), 6);
    common.writeUInt16LE((44 << 9) | (5 << 5) | 1, 8);
    common.writeUInt32LE(crc32(raw), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claims ?? raw.length, 18);
    common.writeUInt16LE(title.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    const file = Buffer.concat([Buffer.from("PK\x03\x04"), common, title, packed]);
    list.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0", "latin1"), common, place, title]));
    files.push(file);
    at += file.length;
  }
  const end = Buffer.alloc(18);
  const entries = Buffer.concat(list);
  end.writeUInt16LE(items.length, 4);
  end.writeUInt16LE(items.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...files, entries, Buffer.from("PK\x05\x06"), end]);
}
