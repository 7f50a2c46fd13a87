/** Puts an agent together: model, tools, prompt, session. The one place that knows all the rooms. */
import { stat } from "node:fs/promises";
import { Agent } from "../agent/agent.ts";
import { ConfigError, SagentError, UsageError } from "../agent/error.ts";
import { loadInstructions } from "../agent/instructions.ts";
import { replay } from "../agent/log-state.ts";
import type { Origin } from "../agent/message.ts";
import type { Model, Provider } from "../agent/model.ts";
import { assemblePrompt } from "../agent/prompt.ts";
import type { Session } from "../agent/session.ts";
import { toolSpec } from "../agent/tool.ts";
import { withoutSecrets } from "../providers/auth.ts";
import { chooseProvider, createProvider } from "../providers/registry.ts";
import { builtinTools, selectTools } from "../tools/registry.ts";
import type { Config } from "./config.ts";
import { note } from "./output.ts";
import { pullProgress } from "./progress.ts";
import { createSession, openSession } from "./sessions.ts";
import { settingsOf } from "./settings.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface Composed extends AsyncDisposable {
  readonly agent: Agent;
  readonly session: Session | undefined;
  readonly model: Model;
}

/** Throws `SagentError` for whatever is missing; nothing is left open then. */
export async function compose(config: Config, env: Env): Promise<Composed> {
  await using stack = new AsyncDisposableStack();
  await checkDirectory(config.cwd);
  const resumed = await openSession(config, env);
  if (resumed) stack.defer(() => release(resumed));
  const before = resumed ? replay(resumed.events.filter((event) => event.agent === config.label)) : undefined;
  const models = stack.use(new Models(config, env));
  const model = await models.first(before?.model ?? undefined);
  const settings = settingsOf(config.knobs, model.info);
  const tools = config.tools ? selectTools(config.tools) : builtinTools();
  const instructions = await loadInstructions({ cwd: config.cwd, env });
  for (const warning of instructions.warnings) note(warning);
  const cwd = await startDirectory(config, before?.cwd ?? undefined);
  const session = resumed ?? (await createSession(config, env));
  if (session && !resumed) stack.defer(() => release(session));
  const agent = new Agent({
    model,
    tools,
    label: config.label,
    system: assemblePrompt({
      cwd: config.cwd,
      platform: process.platform,
      date: new Date().toISOString().slice(0, 10),
      model: model.info,
      tools: tools.map(toolSpec),
      instructions: instructions.text,
      ...(config.system === undefined ? {} : { extra: config.system }),
    }),
    cwd,
    root: config.cwd,
    env: withoutSecrets(env),
    settings,
    resolveModel: (wanted, current) => models.resolve(wanted, current.provider),
    ...(session ? { session } : {}),
    ...(config.maxRounds === undefined ? {} : { maxRounds: config.maxRounds }),
    ...(config.maxBudgetUsd === undefined ? {} : { maxBudgetUsd: config.maxBudgetUsd }),
    ...(config.maxResponseTokens === undefined ? {} : { maxOutputTokens: config.maxResponseTokens }),
  });
  stack.use(agent);
  const owned = stack.move();
  return { agent, session, model, [Symbol.asyncDispose]: () => owned.disposeAsync() };
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

/** The models of a run and the providers behind them, made when first asked for and closed together. */
class Models implements AsyncDisposable {
  readonly #config: Config;
  readonly #env: Env;
  readonly #providers = new Map<string, Promise<Provider>>();

  constructor(config: Config, env: Env) {
    this.#config = config;
    this.#env = env;
  }

  /** The model to begin with: what the flags say, what the session recorded, or the default. */
  async first(recorded: Origin | undefined): Promise<Model> {
    const { provider, model, baseUrl } = this.#config;
    if (!recorded || provider !== undefined || model !== undefined) {
      return this.#build(chooseProvider({ env: this.#env, provider, model, baseUrl }), model);
    }
    try {
      return await this.#build(recorded.provider, recorded.model);
    } catch (error) {
      if (!(error instanceof SagentError)) throw error;
      const instead = await this.#build(chooseProvider({ env: this.#env, baseUrl }), undefined);
      note(`${recorded.provider} ${recorded.model}, which this session used, is not to be had (${error.message})`);
      note(`going on with ${instead.info.provider} ${instead.info.id}.`);
      return instead;
    }
  }

  async resolve(wanted: { provider?: string; model?: string }, current: string): Promise<Model> {
    const name = chooseProvider({ env: this.#env, ...wanted, current });
    return this.#build(name, wanted.model);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#providers.values()].map(async (provider) => (await provider).close()));
  }

  async #build(name: string, id: string | undefined): Promise<Model> {
    const provider = await this.#provider(name);
    const model = await provider.model(id);
    const { maxRequestTokens, maxResponseTokens } = this.#config;
    const longest = model.info.maxResponseTokens;
    if (maxResponseTokens !== undefined && longest > 0 && maxResponseTokens > longest) {
      throw new ConfigError(`${model.info.id} answers with ${longest} tokens at most, not ${maxResponseTokens}.`);
    }
    return maxRequestTokens === undefined ? model : narrowed(model, maxRequestTokens);
  }

  #provider(name: string): Promise<Provider> {
    const { baseUrl } = this.#config;
    const made =
      this.#providers.get(name) ??
      createProvider(name, { env: this.#env, baseUrl, local: { onProgress: pullProgress() } });
    this.#providers.set(name, made);
    made.catch(() => this.#providers.delete(name));
    return made;
  }
}

/** The same model with a smaller window. Throws `ConfigError` for a window larger than the model's. */
function narrowed(model: Model, maxRequestTokens: number): Model {
  const { info } = model;
  if (info.maxRequestTokens > 0 && maxRequestTokens > info.maxRequestTokens) {
    throw new ConfigError(`${info.id} takes ${info.maxRequestTokens} tokens at most, not ${maxRequestTokens}.`);
  }
  return {
    info: { ...info, maxRequestTokens },
    stream: (request, signal) => model.stream(request, signal),
    estimateText: (text) => model.estimateText(text),
    estimateAttachment: (attachment) => model.estimateAttachment(attachment),
    close: () => model.close(),
    [Symbol.asyncDispose]: () => model.close(),
  };
}
