/** The shell that commands run in, and the script around them that tells where they ended. */
import { readFileSync } from "node:fs";

export interface Shell {
  readonly path: string;
  readonly isBash: boolean;
}

const shells = new Map<string, Shell | undefined>();

/** The first bash on a PATH, else the first sh. */
export function findShell(path = process.env.PATH ?? ""): Shell | undefined {
  if (!shells.has(path)) shells.set(path, look(path));
  return shells.get(path);
}

function look(path: string): Shell | undefined {
  const bash = Bun.which("bash", { PATH: path }) ?? Bun.which("/bin/bash");
  if (bash) return { path: bash, isBash: true };
  const sh = Bun.which("sh", { PATH: path }) ?? Bun.which("/bin/sh");
  return sh ? { path: sh, isBash: false } : undefined;
}

/**
 * A script that runs a command and, however it ends, writes the shell's last working directory to a file. The command is
 * evaluated as text of its own, so that nothing in it can swallow what comes after. A trap on exit does the writing; in
 * bash, where the command sets a trap for exit of its own, that one gets the same duty first, with `$?` kept. All on one
 * line, so that the shell counts the command's lines from 1.
 */
export function shellScript(command: string, cwdFile: string, shell: Shell): string {
  const save = `{ command pwd >|${quote(cwdFile)}; } 2>/dev/null`;
  const trapSave = `command trap ${quote(save)} EXIT`;
  const chain = [
    `__sagent_cwd() { ${save}; return $1; };`,
    'trap() { if [ $# -gt 1 ] && [ "$BASH_SUBSHELL" = 0 ]; then [ "$1" = -- ] && shift; case "$* " in *" EXIT "*|*" 0 "*)',
    `case "$1" in -) command trap "$@"; ${trapSave}; return;; -*) ;;`,
    '*) local h="$1"; shift; set -- "__sagent_cwd \\$?; $h" "$@";; esac;; esac; fi; command trap "$@"; };',
  ];
  return `${shell.isBash ? chain.join(" ") : ""} ${trapSave}; eval ${quote(command)}`;
}

/** The directory that the script wrote, if it came to that. */
export function readCwd(cwdFile: string): string | undefined {
  try {
    const path = readFileSync(cwdFile, "utf8").replace(/\n$/, "");
    return path.startsWith("/") ? path : undefined;
  } catch {
    return undefined;
  }
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
