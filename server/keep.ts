/**
 * Texts kept in a session's directory by the path they had, owner-only: a list of paths, and each content once, named
 * by its hash.
 */
import { appendFile, mkdir, readdir, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

const directory = "originals";
const list = "paths.jsonl";
const maxTotalBytes = 256 * 1024 * 1024;

/** One line of the list: a path, and the hash of its content; null where there was no file. */
interface Entry {
  readonly path: string;
  readonly hash: string | null;
}

export class Keep {
  readonly #dir: string;
  readonly #hashes: Map<string, string | null>;
  #totalBytes: number;

  private constructor(dir: string, hashes: Map<string, string | null>, totalBytes: number) {
    this.#dir = dir;
    this.#hashes = hashes;
    this.#totalBytes = totalBytes;
  }

  /**
   * What an earlier process kept is there again. Lines that cannot be read, and contents that are gone, do not count.
   */
  static async open(sessionDir: string): Promise<Keep> {
    const dir = join(sessionDir, directory);
    const names = new Set(await readdir(dir).catch(() => []));
    const sizes = await Promise.all(
      [...names].map((name) =>
        stat(join(dir, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    const hashes = new Map<string, string | null>();
    const text = names.has(list) ? await readFile(join(dir, list), "utf8").catch(() => "") : "";
    for (const line of text.split("\n")) {
      const entry = readEntry(line);
      if (!entry || hashes.has(entry.path)) continue;
      if (entry.hash === null || names.has(entry.hash)) hashes.set(entry.path, entry.hash);
    }
    return new Keep(
      dir,
      hashes,
      sizes.reduce((sum, size) => sum + size, 0),
    );
  }

  has(path: string): boolean {
    return this.#hashes.has(path);
  }

  /** The text, null where there was no file, undefined where it was not kept or what was kept is damaged. */
  async read(path: string): Promise<string | null | undefined> {
    const hash = this.#hashes.get(path);
    if (hash === undefined || hash === null) return hash;
    const text = await readFile(join(this.#dir, hash), "utf8").catch(() => undefined);
    return text !== undefined && hashOf(text) === hash ? text : undefined;
  }

  /** The first content of a path stays. Rejects with the disk's own error; past 256 MiB nothing more is kept. */
  async put(path: string, text: string | null): Promise<void> {
    if (this.#hashes.has(path)) return;
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const hash = text === null ? null : hashOf(text);
    if (text !== null && hash !== null) await this.#write(hash, text);
    const entry: Entry = { path, hash };
    await appendFile(join(this.#dir, list), `\n${JSON.stringify(entry)}\n`, { mode: 0o600 });
    this.#hashes.set(path, hash);
  }

  async #write(hash: string, text: string): Promise<void> {
    const path = join(this.#dir, hash);
    if ((await readFile(path, "utf8").catch(() => undefined)) === text) return;
    const bytes = Buffer.from(text);
    if (this.#totalBytes + bytes.length > maxTotalBytes) throw new Error("There is no room for more originals.");
    const temporary = `${path}.${crypto.randomUUID()}.tmp`;
    try {
      await writeFile(temporary, bytes, { flag: "wx", mode: 0o600 });
      await rename(temporary, path);
    } catch (error) {
      await unlink(temporary).catch(() => {});
      throw error;
    }
    this.#totalBytes += bytes.length;
  }
}

function hashOf(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}

function readEntry(line: string): Entry | undefined {
  if (line === "") return undefined;
  try {
    const { path, hash } = JSON.parse(line);
    const isHash = hash === null || (typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash));
    return typeof path === "string" && isHash ? { path, hash } : undefined;
  } catch {
    return undefined;
  }
}
