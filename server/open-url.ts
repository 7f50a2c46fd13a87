/** Opens an address in the person's browser. No shell ever sees it. */

type Env = Readonly<Record<string, string | undefined>>;

/** Whether a program that opens `url` was started. `env` is what it gets; it should hold no secrets. */
export function openUrl(url: string, env: Env, platform: NodeJS.Platform = process.platform): boolean {
  const [command, ...args] = openerOf(url, env, platform) ?? [];
  if (command === undefined) return false;
  try {
    const child = Bun.spawn([command, ...args], {
      env: { ...env },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    });
    child.unref();
    return true;
  } catch {
    return false;
  }
}

/** The command for `url`; undefined where nobody could see a browser. `BROWSER` comes first: a command, with `%s` for the address. */
function openerOf(url: string, env: Env, platform: NodeJS.Platform): readonly string[] | undefined {
  const wish = env.BROWSER?.trim() ?? "";
  if (wish === "none") return undefined;
  if (wish !== "") return withUrl(wish.split(/\s+/), url);
  switch (platform) {
    case "darwin":
      return ["open", url];
    case "win32":
      // `start` is of the shell.
      return ["rundll32", "url.dll,FileProtocolHandler", url];
    default:
      // Without a display a browser of the terminal would open, over our own words.
      return env.DISPLAY || env.WAYLAND_DISPLAY ? ["xdg-open", url] : undefined;
  }
}

function withUrl(words: readonly string[], url: string): readonly string[] {
  return words.some((word) => word.includes("%s")) ? words.map((word) => word.replaceAll("%s", url)) : [...words, url];
}
