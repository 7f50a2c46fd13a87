/** What is wrong with a wiki. */
import { linksIn, maxPageBytes, readPage, slugKey, type WikiBook } from "./book.ts";

/** What each page says of itself in its head. */
const wanted = ["title", "tags", "sources", "updated"];

/** A line each, page by page. */
export function lintWiki(book: WikiBook): string[] {
  const linked = new Set<string>();
  const seen = new Map<string, string>();
  const problems: string[] = [];
  for (const page of book.pages) {
    const key = slugKey(page.slug);
    const other = seen.get(key);
    if (other !== undefined) problems.push(`${page.slug}: the same slug as ${other}`);
    seen.set(key, page.slug);
    const text = readPage(page, book.dir);
    if (!text) {
      problems.push(`${page.slug}: larger than ${maxPageBytes.toLocaleString("en")} bytes, or not to be read`);
      continue;
    }
    const missing = wanted.filter((name) => isEmpty(text.head[name]));
    if (page !== book.index && missing.length > 0) problems.push(`${page.slug}: no ${missing.join(", ")}`);
    const headLines = text.source.slice(0, text.source.length - text.body.length).split("\n").length - 1;
    for (const { slug, line } of linksIn(text.body)) {
      const target = book.find(slug);
      if (target) linked.add(target.slug);
      else problems.push(`${page.slug}:${headLines + line}: [[${slug}]] leads nowhere${hint(book, slug)}`);
    }
  }
  const alone = book.pages.filter((page) => page !== book.index && !linked.has(page.slug));
  return [...problems, ...alone.map(({ slug }) => `${slug}: nothing links to it`)];
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

function hint(book: WikiBook, slug: string): string {
  const [near] = book.near(slug);
  return near === undefined ? "" : `; there is ${near}`;
}
