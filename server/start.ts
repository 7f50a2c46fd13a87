/** From the command line to the surface that was asked for, and from any error to a sentence and an exit code. */
import { toErrorInfo } from "../agent/error.ts";
import { type Config, readConfig } from "./config.ts";
import { exitCode } from "./exit.ts";
import { helpText, parseFlags } from "./flags.ts";
import { describe, writeResult } from "./output.ts";
import { version } from "./version.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Resolves to the exit code; writes every error itself. */
export async function start(argv: readonly string[], env: Env): Promise<number> {
  let config: Config | undefined;
  try {
    const { flags, words } = parseFlags(argv);
    if (flags.help) return print(helpText());
    if (flags.version) return print(`${version}\n`);
    config = readConfig(flags);
    if (words.length > 0) return await (await import("./subcommand.ts")).runSubcommand(words, config, env);
    if (isInteractive(config)) return await (await import("./terminal.ts")).runTerminal(config, env);
    return await (await import("./headless.ts")).runHeadless(config, env);
  } catch (error) {
    const format = config?.outputFormat ?? formatOf(argv);
    const info = toErrorInfo(error);
    if (format !== "text") await writeResult({ content: "", error: info }, env);
    process.stderr.write(describe(info, env));
    if ((config?.debug ?? argv.includes("--debug")) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return exitCode(info);
  }
}

function isInteractive(config: Config): boolean {
  const machine = config.outputFormat !== "text" || config.inputFormat !== "text";
  return config.prompt === undefined && !machine && process.stdin.isTTY === true;
}

/** The wanted output format where the flags as a whole could not be read: json stays json in failure. */
function formatOf(argv: readonly string[]): string {
  const index = argv.findIndex((word) => word === "--output-format" || word.startsWith("--output-format="));
  const word = argv[index];
  return word === undefined ? "text" : (word.split("=")[1] ?? argv[index + 1] ?? "text");
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
