/** HTML as Markdown: the article of a page, or all of it, with links that lead somewhere. */
import type { Answer } from "./get.ts";

export interface Page {
  readonly title: string;
  readonly markdown: string;
}

/** What tells nothing, in an article or around it. */
const noise = "script, style, noscript, template, iframe, svg, canvas, form, dialog, [hidden], [aria-hidden=true]";

/**
 * The readable part of a page, found as browsers' reading views find it, or with `whole` everything that is shown. A page in
 * which no article is found comes whole.
 */
export async function toMarkdown(html: string, url: Answer["url"], { whole = false } = {}): Promise<Page> {
  const [{ parseHTML }, { Readability }] = await Promise.all([import("linkedom"), import("@mozilla/readability")]);
  const parse = () => {
    const { document } = parseHTML(html.includes("<html") ? html : `<!doctype html><html><body>${html}</body></html>`);
    for (const node of document.querySelectorAll(noise)) node.remove();
    for (const link of document.querySelectorAll("a[href]"))
      link.setAttribute("href", absolute(link.getAttribute("href"), url));
    for (const image of document.querySelectorAll("img[src]"))
      image.setAttribute("src", absolute(image.getAttribute("src"), url));
    return document;
  };
  const document = parse();
  const title = document.title?.trim() ?? "";
  const all = await write(document.body?.innerHTML ?? "");
  if (whole) return { title, markdown: all };
  // It takes the document apart, so it gets one of its own.
  const article = new Readability(parse(), { keepClasses: true, charThreshold: 200 }).parse();
  const markdown = article?.content ? await write(article.content) : "";
  const isWorthIt = markdown.length > 200 || markdown.length > all.length / 4;
  return { title: article?.title?.trim() || title, markdown: isWorthIt ? markdown : all };
}

function absolute(reference: string | null, base: URL): string {
  const url = URL.parse(reference ?? "", base);
  return url && /^(https?|mailto):$/.test(url.protocol) ? url.href : "";
}

async function write(html: string): Promise<string> {
  const [{ default: Turndown }, { gfm }] = await Promise.all([import("turndown"), import("turndown-plugin-gfm")]);
  const service = new Turndown({ headingStyle: "atx", codeBlockStyle: "fenced", bulletListMarker: "-", hr: "---" });
  service.use(gfm);
  service.addRule("namelessLinks", {
    filter: (node) => node.nodeName === "A" && (!node.getAttribute("href") || !node.textContent?.trim()),
    replacement: (content) => content,
  });
  service.addRule("pictures", {
    filter: "img",
    // The picture itself is of no use in a text; what it shows is.
    replacement: (_, node) => ("getAttribute" in node ? pictureWords(node.getAttribute("alt")) : ""),
  });
  return service
    .turndown(html)
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

const pictureWords = (alt: string | null) => (alt?.trim() ? `[picture: ${alt.trim()}]` : "");
