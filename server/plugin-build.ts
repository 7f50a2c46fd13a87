/**
 * Loads the module of a plug-in as it is on the disk at this moment, with all of its own files: they are bundled into one,
 * so that no cache of modules has an old one, and what failed to load before is tried again. Packages are loaded where they
 * are; `sagent` is that of this process and `zod` that of this package, whether or not they are installed there.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { atMost } from "../agent/clock.ts";

/** Where a bundled plug-in finds the modules of this process. */
const shared = Symbol.for("sagent.modules");

/** The module's exports. Rejects with what is wrong with it, also where it does not come to an end. */
export async function loadModule(entry: string, loadMs = 10_000): Promise<Readonly<Record<string, unknown>>> {
  const own = await ownModules();
  Reflect.set(globalThis, shared, own);
  const code = await bundle(entry, [...own.keys()]);
  const dir = await mkdtemp(join(tmpdir(), "sagent-plugin-"));
  const file = join(dir, "plugin.js");
  try {
    await Bun.write(file, code);
    let loaded: Readonly<Record<string, unknown>> | undefined;
    const loading = async () => {
      loaded = await import(file);
    };
    await atMost(loadMs, loading());
    if (loaded) return loaded;
    throw new Error(`it was still loading after ${loadMs / 1000} s`);
  } finally {
    await rm(dir, { recursive: true, force: true });
    delete createRequire(import.meta.url).cache[file];
  }
}

/** The bundle has of zod what it uses itself, which is a third; all of it is in the package beside. */
async function ownModules(): Promise<ReadonlyMap<string, object>> {
  return new Map<string, object>([
    ["sagent", await import("../agent/index.ts")],
    ["sagent/tools", await import("../tools/registry.ts")],
    ["sagent/providers", await import("../providers/registry.ts")],
    ["zod", await import(Bun.resolveSync("zod", import.meta.dir))],
  ]);
}

async function bundle(entry: string, own: readonly string[]): Promise<string> {
  const dir = dirname(entry);
  const meta = { dir, dirname: dir, path: entry, filename: entry, url: pathToFileURL(entry).href };
  const define = Object.entries(meta).map(([name, value]) => [`import.meta.${name}`, JSON.stringify(value)]);
  const { success, outputs, logs } = await Bun.build({
    entrypoints: [entry],
    target: "bun",
    throw: false,
    sourcemap: "inline",
    define: Object.fromEntries(define),
    plugins: [{ name: "sagent", setup: (build) => resolveIn(build, own) }],
  });
  const [output] = outputs;
  if (success && output) return output.text();
  throw new Error(logs.slice(0, 3).map(sentence).join("; ") || "it cannot be built");
}

function sentence({ message, position }: BuildMessage | ResolveMessage): string {
  return position ? `${position.file}:${position.line}: ${message}` : message;
}

function resolveIn(build: Bun.PluginBuilder, own: readonly string[]): void {
  build.onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
    if (own.includes(path)) return { path, namespace: "sagent" };
    try {
      const found = Bun.resolveSync(path, dirname(importer));
      return found.startsWith("/") ? { path: found, external: true } : undefined;
    } catch {
      return undefined;
    }
  });
  build.onLoad({ filter: /.*/, namespace: "sagent" }, ({ path }) => ({
    loader: "js",
    contents: `module.exports = globalThis[Symbol.for("sagent.modules")].get(${JSON.stringify(path)})`,
  }));
}
