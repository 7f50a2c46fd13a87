/**
 * Slack's own markup and Markdown, each as the other: https://docs.slack.dev/messaging/formatting-message-text. Outgoing text is
 * escaped, so that no text of a model calls a whole channel.
 */
import { sliceWhole } from "../output.ts";

/** Turn names into ids and back; undefined for nobody. */
export interface NameBook {
  userId(name: string): string | undefined;
  channelId(name: string): string | undefined;
  userName(id: string): string | undefined;
  channelName(id: string): string | undefined;
}

const fence = /(```[\s\S]*?(?:```|$)|`[^`\n]+`)/;

/** Markdown as Slack shows it. `@name` and `#channel` become links where the book knows them. */
export function toMrkdwn(markdown: string, book?: NameBook): string {
  return markdown
    .replaceAll("\r\n", "\n")
    .split(fence)
    .map((piece, at) => (at % 2 === 1 ? codeOf(piece) : prose(piece, book)))
    .join("");
}

/** The language of a block would be shown as its first line. */
function codeOf(piece: string): string {
  return escaped(piece.replace(/^```[\w+-]*\n/, "```\n"));
}

/** Stand for a `*` of ours until those of Markdown are gone. */
const bold = "\u0001";

function prose(text: string, book: NameBook | undefined): string {
  return escaped(text)
    .replace(/!?\[([^\]\n]*)\]\((https?:[^)\s|]+)(?: "[^)]*)?\)/g, (_, words: string, url: string) =>
      words === "" || words === url ? `<${url}>` : `<${url}|${words.replaceAll("|", "/")}>`,
    )
    .replace(/^ {0,3}#{1,6} +(.+?)(?: #+)?$/gm, (_, words: string) => bold + words.replace(/\*\*|__/g, "") + bold)
    .replace(/\*\*(?=\S)([^\n]*?\S)\*\*|__(?=\S)([^\n]*?\S)__/g, (_, a?: string, b?: string) => bold + (a ?? b) + bold)
    .replace(/(?<![\w*])\*(?=[^\s*])([^*\n]*?[^\s*])\*(?![\w*])/g, "_$1_")
    .replace(/~~(?=\S)([^\n]*?\S)~~/g, "~$1~")
    .replace(/^(\s*)[-*+] (?:\[( |x)\] )?/gm, (_, indent: string, tick?: string) =>
      tick === undefined ? `${indent}• ` : `${indent}${tick === "x" ? "☑" : "☐"} `,
    )
    .replace(/(?<![\w@/.])@([\w.-]*\w)/g, (all, name: string) => linked(all, "@", book?.userId(name)))
    .replace(/(?<![\w#/&])#([\p{L}\p{N}_-]+)/gu, (all, name: string) => linked(all, "#", book?.channelId(name)))
    .replaceAll(bold, "*");
}

const linked = (all: string, sign: string, id: string | undefined) => (id === undefined ? all : `<${sign}${id}>`);

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replace(/^&gt;/gm, ">");

const plain = (text: string) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** Slack's markup as Markdown, with names in place of ids. */
export function toMarkdown(mrkdwn: string, book?: NameBook): string {
  return mrkdwn
    .split(fence)
    .map((piece, at) => plain(at % 2 === 1 ? piece.replace(/<([^|>]+)(?:\|([^>]*))?>/g, "$1") : spoken(piece, book)))
    .join("");
}

function spoken(text: string, book: NameBook | undefined): string {
  return text
    .replace(/(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])/g, "**$1**")
    .replace(/(?<![\w~])~(?=\S)([^~\n]*?\S)~(?![\w~])/g, "~~$1~~")
    .replace(/^• /gm, "- ")
    .replace(/<([^|>\n]+)(?:\|([^>\n]*))?>/g, (_, target: string, words?: string) => reference(target, words, book));
}

function reference(target: string, words: string | undefined, book: NameBook | undefined): string {
  const id = target.slice(1);
  if (target.startsWith("@")) return `@${book?.userName(id) ?? (words || id)}`;
  if (target.startsWith("#")) return `#${words || (book?.channelName(id) ?? id)}`;
  if (target.startsWith("!")) return words || `@${id.split("^")[0]}`;
  return words === undefined || words === target ? target : `[${words}](${target})`;
}

/** Slack asks for at most 4,000 characters in one message. */
export const maxMessageChars = 3_900;

/** A text in pieces that fit one message each: cut between paragraphs, lines or words, and code stays code. */
export function splitText(text: string, most = maxMessageChars): string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  let open = false;
  while (rest !== "") {
    const head: string = open ? "```\n" : "";
    const room = most - head.length - 4;
    const isLast = head.length + rest.length <= most;
    const piece: string = isLast ? rest : rest.slice(0, cutAt(rest, room));
    rest = rest.slice(piece.length).replace(/^[ \n]+/, "");
    open = (head + piece).split("```").length % 2 === 0;
    pieces.push(head + piece.trimEnd() + (open && rest !== "" ? "\n```" : ""));
  }
  return pieces;
}

/** Where a text that is too long is best cut. */
function cutAt(text: string, room: number): number {
  for (const mark of ["\n\n", "\n", " "]) {
    const at = text.lastIndexOf(mark, room);
    if (at > room / 2) return at;
  }
  return sliceWhole(text, room).length;
}
