/** The published program is a bundle: it is built here and used as a user would. */
import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { linesOf } from "./server/program.ts";
import { startFakeProvider, testKey } from "./support/fake-provider.ts";
import { tempDir } from "./support/temp-dir.ts";

const root = join(import.meta.dir, "..");

async function output(argv: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, ...argv], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { stdout, stderr, exitCode: await child.exited };
}

test("the bundle says its version, answers on a wire and knows its catalogue and its tools", async () => {
  using temp = tempDir();
  const dist = join(temp.path, "dist");
  expect(await output([join(root, "build.ts"), dist], temp.path)).toEqual({ stdout: "", stderr: "", exitCode: 0 });
  const main = join(dist, "main.js");
  expect(await output([main, "--version"], temp.path)).toEqual({
    stdout: `${manifest.version}\n`,
    stderr: "",
    exitCode: 0,
  });
  // One use of zod as a whole, its words in forty languages too, would be paid by every start.
  const chunks = await Promise.all(
    [...new Bun.Glob("*.js").scanSync(dist)].map((name) => Bun.file(join(dist, name)).text()),
  );
  expect(chunks.some((chunk) => chunk.includes("Ungültige Eingabe"))).toBe(false);
  await using fake = await startFakeProvider([
    { parts: [{ call: "List", args: { path: "dist/data" } }] },
    { parts: [{ text: "It is there." }] },
  ]);
  const env = { ANTHROPIC_API_KEY: testKey, ANTHROPIC_BASE_URL: fake.url("anthropic") };
  expect(await output([main, "-p", "Is the catalogue there?"], temp.path, env)).toEqual({
    stdout: "It is there.\n",
    stderr: "",
    exitCode: 0,
  });
  const [result] = fake.requests[1]?.view.messages.at(-1)?.results ?? [];
  expect([result?.isError, result?.text.includes("catalog.json")]).toEqual([false, true]);
  expect(fake.problems).toEqual([]);
});

test("the bundle finds the program of its child beside it, and that answers", async () => {
  using temp = tempDir();
  const dist = join(temp.path, "dist");
  expect(await output([join(root, "build.ts"), dist], temp.path)).toMatchObject({ exitCode: 0 });
  const weights = join(temp.path, "none.gguf");
  const { stderr, exitCode } = await output(
    [join(dist, "main.js"), "--provider", "local", "--model", weights, "-p", "Hello?"],
    temp.path,
  );
  // Only the child looks for the file.
  expect(stderr).toContain(`The model ${weights} is not there.`);
  expect(exitCode).toBe(1);
  await Bun.file(join(dist, "child.js")).delete();
  const orphan = await output([join(dist, "main.js"), "--provider", "local", "--model", weights, "-p", "Hello?"], dist);
  expect(orphan.stderr).toContain("The process that ran the local model ended with code 1");
});

test("the bundle serves the workspace with the page that was built beside it", async () => {
  using temp = tempDir();
  const dist = join(temp.path, "dist");
  expect(await output([join(root, "build.ts"), dist], temp.path)).toMatchObject({ exitCode: 0 });
  const served = Bun.spawn([process.execPath, join(dist, "main.js"), "serve", "--no-open"], {
    cwd: temp.path,
    env: { PATH: process.env.PATH, HOME: temp.path },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  // Whatever fails below, it is not left behind.
  using _ = { [Symbol.dispose]: () => served.kill("SIGKILL") };
  let link = "";
  for await (const line of linesOf(served.stdout)) {
    if (!line.startsWith("http")) continue;
    link = line;
    break;
  }
  const cookie = (await fetch(link, { redirect: "manual" })).headers.get("set-cookie")?.split(";", 1)[0] ?? "";
  const get = (path: string) => fetch(new URL(path, link), { headers: { cookie } });
  const page = await (await get("/")).text();
  const assets = [...page.matchAll(/\/assets\/[\w.-]+/g)].map(([path]) => path);
  expect(assets.some((path) => path.endsWith(".css"))).toBe(true);
  expect(assets.filter((path) => path.endsWith(".js"))).toHaveLength(3);
  for (const path of assets) expect([path, (await get(path)).status]).toEqual([path, 200]);
  served.kill("SIGTERM");
  expect(await served.exited).toBe(143);
});

test("the directory that the program is started in runs no code and sets no variables", async () => {
  using temp = tempDir();
  const [dist, bin, project] = [join(temp.path, "dist"), join(temp.path, "bin"), join(temp.path, "project")];
  expect(await output([join(root, "build.ts"), dist], temp.path)).toMatchObject({ exitCode: 0 });
  const main = join(dist, "main.js");
  chmodSync(main, 0o755);
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, "bun"));
  await Bun.write(join(project, "bunfig.toml"), 'preload = ["./trap.ts"]\n');
  await Bun.write(join(project, "trap.ts"), 'await Bun.write("sprung", "");\n');
  await Bun.write(join(project, ".env"), "ANTHROPIC_API_KEY=sk-ant-of-the-project\n");
  const child = Bun.spawn([main, "auth", "status", "--json"], {
    cwd: project,
    env: { PATH: `${bin}:${process.env.PATH}`, HOME: temp.path },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const rows: { provider: string; source: string }[] = JSON.parse(await new Response(child.stdout).text());
  expect(await child.exited).toBe(0);
  expect(rows.find(({ provider }) => provider === "anthropic")?.source).toBe("none");
  expect(await Bun.file(join(project, "sprung")).exists()).toBe(false);
});

test("the bundle gives plug-ins what they import, where neither sagent nor zod is installed", async () => {
  using temp = tempDir();
  const dist = join(temp.path, "package/dist");
  expect(await output([join(root, "build.ts"), dist], temp.path)).toMatchObject({ exitCode: 0 });
  symlinkSync(join(root, "node_modules"), join(temp.path, "package/node_modules"));
  const project = join(temp.path, "project");
  mkdirSync(join(project, ".sagent/tools"), { recursive: true });
  const source = `import { Agent } from "sagent";
    import { defineTool } from "sagent/tools";
    import { z } from "zod";
    const schema = z.strictObject({ text: z.string() });
    export default defineTool({ name: "Echo", description: typeof Agent, schema, run: ({ text }) => text });`;
  await Bun.write(join(project, ".sagent/tools/echo.ts"), source);
  await using fake = await startFakeProvider([
    { parts: [{ call: "Echo", args: { text: "from a plug-in" } }] },
    { parts: [{ text: "Done." }] },
  ]);
  const env = { ANTHROPIC_API_KEY: testKey, ANTHROPIC_BASE_URL: fake.url("anthropic") };
  const argv = [join(dist, "main.js"), "-p", "Go.", "--trust", "--tools", "Echo"];
  expect(await output(argv, project, env)).toEqual({ stdout: "Done.\n", stderr: "", exitCode: 0 });
  expect(fake.requests[1]?.view.messages.at(-1)?.results[0]?.text).toBe("from a plug-in");
});
