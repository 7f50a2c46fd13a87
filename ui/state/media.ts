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

/** What the server keeps is named by its address there. */
const away = /^at:(\/api\/sessions\/[^?]+)\?bytes=(\d+)$/;

/** The picture as an address. */
export function imageUrl({ mime, data }: Attachment): string {
  return away.exec(data)?.[1] ?? `data:${mime};base64,${data}`;
}

export function bytesOf({ data }: Attachment): number {
  const bytes = away.exec(data)?.[2];
  return bytes === undefined ? Math.floor((data.replace(/=+$/, "").length * 3) / 4) : Number(bytes);
}

/** Its bytes; fetched where they are not here. Rejects where they cannot be had. */
export async function blobOf({ mime, data }: Attachment): Promise<Blob> {
  const address = away.exec(data)?.[1];
  if (address === undefined)
    return new Blob([Uint8Array.from(atob(data), (char) => char.charCodeAt(0))], { type: mime });
  const answer = await fetch(address);
  if (!answer.ok) throw new Error("The file could not be had from sagent.");
  return new Blob([await answer.arrayBuffer()], { type: mime });
}

export function nameOf({ name, mime }: Attachment): string {
  return plain(name ?? mime);
}
