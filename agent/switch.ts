/** Makes the models that an agent changes to, before it does, and closes them when they are no longer its own. */
import type { AgentOptions } from "./agent-options.ts";
import { ConfigError } from "./error.ts";
import type { ModelWish, Switch } from "./machine-state.ts";
import type { Model, ModelInfo, ModelSettings } from "./model.ts";
import { settingsFor } from "./settings.ts";

/** A model, and the knobs that it is called with. */
export interface Choice {
  readonly model: Model;
  readonly settings: ModelSettings;
}

/** A change that can be made: nothing has happened yet. Disposing of one that was not kept closes what was made for it. */
export interface SwitchPlan extends AsyncDisposable {
  readonly info: ModelInfo;
  readonly before: ModelSettings;
  readonly settings: ModelSettings;
  /** The same change was sent as a command: it takes the model that was made for this plan. */
  keep(): void;
}

export class ModelSwitcher {
  readonly #agent: AgentOptions;
  /** Made for plans whose command has not been carried out. */
  #kept: readonly { readonly wish: string; readonly model: Model }[] = [];

  constructor(agent: AgentOptions) {
    this.#agent = agent;
  }

  /** Throws `SagentError`, and leaves nothing open, for a model or a setting that cannot be had. */
  async plan(wanted: Switch, present: Model, before: ModelSettings): Promise<SwitchPlan> {
    const { model, settings } = await this.#choose(wanted, await this.make(wanted, present), present, before);
    const own = model === present ? undefined : { wish: wishOf(wanted), model };
    let kept = false;
    return {
      info: model.info,
      before,
      settings,
      keep: () => {
        kept = true;
        if (own) this.#kept = [...this.#kept, own];
      },
      [Symbol.asyncDispose]: async () => {
        if (own && !kept) await this.release(model);
      },
    };
  }

  /** The model and settings to go on with. Throws like `plan`. */
  async apply(wanted: Switch, present: Model, before: ModelSettings): Promise<Choice> {
    const model = this.#take(wanted) ?? (await this.make(wanted, present));
    return this.#choose(wanted, model, present, before);
  }

  /** Closes a model that was made here; the agent's first one is its owner's. */
  async release(model: Model): Promise<void> {
    if (model !== this.#agent.model) await model.close();
  }

  /** Closes the models whose turn has not come. */
  async close(): Promise<void> {
    const kept = this.#kept;
    this.#kept = [];
    await Promise.all(kept.map(({ model }) => this.release(model)));
  }

  async #choose(wanted: Switch, model: Model, present: Model, before: ModelSettings): Promise<Choice> {
    try {
      return { model, settings: settingsFor(model.info, before, wanted.settings) };
    } catch (error) {
      if (model !== present) await this.release(model);
      throw error;
    }
  }

  #take(wanted: Switch): Model | undefined {
    const wish = wishOf(wanted);
    const found = this.#kept.find((each) => each.wish === wish);
    this.#kept = this.#kept.filter((each) => each !== found);
    return found?.model;
  }

  /** The model that is meant; the present one where none is. Throws `SagentError`. */
  async make({ provider, model, auth, account }: ModelWish, present: Model): Promise<Model> {
    const given = Object.entries({ provider, model, auth, account }).filter(([, value]) => value !== undefined);
    if (given.length === 0) return present;
    const { resolveModel } = this.#agent;
    if (!resolveModel) throw new ConfigError("This agent cannot change its model: it was made with one model only.");
    return resolveModel(Object.fromEntries(given), present.info);
  }
}

const wishOf = ({ provider, model, auth, account }: Switch) => JSON.stringify([provider, model, auth, account]);
