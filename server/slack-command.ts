/** `sagent slack`: a bot in Slack whose agents people talk to. It stays until a signal ends it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, UsageError } from "../agent/error.ts";
import { listSessions, projectDir } from "../agent/session-list.ts";
import { readCredentials } from "../providers/credential-file.ts";
import { Slack } from "../tools/slack/api.ts";
import { type Composed, compose } from "./compose.ts";
import type { Config } from "./config.ts";
import { signalCodes } from "./exit.ts";
import { note } from "./output.ts";
import { watchSignals } from "./signals.ts";
import { Crew } from "./slack/crew.ts";
import { Journal } from "./slack/journal.ts";
import { channelName, Office } from "./slack/office.ts";
import { Outbox } from "./slack/outbox.ts";
import { readPersonas } from "./slack/personas.ts";
import { SlackService } from "./slack/service.ts";
import { keepConnected } from "./slack/socket.ts";
import { writeOut } from "./stdio.ts";

type Env = Readonly<Record<string, string | undefined>>;

const journalName = "slack.jsonl";
/** How long what is left to say may take at the end. */
const farewellMs = 5_000;

/** Resolves to the exit code. Throws `SagentError` for what is missing. */
export async function runSlack(words: readonly string[], config: Config, env: Env): Promise<number> {
  if (words.length > 0)
    throw new UsageError("sagent slack takes no words.", { hint: "Personas are given by --persona-dir." });
  if (config.session.type === "none")
    throw new UsageError("sagent slack keeps a session, so it cannot be --ephemeral.");
  const tokens = { bot: tokenOf("bot", env), app: tokenOf("app", env) };
  using stop = watchSignals();
  const ended = new AbortController();
  const session = await sessionOf(config, env);
  await using composed = await compose({ ...config, session }, env, { canAsk: true });
  const failure = serve(composed, { config, env, tokens, signal: ended.signal }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const first = await Promise.race([failure, stop.asked]);
  ended.abort();
  const failed = typeof first === "object" ? first : await failure;
  if (failed) throw failed.error;
  return stop.signal ? signalCodes[stop.signal] : 0;
}

interface Setting {
  readonly config: Config;
  readonly env: Env;
  readonly tokens: { readonly bot: string; readonly app: string };
  readonly signal: AbortSignal;
}

/** Until the signal aborts. */
async function serve(composed: Composed, { config, env, tokens, signal }: Setting): Promise<void> {
  const { agent: root, fleet, session } = composed;
  if (!session) return;
  const baseUrl = env.SLACK_BASE_URL;
  const { personaDir, logPrefix, routerLog: routerName } = config.slack;
  const personas = personaDir === undefined ? new Map() : await readPersonas(personaDir);
  const office = new Office({ slack: new Slack({ token: tokens.bot, baseUrl }), note, signal });
  await office.enter();
  if (signal.aborted) return;
  await using journal = await Journal.open(join(session.dir, journalName));
  const once = new Slack({ token: tokens.bot, baseUrl, tries: 1 });
  await using outbox = new Outbox({ slack: once, journal, note });
  const routerLog = await office.channel(channelName(routerName));
  const crew = new Crew({ fleet, root, journal, office, personas, logPrefix, note });
  await crew.gather();
  const tell = (words: string) => {
    note(words);
    if (routerLog !== undefined) outbox.log(routerLog, office.write(words));
  };
  const files = { token: tokens.bot, baseUrl, signal };
  using service = new SlackService({ composed, journal, office, outbox, crew, routerLog, files, note: tell });
  const labels = crew.all.map(({ label }) => label).join(", ");
  await writeOut(
    `sagent: in Slack as ${office.who(office.self)} with ${labels}; session ${session.id}; Ctrl-C ends it\n`,
  );
  const slack = new Slack({ token: tokens.app, baseUrl, tries: 1 });
  await keepConnected({ slack, take: (payload) => service.take(payload), note: tell }, signal);
  await service.settle();
  await session.flush();
  await outbox.settle(farewellMs);
  if (outbox.waiting > 0) note(`${outbox.waiting} replies are kept until the next start with --continue.`);
  if (outbox.dropped > 0) note(`${outbox.dropped} lines of logs were dropped.`);
}

/** The newest session that was in Slack, where one is to go on. */
async function sessionOf(config: Config, env: Env): Promise<Config["session"]> {
  if (config.session.type !== "newest") return config.session;
  const sessions = await listSessions(projectDir(config.cwd, env));
  const found = sessions.find(({ dir }) => existsSync(join(dir, journalName)));
  if (!found) {
    throw new ConfigError(`No session of sagent slack is kept for ${config.cwd}.`, { hint: "Leave out --continue." });
  }
  return { type: "dir", dir: found.dir };
}

/** From the environment, or the account `default` of `slack-bot` and `slack-app` in the credential file; never from a flag. */
function tokenOf(kind: "bot" | "app", env: Env): string {
  const name = kind === "bot" ? "SLACK_BOT_TOKEN" : "SLACK_APP_TOKEN";
  const given = env[name]?.trim();
  if (given) return given;
  const { accounts, problem } = readCredentials(env);
  const kept = accounts.get(`slack-${kind}`)?.get("default");
  if (kept?.type === "key") return kept.key;
  if (problem) throw problem;
  const what =
    kind === "bot" ? "the bot token (xoxb-…)" : "an app-level token (xapp-…) with the scope connections:write";
  throw new ConfigError(`sagent slack needs ${name}, ${what} of a Slack app.`, {
    hint: "Set it in the environment; docs/slack.md says how an app is made.",
  });
}
