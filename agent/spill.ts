/** Where results too big for the conversation go: a file the model can read in parts, and a preview in its place. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "./error.ts";
import type { CallId, ToolDetails } from "./message.ts";

/** Largest result kept whole, in characters, where a tool does not say. */
export const defaultResultChars = 50_000;
/** Largest sum of the results of one round, in characters. */
export const roundResultChars = 200_000;
const previewChars = 2_000;

/** Largest card of a tool of anybody's, in characters of JSON: it goes into the session and to every client. */
const cardChars = 1_000_000;

export class Spill {
  #dir: Promise<string> | undefined;
  readonly #wanted: string | undefined;

  /** Files go to `dir`, or to a private temporary directory; it is made when first needed. */
  constructor(dir?: string) {
    this.#wanted = dir;
  }

  /** The text itself where it fits in `maxChars`, else a preview that names the file holding all of it. */
  async bound(callId: CallId, text: string, maxChars: number): Promise<string> {
    if (keptChars(text, maxChars) === text.length) return text;
    const hash = new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 12);
    try {
      const path = join(await this.#directory(), `${callId}-${hash}.txt`);
      await writeFile(path, text, { mode: 0o600 });
      return `${preview(text)}\n[${text.length} characters in all; the whole result is in ${path}]`;
    } catch (error) {
      const why = messageOf(error);
      return `${preview(text)}\n[${text.length} characters in all; the rest is lost: it could not be saved (${why})]`;
    }
  }

  /** Removes what was only temporary. */
  async close(): Promise<void> {
    const dir = this.#wanted === undefined ? await this.#dir?.catch(() => undefined) : undefined;
    if (dir) await rm(dir, { recursive: true, force: true });
  }

  #directory(): Promise<string> {
    this.#dir ??= this.#wanted
      ? mkdir(this.#wanted, { recursive: true, mode: 0o700 }).then(() => this.#wanted ?? "")
      : mkdtemp(join(tmpdir(), "sagent-results-"));
    return this.#dir;
  }
}

/** Characters of a text that stay in the conversation: all where they fit or where a preview would save little. */
export function keptChars(text: string, maxChars: number): number {
  return text.length <= Math.max(maxChars, previewChars * 1.5) ? text.length : previewChars;
}

function preview(text: string): string {
  const cut = text.lastIndexOf("\n", previewChars);
  const end = cut > previewChars / 2 ? cut : previewChars;
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? end - 1 : end);
}

/** The details of a result, as fields of it; a card that is too large, or is no JSON, is left out: the text says it all the same. */
export function keptDetails(details: ToolDetails | undefined): { readonly details?: ToolDetails } {
  if (details === undefined) return {};
  return details.type !== "custom" || fits(details.data) ? { details } : {};
}

function fits(data: unknown): boolean {
  try {
    return (JSON.stringify(data) ?? "").length <= cardChars;
  } catch {
    return false;
  }
}
