/** Files that messages carry, as the browser may show them: nothing but bytes that are here already. */
import type { Attachment } from "../../agent/message.ts";
import { plain } from "./plain.ts";

/** Pictures that can hold no script. */
const pictures: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"]);

export type Media = "image" | "pdf" | "other";

export function mediaOf({ mime }: Attachment): Media {
  if (pictures.has(mime)) return "image";
  return mime === "application/pdf" ? "pdf" : "other";
}

/** The picture as an address. */
export function imageUrl({ mime, data }: Attachment): string {
  return `data:${mime};base64,${data}`;
}

export function bytesOf({ data }: Attachment): number {
  return Math.floor((data.replace(/=+$/, "").length * 3) / 4);
}

export function blobOf({ mime, data }: Attachment): Blob {
  return new Blob([Uint8Array.from(atob(data), (char) => char.charCodeAt(0))], { type: mime });
}

export function nameOf({ name, mime }: Attachment): string {
  return plain(name ?? mime);
}
