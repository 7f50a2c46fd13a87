/** XML as a flat run of events: no tree, no recursion, no entities but the five of XML itself, so nothing in it can blow up. */

export type XmlEvent =
  | { readonly type: "open"; readonly name: string; readonly attributes: string }
  | { readonly type: "close"; readonly name: string }
  | { readonly type: "text"; readonly text: string };

/** Names come without their prefix; an empty element is opened and closed. A document that is cut ends early. */
export function* xmlEvents(xml: string): Generator<XmlEvent> {
  for (let at = 0; at < xml.length; ) {
    const open = xml.indexOf("<", at);
    if (open < 0) return;
    if (open > at) yield { type: "text", text: unescapeXml(xml.slice(at, open)) };
    const special = specials.find(([start]) => xml.startsWith(start, open));
    const close = special ? xml.indexOf(special[1], open + special[0].length) : tagEnd(xml, open + 1);
    if (close < 0) return;
    at = close + (special?.[1].length ?? 1);
    if (special?.[0] === "<![CDATA[") yield { type: "text", text: xml.slice(open + 9, close) };
    if (special) continue;
    yield* tagEvents(xml.slice(open + 1, close));
  }
}

/** Where the tag's `>` is, outside of quotes; -1 if it has none. */
function tagEnd(xml: string, from: number): number {
  for (let at = from; ; ) {
    const close = xml.indexOf(">", at);
    const quote = /["']/.exec(xml.slice(at, close))?.index ?? -1;
    if (close < 0 || quote < 0) return close;
    const end = xml.indexOf(xml.charAt(at + quote), at + quote + 1);
    if (end < 0) return -1;
    at = end + 1;
  }
}

/** How what is no tag begins and ends. */
const specials: readonly (readonly [string, string])[] = [
  ["<![CDATA[", "]]>"],
  ["<!--", "-->"],
  ["<?", "?>"],
  ["<!", ">"],
];

function* tagEvents(tag: string): Generator<XmlEvent> {
  if (tag.startsWith("/")) {
    yield { type: "close", name: localName(tag.slice(1).trim()) };
    return;
  }
  const isEmpty = tag.endsWith("/");
  const body = isEmpty ? tag.slice(0, -1) : tag;
  const space = body.search(/\s/);
  const name = localName(space < 0 ? body : body.slice(0, space));
  yield { type: "open", name, attributes: space < 0 ? "" : body.slice(space) };
  if (isEmpty) yield { type: "close", name };
}

const localName = (name: string) => name.slice(name.indexOf(":") + 1);

const patterns = new Map<string, RegExp>();

/** An attribute by its name without prefix; `:id` is one that must have a prefix. */
export function attribute({ attributes }: { readonly attributes: string }, name: string): string | undefined {
  let pattern = patterns.get(name);
  if (!pattern) {
    const start = name.startsWith(":") ? `[\\w.-]+${name}` : `(?:[\\w.-]+:)?${name}`;
    pattern = new RegExp(`\\s${start}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`);
    patterns.set(name, pattern);
  }
  const match = pattern.exec(attributes);
  const value = match?.[1] ?? match?.[2];
  return value === undefined ? undefined : unescapeXml(value);
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (whole, digits, hex, name) => {
    if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole;
    const code = digits === undefined ? Number.parseInt(hex, 16) : Number(digits);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** The text of an XML file: UTF-8, or UTF-16 where its first bytes say so. */
export function decodeXml(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}
