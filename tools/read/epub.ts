/** Books (EPUB): their chapters in reading order, as Markdown. */
import { dirname, join } from "node:path/posix";
import { toMarkdown } from "../web/markdown.ts";
import { partsOf } from "./package.ts";
import { ReadProblem } from "./request.ts";
import type { Document, Section } from "./window.ts";
import { attribute, xmlEvents } from "./xml.ts";
import type { Zip } from "./zip.ts";

/** Chapters larger than this are no prose; their markup alone would take the converter minutes. */
const maxChapterChars = 3_000_000;

export async function readEpub(zip: Zip): Promise<Document> {
  const parts = partsOf(zip);
  const root = firstAttribute(parts.text("META-INF/container.xml"), "rootfile", "full-path");
  if (root === undefined) throw new ReadProblem("is a damaged EPUB: it does not say where its contents are.");
  const files = new Map<string, string>();
  const order: string[] = [];
  for (const event of xmlEvents(parts.text(root))) {
    if (event.type !== "open") continue;
    if (event.name === "item") files.set(attribute(event, "id") ?? "", attribute(event, "href") ?? "");
    if (event.name === "itemref") order.push(attribute(event, "idref") ?? "");
  }
  const paths = order
    .map((id) => join(dirname(root), decodeURI(files.get(id) ?? "")))
    .filter((path) => parts.has(path) && /\.x?html?$/i.test(path));
  const sections: Section[] = [];
  for (const [index, path] of paths.entries()) {
    const html = parts.text(path);
    if (html.length > maxChapterChars)
      throw new ReadProblem(`has a chapter of ${html.length} characters, too large to convert.`);
    const { markdown } = await toMarkdown(html, new URL("https://book.invalid/"), { whole: true });
    sections.push({
      name: `chapter ${index + 1}`,
      lines: () => [`<!-- chapter ${index + 1} of ${paths.length} -->`, markdown, ""],
    });
  }
  return { sections };
}

function firstAttribute(xml: string, element: string, name: string): string | undefined {
  for (const event of xmlEvents(xml))
    if (event.type === "open" && event.name === element) return attribute(event, name);
  return undefined;
}
