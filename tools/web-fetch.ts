/** Reads a page of the public web. */
import { z } from "zod";
import { messageOf } from "../agent/error.ts";
import type { ToolDetails } from "../agent/message.ts";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { sayLate } from "./late.ts";
import { attachImage, imageTooLarge, maxImageBytes, sniffMedia } from "./media.ts";
import { failure, oneLine } from "./output.ts";
import { pdfText } from "./pdf.ts";
import { ToolSettings } from "./settings.ts";
import { readUrl } from "./web/address.ts";
import { DialError, type Network } from "./web/dial.ts";
import { feedMarkdown, looksLikeFeed } from "./web/feed.ts";
import { type Answer, decode, get, type Wanted } from "./web/get.ts";
import { toMarkdown } from "./web/markdown.ts";
import { TimedCache } from "./web/timed-cache.ts";
import description from "./web-fetch.md" with { type: "text" };

const schema = z.strictObject({
  url: z.string().min(1).max(4_096),
  format: z.enum(["article", "page", "raw"]).optional().describe("How HTML comes; article by default"),
  method: z.enum(["GET", "POST"]).optional(),
  json: z.record(z.string(), z.json()).optional().describe("Body of a POST, as JSON"),
  form: z.record(z.string(), z.string()).optional().describe("Body of a POST, as form fields"),
});
type Args = z.output<typeof schema>;

const maxBytes = 15_000_000;
const cacheMs = 15 * 60_000;
const cachedPages = 128;

export interface WebFetchOptions {
  readonly network?: Network;
  readonly settings?: ToolSettings | undefined;
}

/** Each tool keeps what it fetched for a quarter of an hour. */
export function webFetchTool({ network, settings = new ToolSettings() }: WebFetchOptions = {}) {
  const cache = new TimedCache<ToolOutput>({ entries: cachedPages, ms: cacheMs });
  return defineTool({
    name: "WebFetch",
    description,
    schema,
    label: ({ method, url }) => oneLine(`${method === "POST" ? "Post to" : "Fetch"} ${url}`),
    async run(args, context) {
      const url = readUrl(args.url);
      if (typeof url === "string") return failure(`${oneLine(args.url)}: ${url}`);
      const wrong = wrongBody(args);
      if (wrong !== undefined) return failure(wrong);
      if (context.signal.aborted) return failure("The request was stopped.");
      const key = `${args.format ?? "article"} ${url.href}`;
      const isGet = args.method !== "POST";
      const known = isGet ? cache.get(key, context.clock.now()) : undefined;
      if (known) return known;
      using _ = sayLate(context, oneLine(`Waiting for ${url.host}`));
      const output = await fetchPage(url, args, context, { network, timeoutMs: settings.get("WebFetch", "timeoutMs") });
      if (isGet && output.isError !== true) cache.set(key, output, context.clock.now());
      return output;
    },
  });
}

function wrongBody({ method, json, form }: Args): string | undefined {
  if (json && form) return "Give either json or form, not both.";
  return (json || form) && method !== "POST" ? 'A body needs method "POST".' : undefined;
}

interface Way {
  readonly network: Network | undefined;
  /** Half of it for a POST. */
  readonly timeoutMs: number;
}

async function fetchPage(url: URL, args: Args, { signal }: ToolContext, way: Way): Promise<ToolOutput> {
  const { method = "GET", json, form, format = "article" } = args;
  const body = json
    ? { type: "application/json", text: JSON.stringify(json) }
    : form && { type: "application/x-www-form-urlencoded", text: new URLSearchParams(form).toString() };
  const wanted: Wanted = {
    method,
    ...(body && { body }),
    accept: "text/markdown, text/html;q=0.9, application/xhtml+xml;q=0.9, application/json;q=0.8, */*;q=0.5",
    signal,
    maxBytes,
    timeoutMs: method === "POST" ? way.timeoutMs / 2 : way.timeoutMs,
  };
  try {
    const answer = await withTls(url, (to) => get(to, wanted, way.network));
    return answer.status < 400 ? await show(answer, format) : await refusal(answer);
  } catch (error) {
    if (error instanceof DialError) return failure(error.message);
    throw error;
  }
}

