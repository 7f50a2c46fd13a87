/** Builds the page into a directory: its script and lazy parts, the worker, the styles, and `index.html` that names them. */
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { solid } from "./solid.ts";

const root = join(import.meta.dir, "..");

function shared(outdir: string): Omit<Bun.BuildConfig, "entrypoints"> {
  return { outdir, target: "browser", minify: true, plugins: [solid], conditions: ["browser", "solid"] };
}

export async function buildPage(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const options = shared(outdir);
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

/** Builds the page where what it is made from has changed since; returns whether it did. */
export async function ensurePage(outdir = join(root, "dist/ui")): Promise<boolean> {
  const stamp = join(outdir, ".made-from");
  const wanted = await sourcesHash();
  const made = await readFile(stamp, "utf8").catch(() => "");
  if (made === wanted) return false;
  await buildPage(outdir);
  await writeFile(stamp, wanted);
  return true;
}

async function sourcesHash(): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for (const pattern of ["ui/**/*", "build/*.ts", "server/*.ts", "agent/{message,command,event,ask}.ts", "bun.lock"]) {
    for (const file of [...new Bun.Glob(pattern).scanSync({ cwd: root })].sort()) {
      hash.update(file).update(await Bun.file(join(root, file)).bytes());
    }
  }
  return hash.digest("hex");
}
