/** Opens a file at a line in the editor that the environment names. No shell is ever given what it should not read. */
import { FileError } from "../agent/error.ts";
import { fileProblem } from "../tools/files.ts";
import { splitCommand } from "../tools/shell-words.ts";
import type { EditorOpening } from "./file-types.ts";

type Env = Readonly<Record<string, string | undefined>>;
type Place = (path: string, line: number) => string[];

/** How long an editor may take to fail. */
const failMs = 400;

const goto: Place = (path, line) => ["--goto", `${path}:${line}`];
const colon: Place = (path, line) => [`${path}:${line}`];
const plus: Place = (path, line) => [`+${line}`, path];
const lineFlag: Place = (path, line) => ["--line", String(line), path];
const shortFlag: Place = (path, line) => ["-l", String(line), path];

const jetbrains = "idea webstorm pycharm goland clion rider rubymine phpstorm rustrover datagrip fleet studio".split(
  " ",
);

/** Editors that open a window of their own, and how each is told a line. */
const windowed = new Map<string, Place>([
  ...["code", "code-insiders", "codium", "vscodium", "cursor", "windsurf"].map((name) => [name, goto] as const),
  ...["subl", "sublime_text", "zed", "zeditor", "atom", "lapce"].map((name) => [name, colon] as const),
  ...["gvim", "mvim", "emacsclient", "gedit", "gnome-text-editor", "xed", "pluma", "mousepad"].map(
    (name) => [name, plus] as const,
  ),
  ...jetbrains.map((name) => [name, lineFlag] as const),
  ...["kate", "kwrite", "mate", "bbedit"].map((name) => [name, shortFlag] as const),
]);

const inTerminal = new Map<string, Place>([
  ...["vi", "vim", "nvim", "nano", "pico", "emacs", "emacsclient", "joe", "ne", "kak", "mg", "jed"].map(
    (name) => [name, plus] as const,
  ),
  ...["hx", "helix", "micro"].map((name) => [name, colon] as const),
]);

/**
 * Flags that keep an editor waiting, or in front, until the file is closed; to emacsclient they mean something else.
 */
const waits = new Set(["--wait", "-w", "-f", "--nofork"]);
const terminalFlags = new Set(["-t", "-nw", "--tty", "--no-window-system"]);

/**
 * Opens a file, given by its absolute path, in `$VISUAL` or `$EDITOR`. An editor with windows is started and goes on by
 * itself; for any other the command is returned for a terminal to run. Throws `FileError` where there is no editor or
 * it does not start.
 */
export async function openEditor(path: string, line: number | undefined, env: Env): Promise<EditorOpening> {
  const [name, ...flags] = editorWords(env);
  const bare = name.replace(/^.*[\\/]/, "").replace(/\.(exe|cmd|bat)$/i, "");
  const windowPlace = flags.some((flag) => terminalFlags.has(flag)) ? undefined : windowed.get(bare);
  const place = windowPlace ?? inTerminal.get(bare);
  const target = line === undefined || !place ? [path] : place(path, Math.max(1, Math.floor(line)));
  if (!windowPlace) return forTerminal([name, ...flags, ...target]);
  const kept = bare === "emacsclient" ? flags : flags.filter((flag) => !waits.has(flag));
  const isWaiting = bare === "emacsclient" && !kept.includes("-n") && !kept.includes("--no-wait");
  await launch([name, ...kept, ...(isWaiting ? ["-n"] : []), ...target], env);
  return { type: "opened", editor: bare };
}

function editorWords(env: Env): [string, ...string[]] {
  const wanted = env.VISUAL?.trim() || env.EDITOR?.trim();
  const hint = "Set VISUAL or EDITOR, to `code` or `vim` for example, and start again.";
  if (!wanted) throw new FileError("No editor is set.", { hint });
  const commands = splitCommand(wanted);
  const [name, ...flags] = commands?.length === 1 ? (commands[0] ?? []) : [];
  if (name === undefined || name === "") {
    throw new FileError(`The editor ${JSON.stringify(wanted)} is not a plain command with arguments; it was not run.`, {
      hint,
    });
  }
  return [name, ...flags];
}

function forTerminal(argv: readonly string[]): EditorOpening {
  if (argv.some((word) => /\p{Cc}/u.test(word))) {
    throw new FileError(
      "The file's name holds control characters, which a terminal would take for keys; it was not opened.",
    );
  }
  return { type: "terminal", argv, command: argv.map(quote).join(" ") };
}

/** As a POSIX shell reads it back unchanged. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

async function launch(argv: readonly string[], env: Env): Promise<void> {
  const [name = ""] = argv;
  const found = Bun.which(name, { PATH: env.PATH ?? "" });
  if (found === null) {
    throw new FileError(`The editor ${name} was not found.`, { hint: "Install it, or set VISUAL to another." });
  }
  const own = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  try {
    const child = Bun.spawn([found, ...argv.slice(1)], {
      env: Object.fromEntries(own),
      stdio: ["ignore", "ignore", "ignore"],
      detached: true,
    });
    child.unref();
    const code = await Promise.race([child.exited, Bun.sleep(failMs)]);
    if (typeof code === "number" && code !== 0)
      throw new FileError(`The editor ${name} ended at once with code ${code}.`);
  } catch (cause) {
    throw cause instanceof FileError ? cause : new FileError(fileProblem("start", name, cause), { cause });
  }
}
