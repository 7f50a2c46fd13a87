/**
 * Every provider and model that there is for a person: the shipped catalogue and what their own files add and change.
 * Nothing is read from the catalogue before a model is asked for.
 */
import { ConfigError, ModelNotFoundError, UsageError } from "../agent/error.ts";
import type { ModelInfo, PriceRow, ServiceTier } from "../agent/model.ts";
import { serviceTiers } from "../agent/model.ts";
import { type Vendor, vendors } from "./auth.ts";
import { type ListedModel, listModels, resolveModel, shippedRoles } from "./catalog.ts";
import { cliModel, listCliModels } from "./cli/info.ts";
import { type CliVendor, cliVendor, cliVendors } from "./cli/vendors.ts";
import { customModel } from "./custom.ts";
import { noUserModels, type UserModel, type UserModels, type UserProvider } from "./user-models.ts";

/** A provider as it is reached: a shipped vendor, or one of the person's own files. */
export interface Reached extends Vendor {
  /** It may serve models that nobody listed: any name may be tried. */
  readonly open: boolean;
  /** Set where a file says something of it. */
  readonly own?: UserProvider;
}

export class Book {
  readonly user: UserModels;
  readonly #lists = new Map<string, readonly ListedModel[]>();

  constructor(user: UserModels = noUserModels) {
    this.user = user;
  }

