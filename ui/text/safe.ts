/**
 * Markdown from outside as HTML that can do nothing: a short list of tags, links that lead where they say, no image that
 * the page would fetch, and HTML in the text shown as the text that it is.
 */
import DOMPurify from "dompurify";
import { Marked, type RendererObject, type Tokens } from "marked";
import { withoutEscapes } from "../state/plain.ts";
import { isTooDeep } from "./blocks.ts";
import { scrub } from "./scrub.ts";

const tags = [
  ...[
    "p",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "code",
    "em",
    "strong",
  ],
  ...["del", "a", "table", "thead", "tbody", "tr", "th", "td", "input", "button", "span", "div", "bdi", "img"],
];
const attributes = ["href", "title", "class", "start", "type", "checked", "disabled", "src", "alt"];
const ours = ["rel", "target", "data-path", "data-line", "data-align", "aria-label", "tabindex"];
const inlineImage = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$/;

const renderer: RendererObject = {
  html: ({ text }) => escapeHtml(text),
  code: ({ text }) => `<pre><code>${escapeHtml(text)}</code></pre>`,
  codespan: ({ text }) => path(text) ?? `<code>${escapeHtml(text)}</code>`,
  checkbox: ({ checked }) =>
    `<input type="checkbox" disabled${checked ? ' checked aria-label="done"' : ' aria-label="to do"'}> `,
  image: ({ href, text }) => image(href, text),
  link(token) {
    return link(token, withoutButtons(this.parser.parseInline(token.tokens)));
  },
  text(token) {
    if ("tokens" in token && token.tokens) return this.parser.parseInline(token.tokens);
    return withPaths(token.text, "escaped" in token && token.escaped === true ? escapeHtml : escapeText);
  },
  table(token) {
    const row = (cells: readonly Tokens.TableCell[], tag: string) =>
      `<tr>${cells.map((cell) => `<${tag}${aligned(cell)}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("")}</tr>`;
    const body = token.rows.map((cells) => row(cells, "td")).join("");
    return `<div class="table" tabindex="0"><table><thead>${row(token.header, "th")}</thead><tbody>${body}</tbody></table></div>`;
  },
};

const marked = new Marked({ gfm: true, breaks: false, renderer });

const kept = new Map<string, string>();
const keptBlocks = 2_000;
const mostKept = 20_000;

/** One block, or a short text, of Markdown. Of what is `done` and was made before, nothing is made again. */
export function safeHtml(markdown: string, done = false): string {
  const known = kept.get(markdown);
  if (known !== undefined) return known;
  const html = purify(htmlOf(withoutEscapes(markdown)));
  if (!done || html.length > mostKept) return html;
  kept.set(markdown, html);
  const [oldest] = kept.keys();
  if (kept.size > keptBlocks && oldest !== undefined) kept.delete(oldest);
  return html;
}

/** What nests without end is shown as it is written. */
function htmlOf(markdown: string): string {
  if (isTooDeep(markdown)) return `<p>${escapeHtml(markdown)}</p>`;
  try {
    return String(marked.parse(markdown, { async: false }));
  } catch {
    return `<p>${escapeHtml(markdown)}</p>`;
  }
}

function purify(html: string): string {
  const tree = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: [...attributes, ...ours],
    ADD_URI_SAFE_ATTR: [...attributes, ...ours].filter((name) => name !== "href" && name !== "src"),
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|data:image\/(?:png|jpeg|gif|webp);base64,)/i,
    RETURN_DOM_FRAGMENT: true,
  });
  scrub(tree);
  const holder = document.createElement("div");
  holder.append(tree);
  return holder.innerHTML;
}

function image(href: string, text: string): string {
  if (inlineImage.test(href)) return `<img src="${escapeHtml(href)}" alt="${escapeText(text)}">`;
  const url = webUrl(href);
  const words = escapeText(text || "image");
  if (!url) return `<span class="image">${words}</span>`;
  return `<a class="image" href="${escapeHtml(url.href)}" ${outside}>image: ${words} (${escapeHtml(url.host)})</a>`;
}

const outside = 'target="_blank" rel="noopener noreferrer nofollow"';

function link({ href }: Tokens.Link, shown: string): string {
  const file = path(decoded(href), shown);
  if (file) return file;
  if (/^mailto:[^\s]+$/i.test(href)) return `<a href="${escapeHtml(href)}" rel="noreferrer">${shown}</a>`;
  const url = webUrl(href);
  if (!url) return `${shown} <span class="host">(${escapeHtml(href.slice(0, 200))})</span>`;
  return `<a href="${escapeHtml(url.href)}" title="${escapeHtml(url.href)}" ${outside}>${shown}</a>`;
}

/** A button in a link, or in another button, would be neither. */
const withoutButtons = (html: string) => html.replace(/<\/?button[^>]*>/g, "");

function decoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

/** Only what the web has; what is relative would lead into the workspace. */
function webUrl(href: string): URL | undefined {
  if (!/^https?:\/\//i.test(href) || !URL.canParse(href)) return undefined;
  return new URL(href);
}

const place =
  /^(\/?(?:[\w@.-]+\/)*[\w@.-]*[\w@-]\.[A-Za-z]\w{0,9}|(?:[\w@.-]+\/)+[\w@.-]+)(?::(\d+)(?::\d+)?|#L(\d+))?$/;

/** A file of the project, as a button that opens it; undefined for what names none. */
function path(text: string, shown?: string): string | undefined {
  const [, name, line, anchor] = place.exec(text) ?? [];
  if (name === undefined || /^(?:www\.|[\w-]+\.(?:com|org|net|io|dev)$)/i.test(name)) return undefined;
  const at = line ?? anchor;
  const where = at === undefined ? "" : ` data-line="${at}"`;
  return `<button type="button" class="path" data-path="${escapeHtml(name)}"${where}>${shown ?? escapeHtml(text)}</button>`;
}

/** In prose only what has a line counts as a file. Begun where a word begins, as long words would take for ever. */
const inProse = /(?<![\w@./-])\/?(?:[\w@.-]+\/)*[\w@-][\w@.-]*\.[A-Za-z]\w{0,9}:\d+(?::\d+)?/g;

function withPaths(text: string, write: (text: string) => string): string {
  let from = 0;
  let html = "";
  for (const match of text.matchAll(inProse)) {
    html += write(text.slice(from, match.index)) + (path(match[0]) ?? write(match[0]));
    from = match.index + match[0].length;
  }
  return html + write(text.slice(from));
}

const aligned = ({ align }: Tokens.TableCell) => (align ? ` data-align="${align}"` : "");

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Entities stay what they stand for. */
function escapeText(text: string): string {
  return escapeHtml(text).replace(/&amp;(?=(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{1,31});)/gi, "&");
}
