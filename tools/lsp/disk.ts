/** Tells a server which files of its project were changed, made or removed on disk since it was last asked something. */
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { walk } from "../ignore.ts";
import type { FoundServer } from "./find.ts";
import { uriOf } from "./position.ts";

/** In a larger project only the files that are open are watched. */
const mostFiles = 20_000;
const atOnce = 64;

export interface FileEvent {
  readonly uri: string;
  /** 1 made, 2 changed, 3 removed. */
  readonly type: 1 | 2 | 3;
}

export class Disk {
  readonly #found: FoundServer;
  #seen: ReadonlyMap<string, string> | undefined;
  #isTooLarge = false;
  #looking: Promise<FileEvent[]> | undefined;

  constructor(found: FoundServer) {
    this.#found = found;
  }

  /** Changes since the last look; none at the first. Calls at the same time share one look. */
  async look(signal: AbortSignal): Promise<FileEvent[]> {
    if (this.#isTooLarge) return [];
    this.#looking ??= this.#look(signal).finally(() => {
      this.#looking = undefined;
    });
    return await this.#looking;
  }

  async #look(signal: AbortSignal): Promise<FileEvent[]> {
    const now = await this.#stamps(signal);
    const before = this.#seen;
    if (now === undefined) return [];
    this.#seen = now;
    if (before === undefined) return [];
    const events: FileEvent[] = [];
    for (const [path, stamp] of now) {
      const old = before.get(path);
      if (old !== stamp) events.push({ uri: uriOf(path), type: old === undefined ? 1 : 2 });
    }
    for (const path of before.keys()) if (!now.has(path)) events.push({ uri: uriOf(path), type: 3 });
    return events;
  }

  /** Of the files that could matter to the server: those of its languages, and those that mark its root. */
  async #stamps(signal: AbortSignal): Promise<Map<string, string> | undefined> {
    const { spec, root } = this.#found;
    const paths: string[] = [];
    for await (const { path, name, isFile } of walk(root, { hidden: false, ignore: true, signal })) {
      if (!isFile) continue;
      if (spec.extensions.includes(extname(name).toLowerCase()) || spec.rootMarkers.includes(name)) paths.push(path);
      if (paths.length > mostFiles) {
        this.#isTooLarge = true;
        return undefined;
      }
    }
    const stamps = new Map<string, string>();
    for (let at = 0; at < paths.length && !signal.aborted; at += atOnce) {
      await Promise.all(
        paths.slice(at, at + atOnce).map(async (path) => {
          const stats = await stat(path).catch(() => undefined);
          if (stats) stamps.set(path, `${stats.mtimeMs} ${stats.size} ${stats.ino}`);
        }),
      );
    }
    return signal.aborted ? undefined : stamps;
  }
}
