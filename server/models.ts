/** The models of a run: which one it begins with, which it may change to, and what the flags make of them. */

import type { FallbackStep } from "../agent/agent-options.ts";
import { ConfigError, SagentError, UsageError } from "../agent/error.ts";
import type { ModelWish } from "../agent/machine-state.ts";
import type { Origin } from "../agent/message.ts";
import { type Access, keySources, type Model, type ModelInfo, type Provider } from "../agent/model.ts";
import { redact } from "../providers/auth.ts";
import { namedAccount } from "../providers/credential-file.ts";
import { accessFor, findCredential } from "../providers/credentials.ts";
import type { WeightsLoad } from "../providers/local/llama.ts";
import { Book, chooseProvider, createProvider, loadUserModels, providerNames } from "../providers/registry.ts";
import type { Config } from "./config.ts";
import { weightsHere } from "./local-models.ts";
import { note } from "./output.ts";
import { isProvider, type PluggedProviders, withPlugged } from "./plugged-providers.ts";
import { pullProgress } from "./progress.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface ModelsOptions {
  /** Weights that are not here are fetched when asked for, as is usual; else that is refused. */
  readonly fetchWeights?: boolean;
  readonly onLoad?: (load: WeightsLoad) => void;
  /** Models that run in the page; there is a page only where the workspace is served. */
  readonly page?: Provider;
}

const onLoad = ({ onLoad }: ModelsOptions) => (onLoad ? { onLoad } : {});

/** What a session says of its model. */
interface Recorded extends Origin {
  readonly account?: string | undefined;
}

/** The models of a run and the providers behind them, made when first asked for and closed together. */
export class Models implements AsyncDisposable {
  readonly #config: Config;
  readonly #env: Env;
  readonly #options: ModelsOptions;
  readonly #providers = new Map<string, Promise<Provider>>();
  /** What the flags and `SAGENT_ACCOUNT` say. */
  readonly #access: Access;
  /** Of providers that plug-ins had before they were loaded anew. */
  readonly #retired: Promise<Provider>[] = [];
  #plugged: PluggedProviders = {};
  #book: Promise<Book> | undefined;

  constructor(config: Config, env: Env, options: ModelsOptions = {}) {
    this.#config = config;
    this.#env = env;
    this.#options = options;
    this.#access = accessOf(config, env);
  }

  /** The providers and models there are, with those of the person's files; read when first asked for. */
  book(): Promise<Book> {
    this.#book ??= readBook(this.#config, this.#env).then((book) => new Book(withPlugged(book.user, this.#plugged)));
    return this.#book;
  }

