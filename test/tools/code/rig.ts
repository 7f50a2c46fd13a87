/** A project on the disk whose index is kept apart, and what the tools say of it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Projects } from "../../../tools/code/project.ts";
import { type CodeSearchArgs, codeSearchTool } from "../../../tools/code-search.ts";
import { type RepoMapArgs, repoMapTool } from "../../../tools/repo-map.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { type Place, placeAt } from "../tool-bench.ts";

export interface CodeRig extends Disposable {
  readonly root: string;
  readonly cache: string;
  readonly place: Place;
  write(path: string, text: string | Uint8Array): void;
  map(args?: RepoMapArgs): Promise<string>;
  search(args: CodeSearchArgs): Promise<string>;
}

/** `files` by path from the project's root. */
export function codeRig(files: Readonly<Record<string, string | Uint8Array>> = {}): CodeRig {
  const dir = tempDir({ memory: true });
  const [root, cache] = [join(dir.path, "project"), join(dir.path, "cache")];
  mkdirSync(join(root, ".git"), { recursive: true });
  const projects = new Projects({ XDG_CACHE_HOME: cache });
  const [repoMap, codeSearch] = [repoMapTool(projects), codeSearchTool(projects)];
  const place = placeAt(root);
  const write = (path: string, text: string | Uint8Array) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return {
    root,
    cache,
    place,
    write,
    map: async (args = {}) => (await place.run(repoMap, args)).text,
    search: async (args) => (await place.run(codeSearch, args)).text,
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}
