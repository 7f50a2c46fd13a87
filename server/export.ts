/** A session as something to keep or hand on: to read, for programs, or as a page that opens offline. */
import { basename } from "node:path";
import { ConfigError, SessionNotFoundError } from "../agent/error.ts";
import { Ledger } from "../agent/ledger.ts";
import { findSession, type SessionSummary, summarise } from "../agent/session-list.ts";
import { redact, redactor } from "../providers/auth.ts";
import { htmlPage, type PageBundle } from "./export-html.ts";
import { Transcript } from "./export-markdown.ts";
import { readEvents } from "./records.ts";

type Env = Readonly<Record<string, string | undefined>>;

export const exportFormats = ["markdown", "json", "html"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Version of the JSON export and of the data in the HTML one. */
export const exportVersion = 1;

export interface ExportOptions {
  /** Its secrets are replaced by the names of their variables. */
  readonly env: Env;
  /** What the HTML shows the session with; needed for that format only. */
  readonly page?: PageBundle;
}

/**
 * The text of the export, a piece at a time: however long the session, only a small part of it is in memory. Events that come
 * while it is read may be in it or not. Throws `SessionNotFoundError`, or `ConfigError` for HTML without a page.
 */
export async function* exportSession(
  dir: string,
  format: ExportFormat,
  { env, page }: ExportOptions,
): AsyncGenerator<string> {
  const found = await findSession(dir);
  if (!found) throw new SessionNotFoundError({ wanted: basename(dir) });
  const summary = await summarise(found);
  switch (format) {
    case "markdown":
      return yield* safely(markdown(summary), env);
    case "json":
      return yield* safely(json(summary), env);
    case "html":
      if (!page) throw new ConfigError("An export as HTML needs the page that shows it, and none was given.");
      return yield* htmlPage(redact(summary.title, env), page, safely(json(summary), env));
  }
}

/** A name for the file, without anything that a file system or a header could trip over. */
export function exportName({ id, title }: Pick<SessionSummary, "id" | "title">, format: ExportFormat): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
  return `${words || "session"}-${id}.${{ markdown: "md", json: "json", html: "html" }[format]}`;
}

async function* markdown(summary: SessionSummary): AsyncGenerator<string> {
  const transcript = new Transcript();
  yield transcript.head(summary);
  for await (const events of readEvents(summary.dir)) yield events.map((event) => transcript.take(event)).join("");
  yield transcript.foot();
}

/** `{ version, session, events, agents }`, an event a line; the agents come last, for only then are they known. */
async function* json(summary: SessionSummary): AsyncGenerator<string> {
  const { dir: _, size: _size, ...session } = summary;
  const agents = new Ledger();
  yield `{"version":${exportVersion},"session":${JSON.stringify(session)},"events":[`;
  let isFirst = true;
  for await (const events of readEvents(summary.dir)) {
    for (const event of events) agents.note(event);
    const lines = events.map((event) => JSON.stringify(event));
    if (lines.length > 0) yield `${isFirst ? "\n" : ",\n"}${lines.join(",\n")}`;
    isFirst &&= lines.length === 0;
  }
  yield `\n],"agents":${JSON.stringify(agents.shares())}}\n`;
}

/** No secret is cut in two: a piece ends where an event does. */
async function* safely(pieces: AsyncIterable<string>, env: Env): AsyncGenerator<string> {
  const redacted = redactor(env);
  for await (const piece of pieces) if (piece !== "") yield redacted(piece);
}
