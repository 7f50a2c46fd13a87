/**
 * Bundles the program into `dist/` (or a directory given as argument) for the published package: it starts in half the
 * time, as Bun then opens a few files instead of 400. Names stay readable. From a clone the sources run as they are.
 */
import { cp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { buildPage } from "./build/page.ts";

const root = import.meta.dir;
const outdir = resolve(process.argv[2] ?? join(root, "dist"));

await rm(outdir, { recursive: true, force: true });
await Bun.build({
  entrypoints: [join(root, "server/main.ts")],
  outdir,
  target: "bun",
  splitting: true,
  minify: { whitespace: true, syntax: true },
  external: ["node-llama-cpp"],
});
await buildPage(join(outdir, "ui"));
await cp(join(root, "providers/data"), join(outdir, "data"), { recursive: true });
