/** RSS and Atom feeds as Markdown: what is new, when, and where it is. */

interface Entry {
  readonly title: string;
  readonly link: string;
  readonly date: string;
  readonly text: string;
}

export function looksLikeFeed(text: string): boolean {
  return /<(?:rss|feed|rdf:RDF)[\s>]/i.test(text.slice(0, 2_000));
}

/** The feed as a list, newest as the feed has it; undefined where the text is no feed that can be read. */
export async function feedMarkdown(xml: string): Promise<string | undefined> {
  const { XMLParser } = await import("fast-xml-parser");
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    trimValues: true,
    parseTagValue: false,
  });
  let root: unknown;
  try {
    root = parser.parse(xml);
  } catch {
    return undefined;
  }
  const channel = at(root, "rss", "channel") ?? at(root, "feed") ?? at(root, "rdf:RDF");
  if (channel === undefined) return undefined;
  const items = list(at(channel, "item") ?? at(root, "rdf:RDF", "item") ?? at(channel, "entry"));
  const title = words(at(channel, "title")) || words(at(channel, "channel", "title")) || "Feed";
  const entries = items.map(entryOf).map(({ title, link, date, text }) => {
    const head = link ? `- [${title || link}](${link})` : `- ${title}`;
    return [date ? `${head} (${date})` : head, ...(text ? [`  ${text}`] : [])].join("\n");
  });
  return [`# ${title}`, entries.length > 0 ? entries.join("\n") : "The feed is empty."].join("\n\n");
}

function entryOf(item: unknown): Entry {
  const links = list(at(item, "link"));
  const link = links.find((each) => at(each, "@rel") === "alternate") ?? links[0];
  return {
    title: plain(words(at(item, "title"))),
    link: words(at(link, "@href")) || words(link) || words(at(item, "guid")),
    date: words(at(item, "pubDate") ?? at(item, "updated") ?? at(item, "published") ?? at(item, "dc:date")),
    text: plain(words(at(item, "description") ?? at(item, "summary") ?? at(item, "content"))).slice(0, 400),
  };
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce(
    (inner: unknown, name) =>
      typeof inner === "object" && inner !== null && name in inner
        ? Object.entries(inner).find(([key]) => key === name)?.[1]
        : undefined,
    value,
  );
}

const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const words = (value: unknown): string =>
  typeof value === "string"
    ? value
    : typeof value === "object" && value !== null
      ? words(at(value, "#text") ?? "")
      : "";

const plain = (html: string) =>
  html
    .replace(/<[^>]*>/g, " ")
    .replace(/&(?:nbsp|#160);/g, " ")
    .replace(/\s+/g, " ")
    .trim();
