/** Files that are shown to a model as they are rather than as text. */
import { basename } from "node:path";
import type { ToolOutput } from "../agent/tool.ts";
import { failure } from "./output.ts";

/** Largest image that is attached, in bytes: what most vendors take. */
export const maxImageBytes = 7_500_000;
/** Largest PDF that is attached, in bytes: a third more once encoded, within every request limit. */
const maxPdfBytes = 15_000_000;

/** The type of an image or a PDF by its first bytes, or undefined for anything else. */
export function sniffMedia(path: string, head: Uint8Array): string | undefined {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 12)).toString("latin1");
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (start.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(start)) return "image/gif";
  if (start.startsWith("RIFF") && start.endsWith("WEBP")) return "image/webp";
  if (start.startsWith("BM") && /\.bmp$/i.test(path)) return "image/bmp";
  if (start.startsWith("%PDF-")) return "application/pdf";
  return undefined;
}

/** The most bytes of this type that are attached. */
export function maxMediaBytes(mime: string): number {
  return mime === "application/pdf" ? maxPdfBytes : maxImageBytes;
}

export function imageTooLarge(path: string, size: number): ToolOutput {
  const limit = maxImageBytes.toLocaleString("en");
  return failure(
    `${path} has ${size.toLocaleString("en")} bytes; at most ${limit} can be shown. To see it, make a smaller copy with Bash.`,
  );
}

export function attachImage(path: string, mime: string, bytes: Buffer): ToolOutput {
  return {
    text: `Image (${mime}, ${bytes.length.toLocaleString("en")} bytes) attached.`,
    attachments: [{ mime, data: bytes.toString("base64"), name: basename(path) }],
  };
}
