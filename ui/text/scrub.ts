/**
 * The last look at what Markdown became, as a tree: entities are resolved and emphasis is gone, so that its text is what a
 * reader sees. A text is changed here and never in HTML, where a piece left out could open what was closed.
 */
import { plain, revealed } from "../state/plain.ts";

const exactly = "code, pre, .path, .host";

/** Takes out of texts and attributes what hides, and says where links lead whose words name another place. */
export function scrub(tree: DocumentFragment): void {
  const texts = document.createTreeWalker(tree, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: text } = texts;
    const isExact = text.parentElement?.closest(exactly);
    text.nodeValue = (isExact ? revealed : plain)(text.nodeValue ?? "");
  }
  for (const element of tree.querySelectorAll("*")) {
    for (const attribute of element.attributes) attribute.value = plain(attribute.value);
  }
  for (const link of tree.querySelectorAll("a[href]:not(.image)")) {
    const told = pretendedBy(link, link.getAttribute("href") ?? "");
    if (told !== undefined) link.after(" ", hostElement(told));
  }
}

function hostElement(host: string): HTMLElement {
  const element = document.createElement("span");
  element.className = "host";
  element.textContent = `(${host})`;
  return element;
}

const ignorable = /[\p{Cf}\p{M}]/gu;
/** What stands where an address has its host, or what looks like a host anywhere. */
const hostLike = /\bhttps?:\/\/([^\s/?#]*)|[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}|\d{1,3}(?:\.\d{1,3}){3}/gu;
/** Longer words are not read: their link says where it leads. */
const mostWords = 1_000;

/** Where a link leads, if it names another place, or is a picture, which may name any. */
function pretendedBy(link: Element, href: string): string | undefined {
  const words = link.textContent;
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (!url) return undefined;
  const isMail = url.protocol === "mailto:";
  const host = isMail ? (url.pathname.split("@").at(-1) ?? "") : url.host;
  const told = isMail ? url.pathname : host;
  if (url.username !== "" || link.querySelector("img") || words.length > mostWords) return told;
  const shown = words.normalize("NFKC").replaceAll("\u3002", ".").replace(ignorable, "").toLowerCase();
  if (bare(shown) === bare(url.href.toLowerCase())) return undefined;
  const own = [host, url.hostname].map(withoutWww);
  const named = [...shown.matchAll(hostLike)].map(([all, authority]) => withoutWww(authority ?? all));
  return named.every((name) => own.includes(name)) ? undefined : told;
}

const bare = (address: string) => address.replace(/^https?:\/\//, "").replace(/\/$/, "");
const withoutWww = (host: string) => host.replace(/^www\./, "").replace(/[.,;:!)]+$/, "");
