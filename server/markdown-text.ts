/** Text of models, tools and people as a part of a Markdown document that it cannot break or reach out of. */
import { printable } from "./terminal-text.ts";

/** As code, in a fence longer than any inside. */
export function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${printable(text).replace(/\n$/, "")}\n${fence}`;
}

/** A few words on a line of Markdown, all of them as they are. */
export function inline(text: string): string {
  return printable(text)
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_{}[\]<>#|~&!]/g, "\\$&");
}

/** A part that can be folded; the summary is plain text. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${plain(summary)}</summary>\n\n${body}\n\n</details>\n\n`;
}

function plain(text: string): string {
  return printable(text).replace(/\s+/g, " ").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

const fenceLine = /^ {0,3}(`{3,}|~{3,})(.*)$/;

/**
 * Markdown as it was written, made harmless: what would be a tag or an image outside of code is shown as it stands, and a
 * fence left open is closed.
 */
export function markdownBody(text: string): string {
  let fence = "";
  let isLoose = false;
  const lines = printable(text)
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, run = "", rest = ""] = fenceLine.exec(line) ?? [];
      if (fence !== "") {
        if (run.startsWith(fence) && rest.trim() === "") fence = "";
        return line;
      }
      if (run !== "" && !(run.startsWith("`") && rest.includes("`"))) {
        fence = run;
        isLoose = false;
        return line;
      }
      const shown = withoutMarkup(line, isLoose);
      isLoose = line.trim() !== "" && shown.isLoose;
      return shown.line;
    });
  return [...lines, ...(fence === "" ? [] : [fence])].join("\n");
}

const escapePair = /\\./;
const codeSpan = /(?<!`)(?<run>`+)(?!`).*?(?<!`)\k<run>(?!`)/;
const backticks = /`+/;
const markup = /(?<mark><(?=[a-z/!?])|!(?=\[))/;
const either = (...patterns: RegExp[]) => new RegExp(patterns.map(({ source }) => source).join("|"), "gi");
const strict = either(escapePair, codeSpan, backticks, markup);
const loose = either(escapePair, backticks, markup);

/**
 * Spans of code are left alone where they can be told for sure. A backtick without its partner makes what stands behind it
 * loose, up to a blank line: what looks like a span there may be what stands between two.
 */
function withoutMarkup(text: string, wasLoose: boolean): { line: string; isLoose: boolean } {
  let isLoose = wasLoose;
  const line = text.replace(wasLoose ? loose : strict, (whole, ...rest) => {
    const { run, mark }: Record<string, string | undefined> = rest.at(-1);
    if (mark !== undefined) return `\\${mark}`;
    if (run !== undefined && isLoose) return withoutMarkup(whole, true).line;
    if (run === undefined && whole.startsWith("`")) isLoose = true;
    return whole;
  });
  return { line, isLoose };
}
