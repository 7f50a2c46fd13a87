/**
 * Chromium for the tests of the page: where it is, and on Debian and its kin how it comes to be there. As root, or with
 * a `sudo` that asks nothing, apt installs it; without either its packages are unpacked under the user's cache.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;
type Say = (text: string) => void;

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const packages = ["--no-install-recommends", "chromium", "fonts-dejavu-core"];
const advice = "Install Chromium or Chrome, or name it in CHROME_PATH, and run this again.";

/** Undefined where there is none. Throws for a `CHROME_PATH` that cannot be run. */
export function findChromium(env: Env): string | undefined {
  const { CHROME_PATH: named, PATH = "" } = env;
  if (named) {
    if (isProgram(named)) return named;
    throw new Error(`CHROME_PATH is ${named}, which is no program. ${advice}`);
  }
  const found = names.map((name) => Bun.which(name, { PATH })).find((path) => path !== null);
  return found ?? [script(cacheDir(env))].find(isProgram);
}

/** Installs one where there is none, and says so. Throws an error whose message tells the person what to do. */
export function ensureChromium(env: Env, say: Say): void {
  if (findChromium(env)) return;
  const apt = Bun.which("apt-get", { PATH: env.PATH ?? "" });
  if (!apt) throw new Error(`The tests of the page need a browser. ${advice}`);
  const startedAt = performance.now();
  say("installing Chromium for the tests of the page with apt (once, about 200 MB) ...");
  if (process.getuid?.() === 0) install([]);
  else if (succeeds(["sudo", "-n", "true"])) install(["sudo", "-n"]);
  else unpack(cacheDir(env));
  const found = findChromium(env);
  if (!found || !succeeds([found, "--version"])) throw new Error(`Chromium was installed but does not run. ${advice}`);
  say(`Chromium ready after ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`);
}

function install(asRoot: readonly string[]): void {
  const apt = [...asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"];
  fetchPackages(apt, ["-y"]);
}

/** Has apt fetch what the system lacks, which needs no rights, and unpacks it in `dir` beside a script that runs it. */
function unpack(dir: string): void {
  const root = join(dir, "root");
  const apt = join(dir, "apt");
  rmSync(dir, { recursive: true, force: true });
  const dirs = [root, join(apt, "lists/partial"), join(apt, "archives/partial")];
  for (const each of dirs) mkdirSync(each, { recursive: true });
  const settings = [
    `Dir::State::lists=${apt}/lists`,
    `Dir::Cache=${apt}`,
    "Debug::NoLocking=1",
    "Acquire::Languages=none",
  ];
  const get = ["apt-get", "-q", ...settings.flatMap((setting) => ["-o", setting])];
  fetchPackages(get, ["-y", "--download-only"]);
  for (const file of new Bun.Glob("archives/*.deb").scanSync({ cwd: apt })) run(["dpkg", "-x", join(apt, file), root]);
  rmSync(apt, { recursive: true });
  writeFileSync(join(dir, "fonts.conf"), fontsConf(root));
  writeFileSync(script(dir), launcher(dir, libraryDirs(root)), { mode: 0o755 });
}

/** Where Debian keeps libraries, and those of PulseAudio, which Chromium links, apart. */
function libraryDirs(root: string): string[] {
  const parents = [join(root, "lib"), join(root, "usr/lib")].filter((dir) => existsSync(dir));
  const dirs = parents.flatMap((dir) => readdirSync(dir).map((name) => join(dir, name)));
  return dirs.filter((dir) => dir.endsWith("-linux-gnu")).flatMap((dir) => [dir, join(dir, "pulseaudio")]);
}

const launcher = (dir: string, libraries: readonly string[]) => `#!/bin/sh
export LD_LIBRARY_PATH='${libraries.join(":")}'
export FONTCONFIG_FILE='${dir}/fonts.conf'
exec '${dir}/root/usr/lib/chromium/chromium' "$@"
`;

const fontsConf = (root: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${root}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/** A list that cannot be renewed is no failure in itself, but often why a package is not found. */
function fetchPackages(apt: readonly string[], flags: readonly string[]): void {
  const update = spawn([...apt, "update"]);
  run([...apt, "install", ...flags, ...packages], update.stderr.toString());
}

function run(command: readonly string[], before = ""): void {
  const { success, stdout, stderr } = spawn(command);
  if (success) return;
  const said = `${before}${stdout}${stderr}`.trim().split("\n").slice(-12).join("\n  ");
  throw new Error(`Chromium could not be installed: \`${command.join(" ")}\` failed.\n  ${said}\n${advice}`);
}

function spawn(command: readonly string[]) {
  return Bun.spawnSync([...command], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
}

function succeeds(command: readonly string[]): boolean {
  const [program = ""] = command;
  if (!Bun.which(program)) return false;
  return spawn(command).success;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const script = (dir: string) => join(dir, "chromium.sh");

function cacheDir({ XDG_CACHE_HOME }: Env): string {
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "sagent", "chromium");
}