  /** Providers of plug-ins, in place of those that were offered before. Models that were made of those stay as they are. */
  offer(plugged: PluggedProviders): void {
    const names = [...Object.keys(this.#plugged), ...Object.keys(plugged)];
    if (names.length === 0) return;
    for (const [key, provider] of this.#providers) {
      if (!names.includes(key.split(" ", 1)[0] ?? "")) continue;
      this.#retired.push(provider);
      this.#providers.delete(key);
    }
    this.#plugged = plugged;
    this.#book = undefined;
  }

  /** The model to begin with: what is asked for, what the session recorded, or the default. */
  async first({ provider, model }: Pick<Config, "provider" | "model">, recorded: Recorded | undefined): Promise<Model> {
    if (!recorded || provider !== undefined || model !== undefined) {
      const name = await this.#choose({ provider, model });
      return this.#build(name, model, await this.#accessAgain(name, recorded));
    }
    const access = this.#accessAgain(recorded.provider, recorded);
    const found = access.then((each) => this.#find(recorded.provider, recorded.model, each));
    return adapted(await found.catch((error) => this.#instead(recorded, error)), this.#config, this.#env);
  }

  /** What is asked for, as far as it differs from the present model; with nothing, another object of the same. */
  async resolve(wanted: ModelWish, current: ModelInfo): Promise<Model> {
    const isSame = wanted.provider === undefined && wanted.model === undefined;
    const name = isSame ? current.provider : await this.#choose(wanted, current.provider);
    return this.#build(name, isSame ? current.id : wanted.model, await this.#accessTo(name, wanted, current));
  }

  /**
   * The models to fall back on, `MODEL` or `PROVIDER/MODEL` each, found before they are needed. Throws `SagentError` for one that
   * nobody serves or that is not allowed here; whether its key is there shows when it is needed.
   */
  async chain(names: readonly string[], { provider: current }: ModelInfo): Promise<FallbackStep[]> {
    const book = await this.book();
    const steps = names.map(async (name) => {
      const [prefix = "", ...rest] = name.split("/");
      const isNamed = rest.length > 0 && providerNames(book).includes(prefix.toLowerCase());
      const model = isNamed ? rest.join("/") : name;
      const provider = await this.#choose(isNamed ? { provider: prefix, model } : { model }, current);
      this.#allow(provider);
      if (!isHere(provider)) book.resolve(provider, model);
      return { provider, model };
    });
    return Promise.all(steps);
  }

  /** The cheaper model of a provider, for summaries; undefined where it has none. */
  async utility(current: ModelInfo): Promise<Model | undefined> {
    const { provider } = current;
    if (isHere(provider)) return undefined;
    const { own, open, name } = (await this.book()).provider(provider);
    const isServer = open || name === "llamacpp";
    if (isServer && own?.roles?.utility === undefined) return undefined;
    const access = await this.#accessTo(provider, {}, current);
    return this.#build(provider, "utility", access).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(
      [...this.#providers.values(), ...this.#retired].map(async (provider) => (await provider).close()),
    );
  }

  /** The default model where the recorded one cannot be had, and a note that says so. */
  async #instead(recorded: Origin, error: unknown): Promise<Model> {
    if (!(error instanceof SagentError)) throw error;
    const model = await this.#find(await this.#choose({}), undefined, this.#access);
    note(`${recorded.provider} ${recorded.model}, which this session used, is not to be had: ${error.message}`);
    note(`going on with ${model.info.provider} ${model.info.id}.`);
    return model;
  }

  /** A base URL is for the model to begin with: a switch goes where its provider is. */
  async #choose({ provider, model }: ModelWish, current?: string): Promise<string> {
    const { baseUrl, allowProviders: allowed } = this.#config;
    const where = current === undefined ? { baseUrl, ...this.#access } : { current };
    const wanted = { provider, model, allowed, ...where };
    return chooseProvider({ env: this.#env, book: await this.book(), ...wanted });
  }

  /** As the session was let in, where nobody says otherwise and its account is still there. */
  async #accessAgain(name: string, recorded: Recorded | undefined): Promise<Access> {
    const account = recorded?.account;
    if (account === undefined || this.#access.account !== undefined || isHere(name)) return this.#access;
    const vendor = (await this.book()).provider(name);
    const access = { ...this.#access, account };
    if (findCredential(vendor, this.#env, access)) return access;
    if (name === recorded?.provider)
      note(
        `${vendor.label} has no account "${account}" any more, which this session used; going on with the default one.`,
      );
    return this.#access;
  }

  async #accessTo(name: string, wanted: ModelWish, current: ModelInfo): Promise<Access> {
    if (isHere(name)) return {};
    return accessFor((await this.book()).provider(name), this.#env, wanted, current.access ?? this.#access);
  }

  async #build(name: string, id: string | undefined, access: Access): Promise<Model> {
    return adapted(await this.#find(name, id, access), this.#config, this.#env);
  }

  async #find(name: string, id: string | undefined, access: Access): Promise<Model> {
    const provider = await this.#provider(name, access);
    const { fetchWeights = true } = this.#options;
    return provider.model(name === "local" && !fetchWeights ? await weightsHere(id) : id);
  }

  #allow(name: string): void {
    const { allowProviders } = this.#config;
    if (!allowProviders || allowProviders.includes(name)) return;
    throw new UsageError(`The provider "${name}" is not allowed here.`, {
      hint: `Allowed: ${allowProviders.join(", ")}.`,
    });
  }

  #provider(name: string, access: Access): Promise<Provider> {
    this.#allow(name);
    const key = [name, access.auth, access.account].join(" ");
    const made = this.#providers.get(key) ?? this.#create(name, access);
    this.#providers.set(key, made);
    made.catch(() => this.#providers.delete(key));
    return made;
  }

  /** It was given for one provider: no other is sent there, least of all with its own key. */
  #baseUrlFor(name: string): string | undefined {
    const { baseUrl, provider = "openai-compat" } = this.#config;
    return provider.toLowerCase() === name ? baseUrl : undefined;
  }

  async #create(name: string, access: Access): Promise<Provider> {
    if (name === "browser") return this.#options.page ?? noPage();
    const plugged = this.#plugged[name];
    if (isProvider(plugged)) return plugged;
    return createProvider(name, {
      ...access,
      env: this.#env,
      baseUrl: this.#baseUrlFor(name),
      book: await this.book(),
      local: { onProgress: pullProgress(), ...onLoad(this.#options) },
    });
  }
}

/** Its models are found by reference, and nobody needs to be let in. */
const isHere = (provider: string) => provider === "local" || provider === "browser";

function noPage(): never {
  throw new UsageError("The provider browser runs models in a tab of the workspace, and there is none here.", {
    hint: "Use it from the page of sagent serve; here the provider local runs the same models.",
  });
}

/** Throws `UsageError` for a way to log in, which is no place of a key, and for what cannot be an account. */
function accessOf(config: Pick<Config, "auth" | "account">, env: Env): Access {
  const auth = keySources.find((each) => each === config.auth);
  if (config.auth !== undefined && auth === undefined) {
    throw new UsageError(`--auth ${config.auth} is a way to log in.`, { hint: "Use it with: sagent login PROVIDER." });
  }
  const account = namedAccount(config.account, env);
  return { ...(auth === undefined ? {} : { auth }), ...(account === undefined ? {} : { account }) };
}

/** The shipped models and those of the person's files that count in this directory. */
export async function readBook({ cwd, trust = false }: Pick<Config, "cwd"> & Partial<Config>, env: Env): Promise<Book> {
  const user = await loadUserModels(env, cwd, { trust });
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
