/** Pages of PDFs, by PDFium: their text, or how they look. */
import { readFile } from "node:fs/promises";
import { maxCollectedChars } from "../output.ts";
import { parsePages } from "./pages.ts";
import { type PageReading, type Reading, ReadProblem, type ReadRequest } from "./request.ts";

/** 144 DPI, where a point is 1/72 inch. */
const scale = 2;
const maxEdgePx = 2_000;
const quality = 85;
/** Most bytes of all images together. */
const maxImageBytes = 8_000_000;
/** Most images at once, as some vendors take no more. */
const maxImages = 20;
/** Most pages where none are named. */
const maxPagesUnasked = 10;
/** A page with less text than this, and something drawn on it, is taken for a scan. */
const minTextChars = 20;

type Library = Awaited<ReturnType<typeof open>>;
type Page = ReturnType<Awaited<ReturnType<Library["loadDocument"]>>["getPage"]>;

/** Opens the library. */
async function open() {
  const { PDFiumLibrary } = await import("@hyzyla/pdfium");
  return await PDFiumLibrary.init();
}

/** The pages wanted, as many as fit; the first in any case. */
export async function readPdf({ path, pages, as }: ReadRequest): Promise<Reading> {
  const document = await load(await open(), await readFile(path));
  const total = document.getPageCount();
  if (total === 0) throw new ReadProblem("is a PDF without pages.");
  const range = pages === undefined ? { from: 1, to: Math.min(total, maxPagesUnasked) } : parsePages(pages, total);
  if (typeof range === "string") throw new ReadProblem(range, total);
  const shown: PageReading[] = [];
  let left = maxImageBytes;
  let leftChars = maxCollectedChars;
  let images = 0;
  for (let number = range.from; number <= range.to; number++) {
    const page = await readPage(document.getPage(number - 1), number, as);
    const bytes = ((page.image?.length ?? 0) * 3) / 4;
    if (bytes > maxImageBytes)
      throw new ReadProblem(`has a page ${number} that is too large to show as an image. Try as="text".`);
    if (bytes > left || leftChars < 0) break;
    if (page.image !== undefined && ++images > maxImages) break;
    left -= bytes;
    leftChars -= page.text.length;
    shown.push(page);
  }
  return { type: "pages", pages: shown, total, wanted: range.to };
}

async function load(library: Library, bytes: Buffer) {
  try {
    return await library.loadDocument(bytes);
  } catch (error) {
    const said = error instanceof Error ? error.message : "";
    if (/password|security/i.test(said)) {
      throw new ReadProblem("is protected by a password. Unlock a copy with Bash, e.g. qpdf --decrypt --password=….");
    }
    throw new ReadProblem("is damaged, or no PDF after all: it cannot be opened.");
  }
}

async function readPage(page: Page, number: number, as: ReadRequest["as"]): Promise<PageReading> {
  const text =
    as === "image"
      ? ""
      : page
          .getText()
          .replaceAll("\r\n", "\n")
          .replace(/[^\S\n]+$/gm, "")
          .trim();
  const isScan = text.replace(/\s/g, "").length < minTextChars && page.getObjectCount() > 0;
  if (as === "text" || !(as === "image" || isScan)) return { number, text };
  return { number, text, image: await render(page) };
}

async function render(page: Page): Promise<string> {
  const { default: sharp } = await import("sharp");
  const { originalWidth, originalHeight } = page.getOriginalSize();
  const fitting = Math.min(scale, maxEdgePx / Math.max(1, originalWidth, originalHeight));
  const { data, width, height } = await page.render({ scale: fitting });
  const jpeg = await sharp(data, { raw: { width, height, channels: 4 } })
    .flatten()
    .jpeg({ quality })
    .toBuffer();
  return jpeg.toString("base64");
}
