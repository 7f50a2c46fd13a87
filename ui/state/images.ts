/** Files that the person pastes, drops or picks, made into what a message carries: pictures, and texts as quotes. */
import type { Attachment } from "../../agent/message.ts";
import { bytesOf } from "./media.ts";
import { plain } from "./plain.ts";

export interface Taken {
  readonly attachments: readonly Attachment[];
  /** Texts, each as a block that can stand in the message. */
  readonly quotes: readonly string[];
  /** What was not taken, and why, a sentence each. */
  readonly problems: readonly string[];
}

const pictures: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
export const maxImages = 20;
const maxImageBytes = 10 * 1024 * 1024;
/** Of all pictures of a message: what goes over the socket at once is bounded. */
const maxMessageBytes = 28 * 1024 * 1024;
/** In px: models see no more than that. */
const longestEdge = 2_000;
const maxTextBytes = 100 * 1024;
const jpegQuality = 0.9;

/** `before` is what the message carries already. */
export async function takeFiles(files: readonly File[], before: readonly Attachment[]): Promise<Taken> {
  const attachments: Attachment[] = [];
  const quotes: string[] = [];
  const problems: string[] = [];
  let bytes = before.reduce((sum, each) => sum + bytesOf(each), 0);
  for (const file of files) {
    try {
      if (!pictures.has(file.type)) {
        quotes.push(await quoteOf(file));
        continue;
      }
      if (before.length + attachments.length >= maxImages) throw new Error(`a message takes ${maxImages} pictures.`);
      const attachment = await pictureOf(file);
      bytes += bytesOf(attachment);
      if (bytes > maxMessageBytes)
        throw new Error("the pictures of a message are too big together; send it in a second one.");
      attachments.push(attachment);
    } catch (error) {
      problems.push(`${nameOf(file)} is left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { attachments, quotes, problems };
}

const nameOf = ({ name, type }: File) => plain(name || type || "The file");

/** As it is, or smaller where models would make it smaller anyway. Throws where it is no picture. */
async function pictureOf(file: File): Promise<Attachment> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) throw new Error("it cannot be read as a picture.");
  const scale = longestEdge / Math.max(bitmap.width, bitmap.height);
  const isFit = scale >= 1 && file.size <= maxImageBytes;
  const blob = isFit ? file : await redrawn(bitmap, Math.min(1, scale), file.type);
  bitmap.close();
  if (blob.size > maxImageBytes) throw new Error("it has more than 10 MB.");
  return { mime: blob.type, data: await base64(blob), ...(file.name === "" ? {} : { name: file.name }) };
}

async function redrawn(bitmap: ImageBitmap, scale: number, type: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser cannot make it smaller.");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const blob = await canvas.convertToBlob({ type: type === "image/jpeg" ? type : "image/png", quality: jpegQuality });
  return blob.size <= maxImageBytes ? blob : canvas.convertToBlob({ type: "image/jpeg", quality: jpegQuality });
}

function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",", 2)[1] ?? "");
    reader.onerror = () => reject(new Error("it cannot be read."));
    reader.readAsDataURL(blob);
  });
}

/** A text in a fence that is longer than any within. Throws where it is no text, or a long one. */
async function quoteOf(file: File): Promise<string> {
  const advice = "put it into the project and name it with @.";
  if (file.size > maxTextBytes) throw new Error(`it is no picture and has more than 100 KB; ${advice}`);
  const bytes = await file.arrayBuffer().catch(() => undefined);
  const text = bytes && decoded(bytes);
  if (text === undefined) throw new Error(`it is neither a picture nor a text; ${advice}`);
  return quote(file.name, text);
}

function decoded(bytes: ArrayBuffer): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\u0000") ? undefined : text;
  } catch {
    return undefined;
  }
}

export function quote(name: string, text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${name.replace(/[\s`]+/g, "_")}\n${text.replace(/\n*$/, "\n")}${fence}\n`;
}
