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

installDependencies();
if (process.argv.includes("--check")) requireGit();
