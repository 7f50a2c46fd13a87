/** Fills in the text of a command: the words behind its name, files that it names, and what shell lines print. */
import { readFile, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { systemClock } from "../agent/clock.ts";
import { UsageError } from "../agent/error.ts";
import { decodeText } from "../tools/files.ts";
import { isInside } from "../tools/path.ts";
import { runProcess } from "../tools/process.ts";
import { untrustedNote } from "./trust.ts";

export interface CommandText {
  readonly body: string;
  /** Of the file that it is from. */
  readonly path: string;
  /** What was written behind the name. */
  readonly words: string;
  /** Shell lines are run, and files outside of `cwd` are read. */
  readonly trusted: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const maxShellChars = 30_000;
const shellTimeoutMs = 60_000;
const maxFileChars = 100_000;

/** One pass, so that nothing that was filled in is taken for more of the command. */
const places = /!`([^`\n]+)`|(?<=^|[\s(])@((?:[^\s`'"<>(),;!?]|\$\w+)+)|\$ARGUMENTS\b|\$([1-9])(?!\d)/g;

/** Throws `UsageError` where it has shell lines and is not trusted, and then nothing was run. */
export async function expandText(text: CommandText): Promise<string> {
  const { body, words, path, trusted } = text;
  if (!trusted && /!`[^`\n]+`/.test(body)) throw new UsageError(untrustedNote(path));
  const args = splitWords(words);
  const files: string[] = [];
  let filled = "";
  let at = 0;
  for (const found of body.matchAll(places)) {
    const [whole, shell, file, index] = found;
    filled += body.slice(at, found.index);
    at = found.index + whole.length;
    if (shell !== undefined) filled += await runShell(shell, args, text);
    else if (file !== undefined) {
      const name = withArgs(file, words, args).replace(/[.:]+$/, "");
      const content = await fileBlock(name, text);
      if (content !== undefined) files.push(content);
      filled += `@${withArgs(file, words, args)}`;
    } else filled += index === undefined ? words : (args[Number(index) - 1] ?? "");
  }
  filled += body.slice(at);
  const isUsed = /\$ARGUMENTS\b|\$[1-9](?!\d)/.test(body);
  const rest = isUsed || words.trim() === "" ? [] : [words.trim()];
  return [filled, ...rest, ...files].join("\n\n");
}

const withArgs = (name: string, words: string, args: readonly string[]) =>
  name.replace(/\$ARGUMENTS\b|\$([1-9])(?!\d)/g, (_, index) =>
    index === undefined ? words : (args[Number(index) - 1] ?? ""),
  );

/** As a shell splits them: quotes keep words together. */
export function splitWords(text: string): readonly string[] {
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*'|["'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}

/** The words are the shell's own `$1`, `$2`, …, and `$ARGUMENTS` a variable, so that no word is run. */
async function runShell(line: string, args: readonly string[], text: CommandText): Promise<string> {
  const { cwd, env, signal, words } = text;
  let output = "";
  const decoder = new TextDecoder();
  const { exitCode, cause } = await runProcess({
    argv: ["bash", "-c", line, "bash", ...args],
    cwd,
    env: { ...env, ARGUMENTS: words },
    timeoutMs: shellTimeoutMs,
    clock: systemClock,
    signal,
    onOutput: (_, bytes) => {
      if (output.length <= maxShellChars) output += decoder.decode(bytes, { stream: true });
    },
  });
  const cut = output.length > maxShellChars ? `${output.slice(0, maxShellChars)}\n[cut here]` : output.trimEnd();
  if (cause === "timeout") return `${cut}\n[stopped after ${shellTimeoutMs / 1000} s]`;
  return exitCode === 0 ? cut : `${cut}\n[exit code: ${exitCode ?? "none"}]`.trim();
}

/** Undefined where there is no such text file, or where it may not be read. */
async function fileBlock(name: string, { cwd, env, trusted }: CommandText): Promise<string | undefined> {
  const path = resolve(cwd, name.replace(/^~(?=\/)/, env.HOME ?? homedir()));
  try {
    if (!(await stat(path)).isFile()) return undefined;
    if (!trusted && !isInside(await realpath(cwd), await realpath(path))) return undefined;
    const content = decodeText(await readFile(path));
    if (content === undefined) return undefined;
    const cut = content.length > maxFileChars ? `${content.slice(0, maxFileChars)}\n[cut here]` : content;
    return `Content of ${path}:\n${cut}`;
  } catch {
    return undefined;
  }
}
