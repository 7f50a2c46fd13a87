/**
 * Makes a fresh clone ready: installs what the lockfile names, and with `--check` also what the tests need. Runs before
 * any dependency exists, so it imports none. Says nothing and costs nothing when there is nothing to do.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = import.meta.dir;
const stamp = join(root, "node_modules", ".sagent-setup");

function say(text: string): void {
  process.stderr.write(`setup: ${text}\n`);
}

function fail(text: string): never {
  say(text);
  process.exit(1);
}

function installDependencies(): void {
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "bun.lock")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say("installing the dependencies that bun.lock names ...");
  const startedAt = performance.now();
  const install = Bun.spawnSync([process.execPath, "install", "--frozen-lockfile"], {
    cwd: root,
    stdin: "ignore",
    stdout: 2,
    stderr: 2,
  });
  if (!install.success) fail("the dependencies could not be installed; check the network and run it again.");
  writeFileSync(stamp, wanted);
  say(`dependencies ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
}

function requireGit(): void {
  if (!Bun.which("git")) fail("the tests need git; install it and run this again.");
}

/** The small models that the tests talk to, with their sizes. */
const testModels = new Map([
  ["smollm2-135m", "98 MB"],
  ["gemma3-270m", "253 MB"],
]);

/** Downloaded the first time. */
async function pullTestModel(model: string, size: string): Promise<void> {
  const { pullModel } = await import("./providers/local/pull.ts");
  const here = await pullModel(model, { offline: true }).catch(() => undefined);
  if (here) return;
  say(`downloading a small model that the tests use (${model}, once, ${size}) ...`);
  const shown = new Set<number>();
  try {
    await pullModel(model, {
      onProgress({ receivedBytes, totalBytes = 0 }) {
        const tenths = totalBytes > 0 ? Math.floor((receivedBytes / totalBytes) * 10) : 0;
        if (tenths > 0 && !shown.has(tenths)) say(`${tenths * 10} %`);
        shown.add(tenths);
      },
    });
  } catch (error) {
    const hint = error instanceof Error && "hint" in error ? ` ${error.hint}` : "";
    fail(`the model could not be had. ${error instanceof Error ? error.message : error}${hint}`);
  }
  say("model ready.");
}

/** The browser that the page is tested in. */
async function haveChromium(): Promise<void> {
  const { ensureChromium } = await import("./setup-chromium.ts");
  try {
    ensureChromium(process.env, say);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/**
 * The page that the server hands out, where its sources have changed. In a process of its own: Bun remembers that there were
 * no packages when this one began.
 */
async function buildPage(): Promise<void> {
  const { pageDir, staleStamp } = await import("./build/stamp.ts");
  if ((await staleStamp(pageDir)) === undefined) return;
  const build = Bun.spawnSync([process.execPath, "build.ts", "--page"], {
    cwd: root,
    stdin: "ignore",
    stdout: 2,
    stderr: 2,
  });
  if (!build.success) fail("the page could not be built; what is wrong is above.");
}

installDependencies();
await buildPage();
if (process.argv.includes("--check")) {
  requireGit();
  await haveChromium();
  for (const [model, size] of testModels) await pullTestModel(model, size);
}
