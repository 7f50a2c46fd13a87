/** What a person calls a session: a small file beside its events, so that a rename never touches the transcript. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Name of the file, inside a session's directory. */
export const metaFile = "meta.json";

const titleLength = 120;

/** The title that was given to the session in `dir`; undefined where none was. */
export async function readTitle(dir: string): Promise<string | undefined> {
  try {
    const meta: unknown = JSON.parse(await readFile(join(dir, metaFile), "utf8"));
    const title = typeof meta === "object" && meta !== null && "title" in meta ? meta.title : undefined;
    return typeof title === "string" ? oneLine(title) || undefined : undefined;
  } catch {
    return undefined;
  }
}

/** Gives the session in `dir` a title, whole or not at all; an empty one takes it away. Rejects with the disk's own error. */
export async function writeTitle(dir: string, title: string): Promise<void> {
  const path = join(dir, metaFile);
  const line = oneLine(title);
  if (line === "") return rm(path, { force: true });
  const draft = `${path}.${crypto.randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify({ title: line })}\n`, { mode: 0o600, flag: "wx", flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** A text on one line of at most 120 letters. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, titleLength * 4)
    .replace(/\s+/g, " ")
    .trim();
  const letters = [...line];
  return letters.length <= titleLength ? line : `${letters.slice(0, titleLength - 1).join("")}…`;
}
