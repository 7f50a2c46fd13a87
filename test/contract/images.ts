/** Images for tests: made once, of noise where they must not compress. */
import sharp from "sharp";
import type { Attachment } from "../../agent/message.ts";

const made = new Map<string, Promise<Attachment>>();

/** An image of so many pixels; the same one each time. */
export function picture(width: number, height: number, format: "png" | "jpeg" | "webp" | "gif" = "png") {
  const key = `${width}x${height} ${format}`;
  const image = made.get(key) ?? draw(width, height, format);
  made.set(key, image);
  return image;
}

async function draw(width: number, height: number, format: "png" | "jpeg" | "webp" | "gif"): Promise<Attachment> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0, seed = 1; at < pixels.length; at++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    pixels[at] = seed >> 16;
  }
  const data = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
  return { mime: `image/${format}`, data: data.toString("base64"), name: `${key(width, height)}.${format}` };
}

const key = (width: number, height: number) => `${width}x${height}`;

/** Wider than some models take. */
export const big = () => picture(2600, 40);
/** Higher than some models take. */
export const tall = () => picture(30, 2700, "webp");
