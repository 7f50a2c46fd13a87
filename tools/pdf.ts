/** The text of PDFs that came from elsewhere, read by the program that Read has for it. */
import { unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../agent/clock.ts";
import type { TaskContext } from "./child.ts";
import { askReader } from "./read/show.ts";

export interface PdfText {
  /** One a page, in order, from the first that was asked for; none where there is no such page. */
  readonly pages: readonly string[];
  readonly total: number;
}

/**
 * The text of a PDF's pages, counted from 1; all of them where none are named, as far as a result could hold. Throws a sentence
 * for a file that is damaged, locked, or takes too long.
 */
export async function pdfText(bytes: Uint8Array, from = 1, to = Number.POSITIVE_INFINITY): Promise<PdfText> {
  const path = join(tmpdir(), `sagent-${crypto.randomUUID()}.pdf`);
  await writeFile(path, bytes, { flag: "wx", mode: 0o600 });
  try {
    const pages = `${from}-${Number.isFinite(to) ? to : ""}`;
    const reading = await askReader("the PDF", { path, kind: "pdf", pages, as: "text", into: "" }, alone);
    if (typeof reading === "string") throw new Error(reading);
    if (reading.type === "pages") return { pages: reading.pages.map(({ text }) => text), total: reading.total };
    if (reading.type === "problem" && reading.total !== undefined) return { pages: [], total: reading.total };
    throw new Error(reading.type === "problem" ? `it ${reading.text}` : "it is no PDF");
  } finally {
    await unlink(path).catch(() => {});
  }
}

const alone: TaskContext = {
  signal: new AbortController().signal,
  clock: systemClock,
  workspace: { env: { PATH: process.env.PATH ?? "" } },
};