  /**
   * In the order in which a default is looked for; `local`, which is no vendor, is not among them, nor are vendors'
   * programs, which are used where they are named only.
   */
  get providers(): readonly Reached[] {
    const shipped = vendors.map((vendor) => reached(vendor, this.#own(vendor.name)));
    const names = Object.keys(this.user.providers).filter((name) => !vendors.some((vendor) => vendor.name === name));
    return [...shipped, ...names.map((name) => ownVendor(name, this.#own(name) ?? {}))];
  }

  /** Throws `UsageError` with the names there are. */
  provider(name: string): Reached {
    const found = this.providers.find((each) => each.name === name.toLowerCase());
    if (found) return found;
    const program = cliVendor(name);
    if (program) return programVendor(program);
    const known = [...this.providers, ...cliVendors].map((each) => each.name).join(", ");
    throw new UsageError(`There is no provider "${name}".`, { hint: `Choose one of: ${known}, local.` });
  }

  /** The models of a provider that have a name here, newest first in each family, the person's own behind them. */
  list(provider: string): readonly ListedModel[] {
    const name = provider.toLowerCase();
    const known = this.#lists.get(name) ?? this.#listed(this.provider(name));
    this.#lists.set(name, known);
    return known;
  }

  /**
   * The model that a name means for a provider; its default where no name is given. An open provider takes any name. Throws
   * `ModelNotFoundError`, `SettingError` for a window that the model does not offer, `ConfigError` where there is no default.
   */
  resolve(provider: string, name?: string): ModelInfo {
    const program = cliVendor(provider);
    if (program) return cliModel(program, name, { billed: false });
    const reached = this.provider(provider);
    if (!reached.own && !reached.open) return resolveModel(reached.name, name);
    const found = this.find(reached.name, name ?? "default");
    if (found) return found;
    const models = this.list(reached.name);
    const first = name === undefined ? models[0] : undefined;
    if (first) return first.info;
    if (reached.open) return { ...customModel(name), provider: reached.name };
    throw new ModelNotFoundError({ model: name ?? "default", provider, known: models.map(({ info }) => info.id) });
  }

  /** The model that a name means for a provider, where it is listed. Throws `SettingError` for a window not offered. */
  find(provider: string, name: string): ModelInfo | undefined {
    const wanted = name.trim().toLowerCase();
    const exact = this.#named(provider, wanted);
    if (exact) return exact.info;
    const plus = wanted.indexOf("+");
    const base = plus < 0 ? undefined : this.#named(provider, wanted.slice(0, plus));
    if (!base || !isShipped(provider)) return undefined;
    const tagged = resolveModel(provider, base.info.id + wanted.slice(plus));
    const { id, maxRequestTokens } = tagged;
    return { ...base.info, id, maxRequestTokens: Math.min(maxRequestTokens, base.info.maxRequestTokens) };
  }

  /** Whether a name is a role, such as `default`: it means another model for each provider. */
  isRole(name: string): boolean {
    const role = name.trim().toLowerCase();
    const own = Object.values(this.user.providers).some(({ roles = {} }) => Object.hasOwn(roles, role));
    return own || shippedRoles().has(role);
  }

  #named(provider: string, name: string): ListedModel | undefined {
    const models = this.list(provider);
    const is = (text: string) => text.toLowerCase() === name;
    return (
      models.find(({ info }) => is(info.id)) ??
      models.find(({ info }) => is(info.wireId)) ??
      models.find(({ aliases }) => aliases.some(is))
    );
  }

  #own(name: string): UserProvider | undefined {
    return Object.hasOwn(this.user.providers, name) ? this.user.providers[name] : undefined;
  }

  #listed({ name, own }: Reached): readonly ListedModel[] {
    const program = cliVendor(name);
    if (program) return listCliModels(program);
    const shipped = isShipped(name) ? listModels(name) : [];
    if (!own) return shipped;
    const changes = own.models ?? {};
    const changed = shipped.map((each) => withChange(each, changes[each.info.id]));
    const added = Object.entries(changes).filter(([id]) => !shipped.some(({ info }) => info.id === id));
    const all = [...changed, ...added.map(([id, model]) => addition(name, id, model))];
    return Object.entries(own.roles ?? {}).reduce((models, [role, id]) => withRole(models, name, role, id), all);
  }
}

/** Whether the catalogue has rows of it. */
const isShipped = (name: string) => vendors.some((vendor) => vendor.name === name && !vendor.open);

function reached(vendor: Vendor, own: UserProvider | undefined): Reached {
  const open = vendor.open ?? vendor.server !== undefined;
  if (!own) return { ...vendor, open };
  const { label = vendor.label, baseUrl, keyVar } = own;
  const address = baseUrl === undefined ? {} : { baseUrl };
  return { ...vendor, label, open, own, ...address, ...(keyVar && { keyVars: [keyVar], needsKey: true }) };
}

function programVendor({ name, label, catalog }: CliVendor): Reached {
  const open = catalog === undefined;
  return { name, label, wire: "program", keyVars: [], needsKey: false, baseUrlVar: "", open };
}

function ownVendor(name: string, own: UserProvider): Reached {
  const { label = name, baseUrl, keyVar } = own;
  const shared = { name, label, wire: "chat", open: true, own, baseUrlVar: "" } as const;
  return {
    ...shared,
    keyVars: keyVar ? [keyVar] : [],
    needsKey: keyVar !== undefined,
    ...(baseUrl === undefined ? {} : { baseUrl }),
  };
}

function withChange(listed: ListedModel, change: UserModel | undefined): ListedModel {
  if (!change) return listed;
  const { aliases = [], prices, ...facts } = change;
  const own = prices?.map(toPrice);
  const offered = (tier: ServiceTier) => tier === "auto" || tier === "default" || own?.some((row) => row.tier === tier);
  const { info } = listed;
  return {
    ...listed,
    own: true,
    info: { ...info, ...facts, ...(own && { prices: own, tiers: info.tiers.filter(offered) }) },
    aliases: [...listed.aliases, ...aliases],
  };
}

function addition(provider: string, id: string, model: UserModel): ListedModel {
  const wireId = model.wireId ?? id;
  const prices = (model.prices ?? []).map(toPrice);
  const tiers = serviceTiers.filter((tier) => tier === "auto" || prices.some((row) => row.tier === tier));
  const plain = customModel(wireId, model.maxRequestTokens ? { maxRequestTokens: model.maxRequestTokens } : {});
  const listed = { info: { ...plain, provider, id, tiers }, aliases: [], tags: [] };
  return withChange(listed, { ...model, wireId });
}

function toPrice({
  input,
  cacheRead = input,
  cacheWrite = input,
  cacheWrite1h = cacheWrite,
  ...row
}: OwnPrice): PriceRow {
  const { tier, above, since, output } = row;
  return { tier, above, ...(since && { since }), input, output, cacheWrite, cacheWrite1h, cacheRead };
}

type OwnPrice = NonNullable<UserModel["prices"]>[number];

/** Throws `ConfigError` for a role that names nothing. */
function withRole(models: readonly ListedModel[], provider: string, role: string, id: string): ListedModel[] {
  if (!models.some(({ info }) => info.id === id)) {
    const known = models.map(({ info }) => info.id).join(", ");
    throw new ConfigError(
      `The role "${role}" of ${provider} in models.json names "${id}", which is no id of its models.`,
      {
        hint: known === "" ? "List the model under models." : `Known: ${known}.`,
      },
    );
  }
  return models.map((each) => {
    const others = each.aliases.filter((alias) => alias !== role);
    return { ...each, aliases: each.info.id === id ? [...others, role] : others };
  });
}
