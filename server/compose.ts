/** Puts an agent together: model, tools, prompt, session. The one place that knows all the rooms. */
import { stat } from "node:fs/promises";
import type { Agent } from "../agent/agent.ts";
import { UsageError } from "../agent/error.ts";
import { Fleet } from "../agent/fleet.ts";
import type { Observer } from "../agent/log.ts";
import { replay } from "../agent/log-state.ts";
import type { Model } from "../agent/model.ts";
import { standardPrompt } from "../agent/prompt.ts";
import type { Session } from "../agent/session.ts";
import { withoutSecrets } from "../providers/auth.ts";
import { catalogText } from "../providers/catalog-text.ts";
import { type ChildPlaces, childBuilder } from "./children.ts";
import type { Config } from "./config.ts";
import { Extensions } from "./extensions.ts";
import { beginHooks } from "./hooked.ts";
import { Models } from "./models.ts";
import { note } from "./output.ts";
import { createSession, openSession } from "./sessions.ts";
import { settingsOf } from "./settings.ts";
import { toolSources } from "./tool-sources.ts";
import { toolSetOf } from "./toolset.ts";
import { isTrusted, worktreesDir } from "./trust.ts";
import { UsageNotes } from "./usage-notes.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface Composed extends AsyncDisposable {
  readonly agent: Agent;
  readonly fleet: Fleet;
  readonly session: Session | undefined;
  readonly model: Model;
  /** What its agents have beside the built-in tools and words. */
  readonly extensions: Extensions;
}

export interface ComposeOptions {
  /** Models of other fleets too, whose weights and connections are used again; they stay their owner's. */
  readonly models?: Models;
  /** A person follows the events and answers. False by default. */
  readonly canAsk?: boolean;
  /** Hears every event of the fleet, those of a resumption too, which come before anybody has the fleet. */
  readonly observe?: Observer;
}

/** Throws `SagentError` for whatever is missing; nothing is left open then. */
export async function compose(config: Config, env: Env, options: ComposeOptions = {}): Promise<Composed> {
  const { canAsk = false } = options;
  await using stack = new AsyncDisposableStack();
  await checkDirectory(config.cwd);
  const resumed = await openSession(config, env);
  if (resumed) stack.defer(() => release(resumed));
  const before = resumed ? replay(resumed.events.filter((event) => event.agent === config.label)) : undefined;
  const models = options.models ?? stack.use(new Models(config, env));
  const extensions = await Extensions.open(config, env, (providers) => models.offer(providers));
  const recorded = before?.model ? { ...before.model, account: before.account } : undefined;
  const model = await models.first(config, recorded);
  const settings = settingsOf(config.knobs, model.info);
  const held = stack.use(new AsyncDisposableStack());
  const { place } = extensions;
  const { tools, shelf, sources } = await toolSetOf(config, model.info, {
    canAsk,
    env,
    settings: config.toolSettings,
    own: (resource) => held.use(resource),
    extensions,
    sources: await toolSources(config, env, (resource) => held.use(resource), extensions),
  });
  const cwd = await startDirectory(config, before?.cwd ?? undefined);
  const session = resumed ?? (await createSession(config, env));
  if (session && !resumed) stack.defer(() => release(session));
  const hooked = stack.use(await beginHooks(extensions, config, env, session, resumed !== undefined));
  const fleet = new Fleet({
    build: childBuilder(models, place, childPlaces(config, env)),
    catalog: async (kind, provider = agent.view().model.info.provider) =>
      catalogText({ env, book: await models.book(), allowed: config.allowProviders }, kind, provider),
    ...(config.maxDepth === undefined ? {} : { maxDepth: config.maxDepth }),
  });
  if (options.observe) fleet.subscribe(options.observe);
  const usage = stack.use(new UsageNotes(env));
  fleet.subscribe((event) => usage.note(event));
  hooked.follow(fleet);
  const agent: Agent = fleet.root({
    model,
    tools,
    shelf,
    sources,
    label: config.label,
    system: standardPrompt(place, model.info, tools, hooked.words),
    hooks: hooked.hooks,
    revise: (system) => extensions.revise(system),
    cwd,
    root: config.cwd,
    ...(config.contain ? { writeRoots: [config.cwd, ...config.addDirs] } : {}),
    env: withoutSecrets(env),
    settings,
    utilityModel: (current) => models.utility(current),
    resolveModel: (wanted, current) => models.resolve(wanted, current),
    fallback: await models.chain(config.fallback, model.info),
    waitForLimits: config.waitForLimits,
    ...(session ? { session } : {}),
    canAsk,
    compact: config.compact,
    ...limitsOf(config),
  });
  stack.use(fleet);
  for (const problem of await fleet.restore(agent, { revive: config.resumePersistent })) note(problem);
  const owned = stack.move();
  return { agent, fleet, session, model, extensions, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function limitsOf({ maxRounds, maxBudgetUsd, maxResponseTokens }: Config) {
  return {
    ...(maxRounds === undefined ? {} : { maxRounds }),
    ...(maxBudgetUsd === undefined ? {} : { maxBudgetUsd }),
    ...(maxResponseTokens === undefined ? {} : { maxOutputTokens: maxResponseTokens }),
  };
}

function childPlaces(config: Config, env: Env): ChildPlaces {
  return { worktrees: worktreesDir(config.cwd, env), isTrusted: (dir) => isTrusted(dir, config, env) };
}

/** Whoever wants to know whether all of it was saved has asked by a flush. */
async function release(session: Session): Promise<void> {
  await session.close().catch(() => {});
}

async function checkDirectory(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => undefined);
  if (!found?.isDirectory()) throw new UsageError(`${cwd} is not a directory.`);
}

/** The directory that the last process ended in, while it exists and no flag says otherwise. */
async function startDirectory(config: Config, saved: string | undefined): Promise<string> {
  if (config.cwdGiven || saved === undefined || saved === config.cwd) return config.cwd;
  const found = await stat(saved).catch(() => undefined);
  if (found?.isDirectory()) return saved;
  note(`${saved}, where this session was, is gone; going on in ${config.cwd}.`);
  return config.cwd;
}
