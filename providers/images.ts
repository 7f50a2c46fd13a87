/** Images as a model takes them: no larger than its edge and its bytes. */
import type { Attachment, Message } from "../agent/message.ts";
import type { ModelInfo } from "../agent/model.ts";
import { imageSize } from "./image-size.ts";
import { remember } from "./neutral.ts";

/** Largest edge in pixels and most raw bytes; `Infinity` where the vendor states none. */
export interface ImageLimits {
  readonly edgePx: number;
  readonly bytes: number;
}

export function imageLimits({ maxImageEdgePx, maxImageBytes }: ModelInfo): ImageLimits {
  return { edgePx: maxImageEdgePx ?? Number.POSITIVE_INFINITY, bytes: maxImageBytes ?? Number.POSITIVE_INFINITY };
}

type Fit = (messages: readonly Message[]) => Promise<readonly Message[]>;

/**
 * Replaces images that are too large for the model by smaller ones. The same entry gives the same entry in every call,
 * so what was sent stays as it was; a list without such images is given back as it is. What cannot be read as an image
 * is left to the vendor.
 */
export function imageFitter(info: ModelInfo): Fit {
  const limits = imageLimits(info);
  if (!info.images || Math.min(limits.edgePx, limits.bytes) === Number.POSITIVE_INFINITY) return async (all) => all;
  const isTooLarge = remember((attachment: Attachment) => exceeds(attachment, limits));
  const fitted = remember((attachment: Attachment) =>
    isTooLarge(attachment) ? shrink(attachment, limits) : Promise.resolve(attachment),
  );
  const fit = remember(async (message: Message): Promise<Message> => {
    if (!("attachments" in message && message.attachments?.some(isTooLarge))) return message;
    return { ...message, attachments: await Promise.all(message.attachments.map(fitted)) };
  });
  const needs = (message: Message) => "attachments" in message && message.attachments?.some(isTooLarge);
  return async (messages) => (messages.some(needs) ? Promise.all(messages.map(fit)) : messages);
}

function exceeds(attachment: Attachment, { edgePx, bytes }: ImageLimits): boolean {
  if (!attachment.mime.startsWith("image/")) return false;
  const size = imageSize(attachment);
  return size !== undefined && (Math.max(size.width, size.height) > edgePx || rawBytes(attachment) > bytes);
}

function rawBytes({ data }: Attachment): number {
  return Math.floor((data.length * 3) / 4) - (data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0);
}

const qualities = [85, 70, 55, 40];

/** First in its own format at the allowed edge; then as JPEG of less and less quality; then smaller and smaller. */
async function shrink(attachment: Attachment, { edgePx, bytes }: ImageLimits): Promise<Attachment> {
  const source = Buffer.from(attachment.data, "base64");
  const size = imageSize(attachment);
  let edge = Math.min(edgePx, Math.max(size?.width ?? 1, size?.height ?? 1));
  const take = (data: Buffer, format: string) => ({
    ...attachment,
    mime: `image/${format}`,
    data: data.toString("base64"),
  });
  try {
    const { default: sharp } = await import("sharp");
    const scaled = () =>
      sharp(source).autoOrient().resize({ width: edge, height: edge, fit: "inside", withoutEnlargement: true });
    const { data, info } = await scaled().toBuffer({ resolveWithObject: true });
    if (data.length <= bytes) return take(data, info.format);
    for (; edge >= 1; edge = Math.floor(edge / 2)) {
      for (const quality of qualities) {
        const smaller = await scaled().flatten({ background: "white" }).jpeg({ quality }).toBuffer();
        if (smaller.length <= bytes) return take(smaller, "jpeg");
      }
    }
  } catch {
    // Not an image after all.
  }
  return attachment;
}