/** An address with plain http is tried with TLS first; where nothing answers there, as it was given. */
async function withTls(url: URL, fetch: (url: URL) => Promise<Answer>): Promise<Answer> {
  if (url.protocol !== "http:" || url.port !== "") return fetch(url);
  const safe = new URL(url);
  safe.protocol = "https:";
  return fetch(safe).catch((error: unknown) => {
    if (error instanceof DialError && !error.refused) return fetch(url);
    throw error;
  });
}

async function show(answer: Answer, format: NonNullable<Args["format"]>): Promise<ToolOutput> {
  const { body, type, url, cut } = answer;
  const name = decodeURIComponentSafely(url.pathname.split("/").at(-1) || url.hostname);
  const mime = sniffMedia(name, body);
  if (mime === "application/pdf") return await showPdf(answer);
  if (mime !== undefined) {
    return cut || body.length > maxImageBytes ? imageTooLarge(url.href, body.length) : attachImage(name, mime, body);
  }
  if (body.length === 0) return { text: `${url.href} answered with nothing (status ${answer.status}).` };
  if (!isText(type, body)) {
    return failure(
      `${url.href} is ${type || "of no stated type"}, ${body.length.toLocaleString("en")} bytes, and no text. Bash with curl can save it.`,
    );
  }
  const text = decode(answer);
  const head = [url.href, ...(cut ? [`[Cut after ${body.length.toLocaleString("en")} bytes.]`] : [])];
  const isHtml = type.includes("html") || (type === "" && /^\s*<(?:!doctype|html)/i.test(text));
  if (format === "raw") return { text: [...head, "", text].join("\n") };
  if (isHtml) {
    const page = await toMarkdown(text, url, { whole: format === "page" });
    return {
      text: [
        page.title ? `${page.title}\n${head.join("\n")}` : head.join("\n"),
        "",
        page.markdown || "The page has no text; it may need a browser.",
      ].join("\n"),
      details: documentCard(url, page.title),
    };
  }
  const feed = looksLikeFeed(text) ? await feedMarkdown(text) : undefined;
  return { text: [...head, "", feed ?? text].join("\n"), ...(feed !== undefined && { details: documentCard(url) }) };
}

/** The text of the result is Markdown, and from there. */
function documentCard({ href }: URL, title = ""): ToolDetails {
  return { type: "custom", name: "document", data: { url: href, ...(title !== "" && { title }) } };
}

async function showPdf({ body, url, cut }: Answer): Promise<ToolOutput> {
  if (cut)
    return failure(
      `${url.href} is a PDF of more than ${maxBytes.toLocaleString("en")} bytes. Save it with Bash and curl, then read its pages.`,
    );
  try {
    const { pages, total } = await pdfText(body);
    const text = pages.map((page, index) => `--- page ${index + 1} of ${total} ---\n${page.trim()}`).join("\n\n");
    return { text: `${url.href}\n\n${text}`, details: documentCard(url) };
  } catch (cause) {
    return failure(`The PDF at ${url.href} could not be read: ${messageOf(cause).replace(/\.$/, "")}.`);
  }
}

/** What a server said in place of the page, as far as it helps. */
async function refusal(answer: Answer): Promise<ToolOutput> {
  const { status, url, type, retryAfter } = answer;
  const said = isText(type, answer.body) ? decode(answer) : "";
  const words = type.includes("html") ? (await toMarkdown(said, url, { whole: true })).markdown : said;
  const wait = retryAfter === undefined ? "" : ` It asks to wait: Retry-After ${retryAfter}.`;
  const advice =
    status === 403 || status === 429 || status === 503 ? " It may keep programs out; try another source." : "";
  return failure(`${url.href} answered with status ${status}.${wait}${advice}\n\n${words.slice(0, 1_500)}`.trim());
}

function isText(type: string, body: Buffer): boolean {
  if (/^text\/|json|xml|javascript|yaml|toml|x-sh|csv|markdown/.test(type)) return true;
  return (type === "" || type === "application/octet-stream") && !body.subarray(0, 8_192).includes(0);
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
