/** Finds the browser that a person has: Chromium, Chrome, Edge or Brave. */
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isProgram } from "../program.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** There is none that can be started; `message` says what to do. */
export class NoBrowserError extends Error {}

const names = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "google-chrome-beta",
  "chrome",
  "microsoft-edge",
  "microsoft-edge-stable",
  "msedge",
  "brave-browser",
];

/** Absolute path of the program. Throws `NoBrowserError`. */
export function findBrowser(env: Env, platform: NodeJS.Platform = process.platform): string {
  const { SAGENT_BROWSER: named, PATH = "", HOME = homedir() } = env;
  if (named) {
    const path = named.includes("/") || named.includes("\\") ? named : Bun.which(named, { PATH });
    if (path && isProgram(path)) return path;
    throw new NoBrowserError(
      `SAGENT_BROWSER is ${named}, which is no program that can be started. ${advice(platform)}`,
    );
  }
  const onPath = names.map((name) => Bun.which(name, { PATH })).find((path) => path !== null);
  const found = onPath ?? [...usualPlaces(env, HOME, platform), ...unpacked(env, HOME)].find(isProgram);
  if (found) return found;
  throw new NoBrowserError(`No Chromium, Chrome or Edge was found on this machine. ${advice(platform)}`);
}

function usualPlaces(env: Env, home: string, platform: NodeJS.Platform): string[] {
  if (platform === "darwin") {
    const apps = ["Google Chrome", "Chromium", "Microsoft Edge", "Brave Browser"];
    const roots = ["/Applications", join(home, "Applications")];
    return apps.flatMap((app) => roots.map((root) => join(root, `${app}.app/Contents/MacOS/${app}`)));
  }
  if (platform === "win32") {
    const roots = [env.ProgramFiles, env["ProgramFiles(x86)"], env.LOCALAPPDATA].filter((root) => root !== undefined);
    const programs = ["Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe"];
    return programs.flatMap((program) => roots.map((root) => join(root, program)));
  }
  return ["/usr/lib/chromium/chromium", "/opt/google/chrome/chrome", "/snap/bin/chromium"];
}

/** What test tools, and this project's own tests, have fetched before. */
function unpacked({ XDG_CACHE_HOME }: Env, home: string): string[] {
  const cache = XDG_CACHE_HOME || join(home, ".cache");
  const ofPlaywright = join(cache, "ms-playwright");
  const versions = namesIn(ofPlaywright).filter((name) => /^chromium-\d+$/.test(name));
  const newest = versions.sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)));
  const dirs = ["chrome-linux", "chrome-linux64"];
  return [
    ...newest.flatMap((version) => dirs.map((dir) => join(ofPlaywright, version, dir, "chrome"))),
    join(cache, "sagent/chromium/chromium.sh"),
  ];
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function advice(platform: NodeJS.Platform): string {
  const how: Partial<Record<NodeJS.Platform, string>> = {
    darwin: "`brew install --cask google-chrome`",
    win32: "`winget install Google.Chrome`",
  };
  const usual = "`apt install chromium` (Debian, Ubuntu) or `dnf install chromium` (Fedora)";
  return `Have the person install one, e.g. with ${how[platform] ?? usual}, or name a program in SAGENT_BROWSER.`;
}
