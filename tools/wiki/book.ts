/** The pages of a wiki: Markdown files below one folder, found by slug. Nothing outside of the folder is a page. */
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { readFrontmatter, textOfKey } from "../skills/frontmatter.ts";

export interface Page {
  /** Its path in the folder, without `.md`. */
  readonly slug: string;
  readonly path: string;
  readonly bytes: number;
}

export interface PageText {
  readonly head: Readonly<Record<string, unknown>>;
  readonly title: string;
  readonly tags: readonly string[];
  /** Behind the head. */
  readonly body: string;
  /** The whole file. */
  readonly source: string;
}

/** More belongs in several pages. */
export const maxPageBytes = 2_000_000;
const maxPages = 20_000;
const indexSlugs = ["index", "readme", "home"];

/** Throws what the disk throws where the folder is not there. */
export class WikiBook {
  /** Canonical. */
  readonly dir: string;
  readonly pages: readonly Page[];
  readonly #bySlug = new Map<string, Page>();

  constructor(dir: string) {
    this.dir = realpathSync(dir);
    this.pages = pagesIn(this.dir);
    for (const page of this.pages) {
      const key = slugKey(page.slug);
      if (!this.#bySlug.has(key)) this.#bySlug.set(key, page);
    }
  }

  /** By its whole slug, or by the last part of it where only one page has that. */
  find(wanted: string): Page | undefined {
    const key = slugKey(wanted);
    const whole = this.#bySlug.get(key);
    if (whole || key.includes("/") || key === "") return whole;
    const [first, ...others] = this.pages.filter(({ slug }) => slugKey(slug).endsWith(`/${key}`));
    return others.length === 0 ? first : undefined;
  }

  get index(): Page | undefined {
    return indexSlugs.map((slug) => this.#bySlug.get(slug)).find((page) => page !== undefined);
  }

  /** Slugs that are like it. */
  near(wanted: string): readonly string[] {
    const words = slugKey(wanted)
      .split(/[/-]/)
      .filter((word) => word.length > 2);
    const like = this.pages.filter(({ slug }) => words.some((word) => slugKey(slug).includes(word)));
    return like.slice(0, 5).map(({ slug }) => slug);
  }
}

/** What a slug is compared by: case, spaces and underscores do not count. */
export function slugKey(slug: string): string {
  return slug
    .normalize("NFC")
    .trim()
    .replace(/\.md$/i, "")
    .replace(/^\.?\/+|\/+$/g, "")
    .toLowerCase()
    .replace(/[\s_]+/g, "-");
}

/** Folders behind links are left alone, and so is what is hidden. */
function pagesIn(dir: string): Page[] {
  const pages: Page[] = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined && pages.length < maxPages; folder = folders.pop()) {
    for (const entry of readdirSync(join(dir, folder), { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      const place = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(place);
      if (!/\.md$/i.test(entry.name)) continue;
      const path = join(dir, place);
      const bytes = entry.isFile() ? sizeOf(path) : entry.isSymbolicLink() ? sizeInside(path, dir) : undefined;
      if (bytes !== undefined) pages.push({ slug: place.replace(/\.md$/i, ""), path, bytes });
    }
  }
  return pages.sort((a, b) => (a.slug < b.slug ? -1 : 1));
}

function sizeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : undefined;
}

/** A link counts where it leads to a file of the folder. */
function sizeInside(path: string, dir: string): number | undefined {
  try {
    return realpathSync(path).startsWith(dir + sep) ? sizeOf(path) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined where it cannot be read, is too long, or leads out of the folder by now. */
export function readPage({ path, slug }: Page, dir: string): PageText | undefined {
  const bytes = sizeInside(path, dir);
  if (bytes === undefined || bytes > maxPageBytes) return undefined;
  const source = readFileSync(path, "utf8");
  const front = readFrontmatter(source);
  const heading = /^# +(.+)$/m.exec(front.body)?.[1]?.trim();
  const tags = (textOfKey(front, "tags") ?? "")
    .split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);
  return { head: front.head, title: textOfKey(front, "title") ?? heading ?? slug, tags, body: front.body, source };
}

export interface WikiLink {
  readonly slug: string;
  /** Of the body, from 1. */
  readonly line: number;
}

/** `[[slug]]`, `[[slug|text]]` and `[[slug#part]]` outside of code. */
export function linksIn(body: string): WikiLink[] {
  const text = body.replace(/```[\s\S]*?(?:```|$)|`[^`\n]*`/g, (code) => code.replace(/[^\n]/g, " "));
  return text.split("\n").flatMap((line, at) =>
    [...line.matchAll(/\[\[([^[\]|#\n]+)(?:#[^[\]|\n]*)?(?:\|[^[\]\n]*)?\]\]/g)].map(([, slug = ""]) => ({
      slug: slug.trim(),
      line: at + 1,
    })),
  );
}
