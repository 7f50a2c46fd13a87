/** Images as models take them: upright, one frame, PNG, JPEG, GIF or WebP, within bytes and pixels. */
import type { Metadata, Sharp } from "sharp";
import { maxImageBytes, sniffMedia } from "../media.ts";
import { readBmp } from "./bmp.ts";
import { type Reading, ReadProblem } from "./request.ts";

/** Most pixels that are decoded: 100 megapixels take 400 MB. */
const maxPixels = 100_000_000;
/** Longest edge that is shown; each model's own limit is below. */
const maxEdgePx = 4_096;
const qualities = [85, 70, 50];

export async function readImage(name: string, bytes: Buffer): Promise<Reading> {
  const mime = sniffMedia(name, bytes);
  const { default: sharp } = await import("sharp");
  const options = { limitInputPixels: maxPixels, failOn: "truncated" } as const;
  if (mime === "image/bmp") {
    const { data, width, height } = readBmp(bytes, maxPixels);
    return await converted(() => sharp(data, { raw: { width, height, channels: 3 } }), "converted from BMP", false);
  }
  let facts: Metadata;
  try {
    facts = await sharp(bytes, options).metadata();
    await sharp(bytes, options).resize(8, 8).raw().toBuffer();
  } catch (error) {
    throw new ReadProblem(refusal(error, bytes));
  }
  const changes = changesOf(facts, bytes.length, mime);
  if (changes.length === 0 && mime !== undefined) return { type: "as-is", mime };
  const isPhoto = facts.hasAlpha !== true && (facts.format === "jpeg" || facts.format === "heif");
  return await converted(() => sharp(bytes, options).autoOrient(), changes.join(", "), isPhoto);
}

/** What has to be done to it, for the note that tells of it. */
function changesOf(
  { width, height, orientation = 1, pages = 1, format }: Metadata,
  size: number,
  mime: string | undefined,
) {
  return [
    ...(mime === undefined ? [`converted from ${format === "heif" ? "AVIF" : format.toUpperCase()}`] : []),
    ...(pages > 1 ? [`the first of ${pages} frames`] : []),
    ...(orientation > 1 ? ["turned upright"] : []),
    ...(Math.max(width, height) > maxEdgePx || size > maxImageBytes ? [`made smaller from ${width}x${height}`] : []),
  ];
}

/** As PNG where that is small enough, otherwise as JPEG of less and less quality. */
async function converted(source: () => Sharp, note: string, isPhoto: boolean): Promise<Reading> {
  const most = maxImageBytes;
  for (let edge = maxEdgePx; edge >= 1; edge = Math.floor(edge / 2)) {
    const scaled = () => source().resize({ width: edge, height: edge, fit: "inside", withoutEnlargement: true });
    const png = isPhoto ? undefined : await scaled().png().toBuffer();
    if (png && png.length <= most) return picture("image/png", png, note);
    for (const quality of qualities) {
      const jpeg = await scaled().flatten({ background: "white" }).jpeg({ quality }).toBuffer();
      if (jpeg.length <= most) return picture("image/jpeg", jpeg, note);
    }
  }
  throw new ReadProblem("is an image that could not be made small enough.");
}

function picture(mime: string, bytes: Buffer, note: string): Reading {
  return { type: "image", picture: { mime, data: bytes.toString("base64") }, note };
}

function refusal(error: unknown, bytes: Buffer): string {
  const said = error instanceof Error ? error.message : String(error);
  if (/pixel limit/i.test(said)) {
    return `is an image of more than ${maxPixels.toLocaleString("en")} pixels, which is too large to decode. Make a smaller copy with Bash.`;
  }
  if (/^hei|^hev/.test(bytes.toString("latin1", 8, 12))) {
    return "is a HEIC image, whose compression cannot be decoded here. Convert it to JPEG with Bash, e.g. heif-convert or sips.";
  }
  return `is a damaged or cut image: ${said
    .split("\n")[0]
    ?.slice(0, 200)
    .replace(/[:. ]+$/, "")}.`;
}
