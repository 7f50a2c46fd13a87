/** Uncompressed BMP images as raw pixels, which the image library does not read. */
import { ReadProblem } from "./request.ts";

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGB, row by row from the top. */
  readonly data: Buffer;
}

/** Throws `ReadProblem` for what is compressed, damaged or larger than `maxPixels`. */
export function readBmp(bytes: Buffer, maxPixels: number): Pixels {
  try {
    const [width, tall, bits, packing] = [
      bytes.readInt32LE(18),
      bytes.readInt32LE(22),
      bytes.readUInt16LE(28),
      bytes.readUInt32LE(30),
    ];
    const height = Math.abs(tall);
    if (width < 1 || height < 1) throw new RangeError();
    if (width * height > maxPixels)
      throw new ReadProblem(`is an image of ${width}x${height} pixels, which is too large.`);
    if (![1, 4, 8, 24, 32].includes(bits) || (packing !== 0 && !(packing === 3 && bits === 32))) {
      throw new ReadProblem("is a BMP of a kind that is not read here; convert it to PNG with Bash.");
    }
    const paletteAt = 14 + bytes.readUInt32LE(14);
    const pixelsAt = bytes.readUInt32LE(10);
    const stride = Math.ceil((width * bits) / 32) * 4;
    const data = Buffer.alloc(width * height * 3);
    for (let row = 0; row < height; row++) {
      const from = pixelsAt + (tall > 0 ? height - 1 - row : row) * stride;
      for (let column = 0; column < width; column++) {
        const source = bits >= 24 ? from + (column * bits) / 8 : paletteAt + 4 * indexAt(bytes, from, column, bits);
        data.writeUIntBE(bytes.readUIntLE(source, 3), (row * width + column) * 3, 3);
      }
    }
    return { width, height, data };
  } catch (error) {
    throw error instanceof RangeError ? new ReadProblem("is a damaged BMP image.") : error;
  }
}

function indexAt(bytes: Buffer, from: number, column: number, bits: number): number {
  const bit = column * bits;
  return (bytes.readUInt8(from + (bit >> 3)) >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
}
