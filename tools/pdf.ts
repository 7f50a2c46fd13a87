/** The text of PDFs, by pdf.js. */

export interface PdfText {
  /** One a page, in order, from the first that was asked for. */
  readonly pages: readonly string[];
  readonly total: number;
}

/**
 * The text of a PDF's pages, counted from 1; all of them where none are named. Throws what pdf.js throws for a file that is
 * damaged or locked.
 */
export async function pdfText(bytes: Uint8Array, from = 1, to = Number.POSITIVE_INFINITY): Promise<PdfText> {
  const { getDocumentProxy } = await import("unpdf");
  const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  try {
    const pages: string[] = [];
    for (let number = from; number <= Math.min(to, document.numPages); number++) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      pages.push(items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join(""));
      page.cleanup();
    }
    return { pages, total: document.numPages };
  } finally {
    await document.loadingTask.destroy();
  }
}
