/** The models of a run: which one it begins with, which it may change to, and what the flags make of them. */
import { ConfigError, SagentError, UsageError } from "../agent/error.ts";
import type { Origin } from "../agent/message.ts";
import type { Model, ModelInfo, Provider } from "../agent/model.ts";
import { redact } from "../providers/auth.ts";
import type { WeightsLoad } from "../providers/local/llama.ts";
import { Book, chooseProvider, createProvider, loadUserModels } from "../providers/registry.ts";
import type { Config } from "./config.ts";
import { weightsHere } from "./local-models.ts";
import { note } from "./output.ts";
import { pullProgress } from "./progress.ts";

interface ChildWish {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

export interface ModelsOptions {
  /** Weights that are not here are fetched when asked for, as is usual; else that is refused. */
  readonly fetchWeights?: boolean;
  readonly onLoad?: (load: WeightsLoad) => void;
}

const onLoad = ({ onLoad }: ModelsOptions) => (onLoad ? { onLoad } : {});

/** The models of a run and the providers behind them, made when first asked for and closed together. */
export class Models implements AsyncDisposable {
  readonly #config: Config;
  readonly #env: Env;
  readonly #options: ModelsOptions;
  readonly #providers = new Map<string, Promise<Provider>>();
  #book: Promise<Book> | undefined;

  constructor(config: Config, env: Env, options: ModelsOptions = {}) {
    this.#config = config;
    this.#env = env;
    this.#options = options;
  }

  /** The providers and models there are, with those of the person's files; read when first asked for. */
  book(): Promise<Book> {
    this.#book ??= readBook(this.#config, this.#env);
    return this.#book;
  }

  /** The model to begin with: what is asked for, what the session recorded, or the default. */
  async first({ provider, model }: Pick<Config, "provider" | "model">, recorded: Origin | undefined): Promise<Model> {
    if (!recorded || provider !== undefined || model !== undefined) {
      return this.#build(await this.#choose({ provider, model }), model);
    }
    const found = this.#find(recorded.provider, recorded.model);
    return adapted(await found.catch((error) => this.#instead(recorded, error)), this.#config, this.#env);
  }

  async resolve(wanted: ChildWish, current: string): Promise<Model> {
    return this.#build(await this.#choose(wanted, current), wanted.model);
  }

  /** A model for a child: the one it asks for, or another object of its parent's. */
  async forChild({ provider, model }: ChildWish, parent: ModelInfo): Promise<Model> {
    if (provider === undefined && model === undefined) return this.#build(parent.provider, parent.id);
    return this.resolve({ provider, model }, parent.provider);
  }

  /** The cheaper model of a provider, for summaries; undefined where it has none. */
  async utility(provider: string): Promise<Model | undefined> {
    if (provider === "local") return undefined;
    const { own, open, name } = (await this.book()).provider(provider);
    const isServer = open || name === "llamacpp";
    if (isServer && own?.roles?.utility === undefined) return undefined;
    return this.#build(provider, "utility").catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#providers.values()].map(async (provider) => (await provider).close()));
  }

  /** The default model where the recorded one cannot be had, and a note that says so. */
  async #instead(recorded: Origin, error: unknown): Promise<Model> {
    if (!(error instanceof SagentError)) throw error;
    const model = await this.#find(await this.#choose({}), undefined);
    note(`${recorded.provider} ${recorded.model}, which this session used, is not to be had: ${error.message}`);
    note(`going on with ${model.info.provider} ${model.info.id}.`);
    return model;
  }

  /** A base URL is for the model to begin with: a switch goes where its provider is. */
  async #choose({ provider, model }: ChildWish, current?: string): Promise<string> {
    const { baseUrl, allowProviders: allowed } = this.#config;
    const wanted = { provider, model, allowed, ...(current === undefined ? { baseUrl } : { current }) };
    return chooseProvider({ env: this.#env, book: await this.book(), ...wanted });
  }

  async #build(name: string, id: string | undefined): Promise<Model> {
    return adapted(await this.#find(name, id), this.#config, this.#env);
  }

  async #find(name: string, id: string | undefined): Promise<Model> {
    const provider = await this.#provider(name);
    const { fetchWeights = true } = this.#options;
    return provider.model(name === "local" && !fetchWeights ? await weightsHere(id) : id);
  }

  #provider(name: string): Promise<Provider> {
    const { allowProviders } = this.#config;
    if (allowProviders && !allowProviders.includes(name)) {
      throw new UsageError(`The provider "${name}" is not allowed here.`, {
        hint: `Allowed: ${allowProviders.join(", ")}.`,
      });
    }
    const made = this.#providers.get(name) ?? this.#create(name);
    this.#providers.set(name, made);
    made.catch(() => this.#providers.delete(name));
    return made;
  }

  async #create(name: string): Promise<Provider> {
    return createProvider(name, {
      env: this.#env,
      baseUrl: this.#config.baseUrl,
      book: await this.book(),
      local: { onProgress: pullProgress(), ...onLoad(this.#options) },
    });
  }
}

/** The shipped models and those of the person's files that count in this directory. */
export async function readBook({ cwd }: Pick<Config, "cwd">, env: Env): Promise<Book> {
  const user = await loadUserModels(env, cwd);
  for (const warning of user.warnings) note(warning);
  return new Book(user);
}

/**
 * The same model with the window that the flags leave it, and with errors that name a secret in place of quoting it, for
 * errors are kept in the session. Throws `ConfigError` for more tokens than the model has.
 */
function adapted(model: Model, config: Config, env: Env): Model {
  const { info } = model;
  const { maxRequestTokens = info.maxRequestTokens, maxResponseTokens = info.maxResponseTokens } = config;
  if (info.maxRequestTokens > 0 && maxRequestTokens > info.maxRequestTokens) {
    throw new ConfigError(`${info.id} takes ${info.maxRequestTokens} tokens at most, not ${maxRequestTokens}.`);
  }
  if (info.maxResponseTokens > 0 && maxResponseTokens > info.maxResponseTokens) {
    throw new ConfigError(
      `${info.id} answers with ${info.maxResponseTokens} tokens at most, not ${maxResponseTokens}.`,
    );
  }
  return {
    info: { ...info, maxRequestTokens },
    async *stream(request, signal) {
      for await (const chunk of model.stream(request, signal)) {
        if (chunk.type === "error") chunk.error.message = redact(chunk.error.message, env);
        yield chunk;
      }
    },
    estimateText: (text) => model.estimateText(text),
    estimateAttachment: (attachment) => model.estimateAttachment(attachment),
    close: () => model.close(),
    [Symbol.asyncDispose]: () => model.close(),
  };
}
