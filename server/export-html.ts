/**
 * The page that shows an exported session: one file that needs nothing else and reaches nothing else. The session is data
 * in it, never markup.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../agent/error.ts";

/** The built page, each as the text of one file. */
export interface PageBundle {
  /** A module without imports. */
  readonly script: string;
  readonly style: string;
}

/** Id of the element that the page is drawn in. */
export const rootId = "root";
/** Id of the element that holds the session as JSON. */
export const dataId = "session";

/** The bundle in a directory of built files. Throws `ConfigError` where it was not built. */
export async function readPage(dir: string): Promise<PageBundle> {
  try {
    const [script, style] = await Promise.all(
      ["replay.js", "replay.css"].map((name) => readFile(join(dir, name), "utf8")),
    );
    return { script: script ?? "", style: style ?? "" };
  } catch (cause) {
    throw new ConfigError("The page that shows an exported session is not built.", {
      hint: "Run `bun run build`, or export it as markdown or json.",
      cause,
    });
  }
}

/** The page, a piece at a time; `data` is JSON. */
export async function* htmlPage(title: string, page: PageBundle, data: AsyncIterable<string>): AsyncGenerator<string> {
  const script = inScript(page.script);
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script)}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title || "Session")}</title>
<style>${inStyle(page.style)}</style>
</head>
<body>
<noscript>This file shows a session with a script that it holds; allow scripts to see it.</noscript>
<div id="${rootId}"></div>
<script type="application/json" id="${dataId}">`;
  for await (const piece of data) yield inData(piece);
  yield `</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

/** Nothing may be fetched, and no script runs but the page's own. Styles may be set by it as it draws. */
function policy(script: string): string {
  const hash = new Bun.CryptoHasher("sha256").update(script).digest("base64");
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "font-src data:",
    // PDFs that messages carry.
    "frame-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** In JSON, `<` stands only in strings, where its escape means the same. */
function inData(json: string): string {
  return json.replaceAll("<", "\\u003c");
}

/** What could end or shift a script element stands only in a script's strings and patterns; there its escape is the same. */
function inScript(script: string): string {
  return script.replace(/<(?=\/script|script|!--)/gi, "\\x3c");
}

function inStyle(style: string): string {
  return style.replace(/<(?=\/style)/gi, "\\3c ");
}

export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (letter) => names[letter] ?? letter);
}
