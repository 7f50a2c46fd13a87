/** From the command line to the surface that was asked for, and from any error to a sentence and an exit code. */
import { toErrorInfo } from "../agent/error.ts";
import { redact } from "../providers/auth.ts";
import { type Config, readConfig } from "./config.ts";
import { exitCode } from "./exit.ts";
import { helpText, type OutputFormat, outputFormats, parseFlags } from "./flags.ts";
import { describe, isReaderGone, writeResult } from "./output.ts";
import { isTerminal, writeErr, writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";
import { version } from "./version.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Resolves to the exit code; writes every error itself. */
export async function start(argv: readonly string[], env: Env): Promise<number> {
  let config: Config | undefined;
  try {
    const { flags, words } = parseFlags(argv);
    if (flags.help) return await print(helpText());
    if (flags.version) return await print(`${version}\n`);
    config = readConfig(flags);
    if (isWorkspace(config, words)) return await (await import("./serve.ts")).serveWorkspace(config, env);
    if (words.length > 0) return await (await import("./subcommand.ts")).runSubcommand(words, config, env);
    if (config.terminal && isConversation(config))
      return await (await import("./terminal.ts")).runTerminal(config, env);
    return await (await import("./headless.ts")).runHeadless(config, env);
  } catch (error) {
    if (isReaderGone(error)) return 1;
    const info = toErrorInfo(error);
    const format = config?.outputFormat ?? formatOf(argv);
    if (format !== "text") await writeResult({ content: "", error: info }, env).catch(() => {});
    writeErr(describe(info, env));
    if ((config?.debug ?? argv.includes("--debug")) && error instanceof Error) {
      writeErr(`${redact(printable(error.stack ?? ""), env)}\n`);
    }
    return exitCode(info);
  }
}

function isConversation({ outputFormat, inputFormat, outputSchema, prompt }: Config): boolean {
  return prompt === undefined && outputSchema === undefined && outputFormat === "text" && inputFormat === "text";
}

/** Where nobody said how else to talk, and there is somebody who can open a page; or where it is asked for. */
function isWorkspace(config: Config, words: readonly string[]): boolean {
  if (words.length > 0) return words.length === 1 && words[0] === "serve";
  return !config.terminal && isConversation(config) && isTerminal("stdin");
}

/** The wanted output format where the flags as a whole could not be read: json stays json in failure. */
function formatOf(argv: readonly string[]): OutputFormat {
  const index = argv.findIndex((word) => word === "--output-format" || word.startsWith("--output-format="));
  const value = argv[index]?.split("=")[1] ?? argv[index + 1];
  return (index >= 0 && outputFormats.find((format) => format === value)) || "text";
}

async function print(text: string): Promise<number> {
  await writeOut(text);
  return 0;
}
