/** Builds the page into a directory: its script and lazy parts, the worker, the styles, and `index.html` that names them. */
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { solid } from "./solid.ts";

const root = join(import.meta.dir, "..");

export async function buildPage(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const options = {
    outdir,
    target: "browser",
    minify: true,
    plugins: [solid],
    conditions: ["browser", "solid"],
  } as const;
  const page = await Bun.build({
    ...options,
    entrypoints: [join(root, "ui/main.tsx")],
    splitting: true,
    naming: { entry: "[name]-[hash].[ext]", chunk: "[name]-[hash].[ext]", asset: "[name]-[hash].[ext]" },
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const worker = join(root, "ui/text/highlight.worker.ts");
  if (await Bun.file(worker).exists()) await Bun.build({ ...options, entrypoints: [worker], naming: "[name].[ext]" });
  const names = page.outputs.map(({ path }) => path.slice(outdir.length + 1));
  const script = names.find((name) => /^main-\w+\.js$/.test(name));
  const styles = names.filter((name) => name.endsWith(".css"));
  const html = await Bun.file(join(root, "ui/index.html")).text();
  const links = styles.map((name) => `<link rel="stylesheet" href="/assets/${name}">`).join("\n    ");
  const tag = `<script type="module" src="/assets/${script}"></script>`;
  await cp(join(root, "ui/icon.svg"), join(outdir, "icon.svg"));
  await writeFile(join(outdir, "index.html"), html.replace("<!-- styles -->", links).replace("<!-- script -->", tag));
}
