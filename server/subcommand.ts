/** Words in place of a prompt: `sagent sessions`, `sagent model pull NAME`. */
import { UsageError } from "../agent/error.ts";
import { listSessions, projectDir } from "../agent/session-list.ts";
import type { Config } from "./config.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";

type Env = Readonly<Record<string, string | undefined>>;

type Subcommand = (words: readonly string[], config: Config, env: Env) => Promise<number>;

/** Each is loaded when it is called, and gets the words behind its own. */
const subcommands: Readonly<Record<string, Subcommand>> = {
  sessions: async (words, config, env) =>
    words.length === 0
      ? printSessions(config, env)
      : (await import("./session-commands.ts")).runSessionCommand(words, config, env),
  login: async (words, config, env) => (await import("./login.ts")).runLogin(words, config, env),
  logout: async (words, config, env) => (await import("./logout.ts")).runLogout(words, config, env),
  usage: async (words, config, env) => (await import("./usage-command.ts")).runUsage(words, config, env),
  auth: async (words, config, env) => (await import("./auth-status.ts")).runAuth(words, config, env),
  models: async (words, config, env) => (await import("./models-command.ts")).runModels(words, config, env),
  mcp: async (words, config, env) => (await import("./mcp-command.ts")).runMcp(words, config, env),
  plugin: async (words, config, env) => (await import("./plugin-command.ts")).runPlugin(words, config, env),
  trust: async (words, config, env) => (await import("./trust.ts")).runTrust(words, config, env),
  slack: async (words, config, env) => (await import("./slack-command.ts")).runSlack(words, config, env),
  model: async (words, config, env) => (await import("./model-command.ts")).runModel(words, config, env),
};

/** Resolves to the exit code. Throws `UsageError` for words that mean nothing. */
export async function runSubcommand(words: readonly string[], config: Config, env: Env): Promise<number> {
  const [first = "", ...rest] = words;
  const known = Object.hasOwn(subcommands, first) ? subcommands[first] : undefined;
  if (known) return known(rest, config, env);
  throw new UsageError(`"${words.join(" ")}" is not a command.`, {
    hint: `To give a task, use -p: sagent -p ${JSON.stringify(words.join(" "))}`,
  });
}

async function printSessions(config: Config, env: Env): Promise<number> {
  const sessions = await listSessions(projectDir(config.cwd, env), { limit: config.listLimit });
  if (config.outputFormat !== "text") {
    for (const session of sessions) await writeOut(`${JSON.stringify(session)}\n`);
    return 0;
  }
  if (sessions.length === 0) await writeOut("No sessions here yet.\n");
  for (const { id, updatedAt, title, costUsd = 0 } of sessions) {
    const when = new Date(updatedAt).toISOString().slice(0, 16).replace("T", " ");
    await writeOut(printable(`${id}  ${when}  $${costUsd.toFixed(4)}  ${title}\n`));
  }
  return 0;
}
