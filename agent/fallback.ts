/**
 * The models that answer for one agent: the one that was chosen, and the chain of those that go on in its place while it
 * cannot. Which of them is next, and when the chosen one may be tried again.
 */
import type { AgentOptions, FallbackStep } from "./agent-options.ts";
import { type ErrorInfo, type SagentError, toErrorInfo } from "./error.ts";
import { adoptSettings, type Model, type ModelInfo, type ModelSettings } from "./model.ts";
import type { Choice, ModelSwitcher } from "./switch.ts";

/** Failures that another model may not share. A long prompt, a refusal, a wrong request or an empty purse is not among them. */
const exhaustion: ReadonlySet<string> = new Set([
  "rate_limit",
  "retry_deferred",
  "entitlement",
  "auth",
  "server",
  "transport",
  "interrupted",
  "stalled",
]);

export const isExhausted = ({ code }: ErrorInfo) => exhaustion.has(code);

/** What no time heals: the model is tried again once it is chosen anew. */
const lasting: ReadonlySet<string> = new Set(["entitlement", "auth"]);

/** A model that failed without saying for how long is left alone for this long. */
export const restMs = 10 * 60_000;

/** Why a model of the chain does not answer. */
export interface Passed {
  /** Provider and model. */
  readonly model: string;
  readonly message: string;
}

interface Rest {
  readonly error: ErrorInfo;
  readonly until: number;
}

export interface Next {
  readonly choice: Choice | undefined;
  /** Models that were not asked, and why. */
  readonly skipped: readonly Passed[];
}

export class Chain implements AsyncDisposable {
  readonly #steps: readonly FallbackStep[];
  readonly #switcher: ModelSwitcher;
  /** Models of steps by their number, made when first needed. */
  readonly #made = new Map<number, Model>();
  readonly #rests = new Map<string, Rest>();
  #home: Choice;
  #present: Choice;
  /** Nothing is left to fall back on: whoever asks again begins with the chosen model. */
  #isSpent = false;

  constructor(agent: AgentOptions, switcher: ModelSwitcher, home: Choice) {
    this.#steps = agent.fallback ?? [];
    this.#switcher = switcher;
    this.#home = home;
    this.#present = home;
  }

  get present(): Choice {
    return this.#present;
  }

  /** The model that was chosen. */
  get home(): Choice {
    return this.#home;
  }

  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  /** This model was asked for: it is tried whatever it failed with before. */
  choose(choice: Choice): void {
    this.#home = choice;
    this.#present = choice;
    this.#rests.delete(nameOf(choice.model.info));
  }

  /** The knobs were changed, also for the time when the chosen model is back. */
  tune(settings: ModelSettings): void {
    const { model } = this.#home;
    const isHome = this.#present === this.#home;
    this.#home = { model, settings: adoptSettings(settings, model.info) };
    this.#present = isHome ? this.#home : { model: this.#present.model, settings };
  }

  /** Goes on with a model of the chain. */
  use(choice: Choice): void {
    this.#present = choice;
  }

  /** The chosen model, where another one answers and it may be tried again. */
  rested(now: number): Choice | undefined {
    if (this.#present === this.#home) return undefined;
    return this.#isSpent || !this.#restOf(this.#home, now) ? this.#home : undefined;
  }

  /** The present model cannot answer. */
  rest(error: ErrorInfo, now: number): void {
    const until = error.retryAt ?? (lasting.has(error.code) ? Number.POSITIVE_INFINITY : now + restMs);
    this.#rests.set(nameOf(this.#present.model.info), { error, until });
    this.#isSpent = false;
  }

  /** The first of the chain that was not tried, does not rest and has nothing against it. */
  async next(
    tried: ReadonlySet<string>,
    now: number,
    against: (choice: Choice) => SagentError | undefined,
  ): Promise<Next> {
    const skipped: Passed[] = [];
    const found = (choice: Choice) => {
      const model = nameOf(choice.model.info);
      const problem = this.#restOf(choice, now)?.error ?? against(choice)?.toInfo();
      if (problem) skipped.push({ model, message: problem.message });
      return !problem;
    };
    const isFresh = ({ model }: Choice) => !tried.has(nameOf(model.info));
    if (isFresh(this.#home) && found(this.#home)) return { choice: this.#home, skipped };
    for (const [index, step] of this.#steps.entries()) {
      try {
        const choice = this.#adopt(await this.#make(index, step));
        if (isFresh(choice) && found(choice)) return { choice, skipped };
      } catch (error) {
        skipped.push({ model: stepName(step), message: toErrorInfo(error).message });
      }
    }
    return { choice: undefined, skipped };
  }

  /** Those beside the present one that do not rest, for work that changes nothing in the chain. */
  async *others(now: number): AsyncGenerator<Model> {
    const tried = new Set([nameOf(this.#present.model.info)]);
    for (;;) {
      const { choice } = await this.next(tried, now, () => undefined);
      if (!choice) return;
      tried.add(nameOf(choice.model.info));
      yield choice.model;
    }
  }

  /**
   * Every model has failed. Those that did not say for how long may be asked again at once. Returns when the first of the
   * others comes back, in Unix ms; undefined where none said.
   */
  spend(now: number): number | undefined {
    this.#isSpent = true;
    const told = [...this.#rests.values()].flatMap(({ error }) => error.retryAt ?? []).filter((at) => at > now);
    for (const [name, { error }] of this.#rests) if (error.retryAt === undefined) this.#rests.delete(name);
    return told.length === 0 ? undefined : Math.min(...told);
  }

  /** Closes the models that were made for steps; the present and the chosen one are their owner's. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#made.values()].map((model) => this.#switcher.release(model)));
  }

  #restOf({ model }: Choice, now: number): Rest | undefined {
    const rest = this.#rests.get(nameOf(model.info));
    return rest && rest.until > now ? rest : undefined;
  }

  #adopt(model: Model): Choice {
    return { model, settings: adoptSettings(this.#home.settings, model.info) };
  }

  async #make(index: number, step: FallbackStep): Promise<Model> {
    const model = this.#made.get(index) ?? (await this.#switcher.make(step, this.#home.model));
    this.#made.set(index, model);
    return model;
  }
}

export const nameOf = ({ provider, id }: ModelInfo) => `${provider} ${id}`;

const stepName = ({ provider, model }: FallbackStep) => (provider === undefined ? model : `${provider} ${model}`);
