/** Builds the page into a directory: its script and lazy parts, the worker, the styles, and `index.html` that names them. */
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { solid } from "./solid.ts";
import { pageDir, staleStamp, writeStamp } from "./stamp.ts";

const root = join(import.meta.dir, "..");

function shared(outdir: string): Omit<Bun.BuildConfig, "entrypoints"> {
  return { outdir, target: "browser", minify: true, plugins: [solid], conditions: ["browser", "solid"] };
}

const hashed = { entry: "[name]-[hash].[ext]", chunk: "[name]-[hash].[ext]", asset: "[name]-[hash].[ext]" };

/** Node's modules that a library of the model's worker asks for where it runs in Node; in a browser it never does. */
const withoutNode: Bun.BunPlugin = {
  name: "without-node",
  setup(build) {
    build.onResolve({ filter: /^(?:node:)?(?:module|fs|path|url)$/ }, ({ path }) => ({ path, namespace: "node" }));
    build.onLoad({ filter: /.*/, namespace: "node" }, () => ({
      contents: "export const createRequire = undefined; export default {};",
      loader: "js",
    }));
  },
};

/** A build that fails leaves what was there. */
export async function buildPage(outdir: string): Promise<void> {
  const draft = `${outdir}.${crypto.randomUUID().slice(0, 8)}`;
  try {
    await mkdir(draft, { recursive: true });
    await buildInto(draft);
    await rm(outdir, { recursive: true, force: true });
    await rename(draft, outdir);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function buildInto(outdir: string): Promise<void> {
  const options = { ...shared(outdir), splitting: true, naming: hashed };
  const build = async (entry: string, more: readonly Bun.BunPlugin[] = []) => {
    const plugins = [...(options.plugins ?? []), ...more];
    const { outputs } = await Bun.build({ ...options, plugins, entrypoints: [join(root, "ui", entry)] });
    const name = ({ path }: Bun.BuildArtifact) => path.slice(outdir.length + 1);
    const script = outputs.find(({ kind }) => kind === "entry-point");
    if (!script) throw new Error(`ui/${entry} was not built.`);
    return { script: name(script), styles: outputs.map(name).filter((file) => /^main-.*\.css$/.test(file)) };
  };
  const [page, worker] = [await build("main.tsx"), await build("text/highlight.worker.ts")];
  const models = await build("model.worker.ts", [withoutNode]);
  // What an export holds: one script and one style, under names that do not change.
  await Bun.build({ ...shared(outdir), entrypoints: [join(root, "ui/replay.tsx")], naming: "[name].[ext]" });
  const head = [
    ...page.styles.map((name) => `<link rel="stylesheet" href="/assets/${name}">`),
    `<meta name="highlighter" content="/assets/${worker.script}">`,
    `<meta name="modeller" content="/assets/${models.script}">`,
  ].join("\n    ");
  const script = `<script type="module" src="/assets/${page.script}"></script>`;
  const html = await readFile(join(root, "ui/index.html"), "utf8");
  await cp(join(root, "ui/icon.svg"), join(outdir, "icon.svg"));
  await writeFile(join(outdir, "index.html"), html.replace("<!-- styles -->", head).replace("<!-- script -->", script));
}

/** Builds the page where what it is made from has changed since; returns whether it did. */
export async function ensurePage(outdir = pageDir): Promise<boolean> {
  const stamp = await staleStamp(outdir);
  if (stamp === undefined) return false;
  await buildPage(outdir);
  await writeStamp(outdir, stamp);
  return true;
}
