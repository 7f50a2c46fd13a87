/**
 * The public entry `sagent`. `createAgent` puts an agent together from names; `Agent` takes the parts themselves. As a
 * composition root this file alone in its room knows providers and tools, and loads them only when asked.
 */
import type { Book } from "../providers/book.ts";
import type { SkillBook } from "../tools/skills/book.ts";
import type { Agent } from "./agent.ts";
import type { AgentOptions } from "./agent-options.ts";
import type { BuildChild } from "./child.ts";
import { Fleet } from "./fleet.ts";
import type { Catalog } from "./fleet-port.ts";
import type { ModelWish } from "./machine-state.ts";
import type { Access, KeySource, Model, ModelInfo, Provider } from "./model.ts";
import type { Surroundings } from "./prompt.ts";
import type { AnyTool } from "./tool.ts";

export { Agent } from "./agent.ts";
export type { AgentOptions, FallbackStep, Snapshot } from "./agent-options.ts";
export type { Answer, Ask, AskId, OpenAsk } from "./ask.ts";
export { Purse } from "./budget.ts";
export type { BuildChild, ChildParts, ParentView } from "./child.ts";
export type { Command, Policy } from "./command.ts";
export { commandSchema } from "./command-schema.ts";
export { type ErrorInfo, SagentError } from "./error.ts";
export { type AgentEvent, type EventOf, type EventType, protocolVersion } from "./event.ts";
export { eventSchema } from "./event-schema.ts";
export { Fleet, type FleetOptions } from "./fleet.ts";
export type { AgentReport, FleetPort, SendRequest, SpawnRequest } from "./fleet-port.ts";
export { type FleetResult, runFleet } from "./fleet-run.ts";
export type { Share } from "./ledger.ts";
export {
  type AssistantMessage,
  type Attachment,
  type Message,
  type Part,
  textOf,
  toolCalls,
  type Usage,
} from "./message.ts";
export { messageSchema } from "./message-schema.ts";
export type { Chunk, Model, ModelInfo, ModelRequest, ModelSettings, Provider } from "./model.ts";
export type { OutputPrompt } from "./output.ts";
export type { Prompt, Run, RunResult } from "./run.ts";
export { Session } from "./session.ts";
export {
  type AnyTool,
  defineTool,
  exclusive,
  type Tool,
  type ToolContext,
  type ToolOutput,
  type Workspace,
} from "./tool.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface CreateAgentOptions extends Omit<AgentOptions, "model" | "tools" | "resources" | "resolveModel"> {
  /** A name such as `opus`, `gpt-5.6` or `default`, or a model of your own. */
  readonly model?: string | Model;
  /** Inferred from the model's name or from the keys in the environment where absent; `local` needs no key. */
  readonly provider?: string;
  readonly apiKey?: string;
  /** The only place to look for a key: the environment, or the credential file. */
  readonly auth?: KeySource;
  /** An account of the credential file. */
  readonly account?: string;
  readonly baseUrl?: string;
  /** Names of built-in tools and tools of your own; all built-in ones where absent. */
  readonly tools?: readonly (string | AnyTool)[];
  /** Where keys are looked up, and what tools' child processes get, keys left out; the process's own where absent. */
  readonly env?: Readonly<Record<string, string>>;
  /** Your own words, behind the standard prompt. */
  readonly system?: string;
}

/**
 * Makes an agent with the standard prompt and tools; closing it closes all that was made for it. Throws `SagentError`
 * where a name means nothing or a key is missing.
 */
export async function createAgent(options: CreateAgentOptions = {}): Promise<Agent> {
  return (await createFleet(options)).agent;
}

export interface CreatedFleet {
  readonly fleet: Fleet;
  /** The root; closing it closes the whole tree. */
  readonly agent: Agent;
}

/** As `createAgent`, and the fleet that the agent is the root of: to follow and steer what it spawns. */
export async function createFleet(options: CreateAgentOptions = {}): Promise<CreatedFleet> {
  const made = new AsyncDisposableStack();
  try {
    return await compose(options, made);
  } catch (error) {
    await made.disposeAsync();
    throw error;
  }
}

async function compose(options: CreateAgentOptions, made: AsyncDisposableStack): Promise<CreatedFleet> {
  const { provider, model: wanted, cwd = process.cwd() } = options;
  const env: Env = options.env ?? process.env;
  const { withoutSecrets } = await import("../providers/registry.ts");
  const { catalogText } = await import("../providers/catalog-text.ts");
  const connections = new Connections(options, env, made);
  const { auth, account } = options;
  const first = { provider, model: typeof wanted === "object" ? undefined : wanted, auth, account };
  const model = typeof wanted === "object" ? wanted : await connections.connect(first);
  const skills = await skillsFor(cwd, env);
  const { tools, shelf } = await pickTools(options, env, skills, made);
  const { standardPrompt } = await import("./prompt.ts");
  const place = { ...(await surroundings(cwd, env)), skills: skills.listing() };
  const catalog: Catalog = async (kind, name = agent.view().model.info.provider) =>
    catalogText({ env, book: await connections.book() }, kind, name);
  const fleet = new Fleet({ build: await childBuilder(connections, place), catalog });
  const agent: Agent = fleet.root({
    utilityModel: (current) => connections.utility(current),
    ...options,
    model,
    tools,
    shelf,
    cwd,
    env: withoutSecrets(env),
    system: standardPrompt(place, model.info, tools, options.system),
    resolveModel: (choice, current) => connections.connect(choice, current),
    resources: [made],
  });
  await fleet.restore(agent);
  return { fleet, agent };
}

