/** What a file is, by its first bytes. */
import { sniffMedia } from "../media.ts";

export type Kind = "text" | "notebook" | "rtf" | "image" | "pdf" | "zip" | "tar" | Packing | Database | "binary";
/** One file or a tar, made smaller. */
export type Packing = "gzip" | "bzip2" | "xz" | "zstd";
export type Database = "sqlite" | "parquet" | "duckdb";

/** First bytes, in Latin-1, and where they stand. */
const magics: readonly (readonly [Kind, string, number?])[] = [
  ["pdf", "%PDF-"],
  ["zip", "PK\x03\x04"],
  ["zip", "PK\x05\x06"],
  ["gzip", "\x1f\x8b"],
  ["bzip2", "BZh"],
  ["xz", "\xfd7zXZ\0"],
  ["zstd", "\x28\xb5\x2f\xfd"],
  ["tar", "ustar", 257],
  ["sqlite", "SQLite format 3\0"],
  ["parquet", "PAR1"],
  ["duckdb", "DUCK", 8],
  ["rtf", "{\\rtf"],
];

/** `head` is the first 8 KiB; the name decides where bytes cannot. */
export function kindOf(path: string, head: Uint8Array): Kind {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 512)).toString("latin1");
  const known = magics.find(([, magic, at = 0]) => start.startsWith(magic, at))?.[0];
  if (known !== undefined) return known;
  if (sniffMedia(path, head) !== undefined || isOtherImage(start)) return "image";
  if (head.includes(0)) return "binary";
  return /\.ipynb$/i.test(path) && /^\s*\{/.test(start) ? "notebook" : "text";
}

/** TIFF, and HEIC and AVIF by their brand. */
function isOtherImage(start: string): boolean {
  if (/^(?:II\*\0|MM\0\*)/.test(start)) return true;
  return start.startsWith("ftyp", 4) && /^(?:avif|avis|heic|heix|hevc|heim|heis|mif1|msf1)/.test(start.slice(8, 12));
}

const binaries: readonly (readonly [string, string, number?])[] = [
  ["an ELF program or library", "\x7fELF"],
  ["a Windows program", "MZ"],
  ["a macOS program", "\xcf\xfa\xed\xfe"],
  ["Java byte code or a macOS universal program", "\xca\xfe\xba\xbe"],
  ["WebAssembly", "\0asm"],
  ["a 7-Zip archive", "7z\xbc\xaf\x27\x1c"],
  ["a RAR archive", "Rar!\x1a\x07"],
  ["an old Office file (doc, xls, ppt)", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
  ["an MP4 or QuickTime video", "ftyp", 4],
  ["a Matroska or WebM video", "\x1a\x45\xdf\xa3"],
  ["a WAV sound", "WAVE", 8],
  ["an AVI video", "AVI ", 8],
  ["an MP3 sound", "ID3"],
  ["an Ogg sound or video", "OggS"],
  ["a FLAC sound", "fLaC"],
  ["a font", "wOF"],
  ["a font", "\0\x01\0\0\0"],
  ["an HDF5 file", "\x89HDF\r\n\x1a\n"],
  ["a NumPy array", "\x93NUMPY"],
  ["an LZ4 file", "\x04\x22\x4d\x18"],
  ["a GGUF model", "GGUF"],
  ["a Git pack", "PACK"],
];

/** What a binary file seems to be, e.g. `an ELF program or library`. */
export function binaryName(head: Uint8Array): string | undefined {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 64)).toString("latin1");
  return binaries.find(([, magic, at = 0]) => start.startsWith(magic, at))?.[0];
}