/** The providers behind the models of one fleet, each made when first asked for. */
class Connections {
  readonly #options: CreateAgentOptions;
  readonly #env: Env;
  readonly #made: AsyncDisposableStack;
  readonly #providers = new Map<string, Promise<Provider>>();
  #book: Promise<Book> | undefined;

  constructor(options: CreateAgentOptions, env: Env, made: AsyncDisposableStack) {
    this.#options = options;
    this.#env = env;
    this.#made = made;
  }

  /** The providers and models there are, with those of the person's files. */
  book(): Promise<Book> {
    this.#book ??= readBook(this.#options.cwd ?? process.cwd(), this.#env);
    return this.#book;
  }

  /** What is asked for, as far as it differs from the present model; with nothing, another object of the same. */
  async connect(wanted: ModelWish, current?: ModelInfo): Promise<Model> {
    const { apiKey, baseUrl, provider } = this.#options;
    const { chooseProvider } = await import("../providers/registry.ts");
    const choice = { env: this.#env, book: await this.book(), baseUrl };
    const isSame = current !== undefined && (wanted.provider ?? wanted.model) === undefined;
    const { auth: _auth, account: _account, ...names } = wanted;
    const name = isSame
      ? current.provider
      : chooseProvider(current ? { ...choice, ...names, current: current.provider } : { ...choice, ...wanted });
    const isOwn = current === undefined || (wanted.account === undefined && name === provider);
    const access = await this.#accessTo(name, wanted, current);
    return (await this.#provider(name, access, isOwn ? apiKey : undefined)).model(isSame ? current.id : wanted.model);
  }

  async #accessTo(name: string, wanted: ModelWish, current: ModelInfo | undefined): Promise<Access> {
    const { auth, account } = this.#options;
    if (!current) return { auth, account };
    if (name === "local") return {};
    const { accessFor } = await import("../providers/credentials.ts");
    return accessFor((await this.book()).provider(name), this.#env, wanted, current.access ?? { auth, account });
  }

  /** Another object of the same model, where its provider was made here. */
  async again({ info }: Model): Promise<Model | undefined> {
    return (await this.#providers.get(keyOf(info.provider, info.access)))?.model(info.id);
  }

  /** The cheaper model of a provider that was made here. */
  async utility({ provider, access }: ModelInfo): Promise<Model | undefined> {
    if (["local", "openai-compat", "llamacpp"].includes(provider)) return undefined;
    return (await this.#providers.get(keyOf(provider, access)))?.model("utility").catch(() => undefined);
  }

  #provider(name: string, access: Access, apiKey: string | undefined): Promise<Provider> {
    const key = keyOf(name, access);
    const known = this.#providers.get(key);
    if (known) return known;
    const connected = this.#connect(name, access, apiKey);
    this.#providers.set(key, connected);
    connected.catch(() => this.#providers.delete(key));
    return connected;
  }

  async #connect(name: string, { auth, account }: Access, apiKey: string | undefined): Promise<Provider> {
    const { createProvider } = await import("../providers/registry.ts");
    const { provider = "openai-compat" } = this.#options;
    // The address was given for one provider: no other is sent there, least of all with its own key.
    const baseUrl = name === provider.toLowerCase() ? this.#options.baseUrl : undefined;
    const options = { env: this.#env, book: await this.book(), baseUrl, apiKey, auth, account };
    return this.#made.use(await createProvider(name, options));
  }
}

const keyOf = (name: string, { auth, account }: Access = {}) => [name, auth, account].join(" ");

async function readBook(cwd: string, env: Env): Promise<Book> {
  const { Book, loadUserModels } = await import("../providers/registry.ts");
  return new Book(await loadUserModels(env, cwd));
}

/** A child has a model object of its own, so that its calls wait for nobody's; a model of the caller's own is shared. */
async function childBuilder(connections: Connections, place: Surroundings): Promise<BuildChild> {
  const { childPrompt } = await import("./prompt.ts");
  return async ({ provider, model: name, auth, account, hot, system: extra }, parent, tools) => {
    const isSame = (provider ?? name ?? auth ?? account) === undefined;
    const own = isSame
      ? await connections.again(parent.model)
      : await connections.connect({ provider, model: name, auth, account }, parent.model.info);
    const model = own ?? parent.model;
    const system = hot ? (parent.options.system ?? "") : childPrompt(place, model.info, tools, extra);
    return { model, tools, system, resources: own ? [own] : [] };
  };
}

async function skillsFor(cwd: string, env: Env): Promise<SkillBook> {
  const { skillBookFor } = await import("../tools/skills/book.ts");
  return skillBookFor(cwd, env);
}

async function pickTools(
  { tools: wanted, canAsk, shelf = [] }: CreateAgentOptions,
  env: Env,
  skills: SkillBook,
  made: AsyncDisposableStack,
) {
  const { chooseTools, standardTools } = await import("../tools/registry.ts");
  const choice = { canAsk, env, skills, own: (resource: AsyncDisposable) => void made.use(resource) };
  if (!wanted) {
    const standard = standardTools(choice);
    return { tools: standard.tools, shelf: [...standard.shelf, ...shelf] };
  }
  const names = wanted.filter((tool) => typeof tool === "string");
  const chosen = await chooseTools(names, choice);
  return { tools: [...chosen, ...wanted.filter((tool) => typeof tool !== "string")], shelf };
}

async function surroundings(cwd: string, env: Env): Promise<Surroundings> {
  const { loadInstructions } = await import("./instructions.ts");
  const { text } = await loadInstructions({ cwd, env });
  return { cwd, date: new Date().toISOString().slice(0, 10), instructions: text };
}
