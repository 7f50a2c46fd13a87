/** The loop's slow work with the model in charge: its calls, the summary of a long conversation, and its replacement. */
import type { AgentOptions } from "./agent-options.ts";
import { offeredSpecs } from "./background.ts";
import { type Purse, priceUsage, worstCase } from "./budget.ts";
import { systemClock } from "./clock.ts";
import { compactionThreshold, keptTokens, NothingToCompactError, planCompaction, summarise } from "./compact.ts";
import { Context, messageTokens } from "./context.ts";
import { AbortedError, ConfigError, SettingError, toErrorInfo } from "./error.ts";
import type { ContextTokens } from "./fleet-port.ts";
import type { Log } from "./log.ts";
import type { LoopWork } from "./loop.ts";
import type { Compaction, Input, Switch, Tuning } from "./machine-state.ts";
import { type CallId, type Message, noUsage, promptTokens, toolCalls } from "./message.ts";
import {
  adoptSettings,
  lowestSettings,
  type Model,
  type ModelInfo,
  type ModelRequest,
  type ModelSettings,
  originOf,
  type ToolSpec,
} from "./model.ts";
import { PromptTooLongError } from "./provider-error.ts";
import type { AnyTool } from "./tool.ts";
import { runTurn } from "./turn.ts";

export interface ModelWorkOptions {
  readonly agent: AgentOptions;
  readonly log: Log;
  readonly purse: Purse;
  readonly tools: readonly AnyTool[];
  readonly settings: Partial<ModelSettings>;
  /** The model's memory of files is void. */
  readonly onForget: () => void;
}

export class ModelWork implements LoopWork {
  readonly #options: ModelWorkOptions;
  readonly #context: Context;
  #specs: readonly ToolSpec[];
  #model: Model;
  #settings: ModelSettings;
  /** Tokens of system text and tools, by the present model's measure. */
  #fixedTokens: number;
  /** The conversation as it is cannot be sent: whatever is left out is better than to end here. */
  #mustCompact = false;

  constructor(options: ModelWorkOptions) {
    const { model } = options.agent;
    this.#options = options;
    this.#context = new Context(options.log.state);
    this.#specs = offeredSpecs(options.tools, model.info);
    this.#model = model;
    this.#settings = adoptSettings({ ...lowestSettings(model.info), ...options.settings }, model.info);
    this.#fixedTokens = this.#measureFixed();
  }

  get model(): Model {
    return this.#model;
  }

  get settings(): ModelSettings {
    return this.#settings;
  }

  async callModel(generation: number, signal: AbortSignal): Promise<Input> {
    const input = await this.#answer(generation, signal);
    this.#mustCompact = input.type === "modelFailed" && input.cause === "overflow";
    return input;
  }

  async #answer(generation: number, signal: AbortSignal): Promise<Input> {
    const model = this.#model;
    const tokens = this.#fixedTokens + this.#context.tokens(model);
    if (tokens > compactionThreshold(model.info, this.#maxOutput)) return this.#overflow(generation, tokens);
    const { agent, log, purse } = this.#options;
    const { epoch } = log.state;
    const input = await runTurn({
      generation,
      model,
      request: this.#request(),
      promptTokens: tokens,
      messageId: log.nextMessageId(),
      purse,
      clock: agent.clock ?? systemClock,
      random: agent.random ?? Math.random,
      retry: agent.retry ?? {},
      signal,
      emit: (event) => log.emit(event),
      nextCallId: () => log.nextCallId(),
    });
    if (input.type === "modelDone" && input.answer.usage && log.state.epoch === epoch) {
      const counted = promptTokens(input.answer.usage);
      if (counted > 0) this.#context.anchor(model, Math.max(0, counted - this.#fixedTokens));
    }
    return input;
  }

  async compact(generation: number, { hint }: Compaction, signal: AbortSignal): Promise<Input> {
    const { log } = this.#options;
    const before = this.#context.tokens(this.#model);
    const plan = planCompaction(
      log.state,
      this.#model,
      keptTokens(this.#model.info, this.#maxOutput, this.#fixedTokens),
    );
    if (!plan) return { type: "compactFailed", generation, error: new NothingToCompactError().toInfo() };
    try {
      const summary = await this.#summary(plan, hint, signal);
      if (signal.aborted) throw new AbortedError();
      const after = this.#model.estimateText(summary) + this.#context.tokensOf(this.#model, plan.kept);
      log.emit({
        type: "compacted",
        upTo: plan.upTo,
        summary,
        tokensBefore: Math.round(before),
        tokensAfter: Math.round(after),
      });
      this.#options.onForget();
      return { type: "compactDone", generation };
    } catch (error) {
      return { type: "compactFailed", generation, error: toErrorInfo(error) };
    }
  }

  async switchModel(wanted: Switch): Promise<void> {
    const { log } = this.#options;
    try {
      const model = await this.#wantedModel(wanted);
      const settings = { ...adoptSettings(this.#settings, model.info), ...defined(wanted.settings ?? {}) };
      await this.#replace(model, settings);
      this.#settings = settings;
      this.#specs = offeredSpecs(this.#options.tools, model.info);
      this.#fixedTokens = this.#measureFixed();
      log.emit({ type: "switched", model: originOf(model.info), settings });
    } catch (error) {
      log.emit({ type: "switchFailed", error: toErrorInfo(error) });
    }
  }

  /** What the model sees of the conversation, up to the answer that made this call. */
  conversationBefore(call: CallId): readonly Message[] {
    const messages = this.#context.messages();
    const at = messages.findLastIndex(
      (entry) => entry.type === "assistant" && toolCalls(entry).some((each) => each.callId === call),
    );
    return at === -1 ? messages : messages.slice(0, at);
  }

  /** Where the context's tokens go. */
  contextTokens(): ContextTokens {
    const { system = "" } = this.#options.agent;
    const sizes = { user: 0, assistant: 0, toolResults: 0 };
    for (const entry of this.#context.messages()) sizes[sectionOf(entry)] += messageTokens(this.#model, entry);
    const summary = this.#model.estimateText(this.#options.log.state.summary ?? "");
    return {
      ...sizes,
      summary,
      user: Math.max(0, sizes.user - summary),
      system: this.#model.estimateText(system),
      tools: this.#model.estimateText(JSON.stringify(this.#specs)),
    };
  }

  tune(wanted: Tuning): void {
    this.#options.log.emit({ type: "tuned", ...wanted });
  }

  forget(): void {
    this.#options.onForget();
  }

  /** Closes the model where it came from a switch; the first one is its owner's. */
  async close(): Promise<void> {
    if (this.#model !== this.#options.agent.model) await this.#model.close();
  }

  get #maxOutput(): number {
    return this.#wantedOutput ?? this.#model.info.maxResponseTokens;
  }

  /** What was last asked for; undefined means whatever the model can. */
  get #wantedOutput(): number | undefined {
    const { maxOutputTokens = this.#options.agent.maxOutputTokens } = this.#options.log.state;
    return maxOutputTokens ?? undefined;
  }

  #request(): ModelRequest {
    const { system = "", temperature, stopSequences } = this.#options.agent;
    const maxOutputTokens = this.#wantedOutput;
    return {
      system,
      messages: this.#context.messages(),
      tools: this.#specs,
      settings: this.#settings,
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(stopSequences === undefined ? {} : { stopSequences }),
    };
  }

  #overflow(generation: number, actualTokens: number): Input {
    const { provider, maxRequestTokens } = this.#model.info;
    const detail = `about ${Math.round(actualTokens)} tokens, the window has ${maxRequestTokens}`;
    const error = new PromptTooLongError({ provider, detail, actualTokens, limitTokens: maxRequestTokens });
    return { type: "modelFailed", generation, error: error.toInfo(), partial: null, cause: "overflow" };
  }

  /**
   * The model's summary. Where it fails and the conversation must become shorter all the same, a sentence that says so;
   * else what went wrong is thrown and nothing changes.
   */
  async #summary(
    plan: Parameters<typeof summarise>[1],
    hint: string | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const { agent, log, purse } = this.#options;
    const { clock = systemClock } = agent;
    const model = this.#model;
    const tier = this.#settings.tier;
    const prompt = this.#context.tokensOf(model, plan.old);
    using reservation = purse.reserve(worstCase(model.info, prompt, 2_000, tier, clock.now()));
    const emit = log.emit.bind(log);
    const wish = { previous: log.state.summary, hint, settings: this.#settings };
    const { summary, attempt } = await summarise({ model, clock, signal, emit }, plan, wish);
    const usage = attempt.usage ?? noUsage;
    const served = attempt.type === "done" ? attempt.tier : undefined;
    const costUsd = priceUsage(model.info.prices, usage, served ?? tier, clock.now());
    reservation.settle(costUsd);
    const message = log.nextMessageId();
    log.emit({ type: "callEnded", message, usage, costUsd, totalCostUsd: purse.treeUsd, durationMs: 0 });
    if (signal.aborted) throw new AbortedError();
    if (attempt.type === "error" && !this.#mustCompact) throw attempt.error;
    return summary || "Earlier parts of the conversation were dropped to make room, and no summary could be made.";
  }

  async #wantedModel({ provider, model }: Switch): Promise<Model> {
    if (provider === undefined && model === undefined) return this.#model;
    const { resolveModel } = this.#options.agent;
    if (!resolveModel) throw new ConfigError("This agent cannot change its model: it was made with one model only.");
    const wanted = { ...(provider === undefined ? {} : { provider }), ...(model === undefined ? {} : { model }) };
    return resolveModel(wanted, this.#model.info);
  }

  /** Throws, and closes the new model, where it does not offer the settings. */
  async #replace(model: Model, settings: ModelSettings): Promise<void> {
    const isOwn = model !== this.#model && model !== this.#options.agent.model;
    try {
      checkSettings(model.info, settings);
    } catch (error) {
      if (isOwn) await model.close();
      throw error;
    }
    if (model === this.#model) return;
    await this.close();
    this.#model = model;
  }

  #measureFixed(): number {
    const { system = "" } = this.#options.agent;
    return this.#model.estimateText(system + JSON.stringify(this.#specs));
  }
}

function sectionOf(entry: Message): "user" | "assistant" | "toolResults" {
  if (entry.type === "assistant") return "assistant";
  return entry.type === "toolResult" || (entry.type === "notice" && entry.call) ? "toolResults" : "user";
}

type Patch = NonNullable<Switch["settings"]>;

export function defined(patch: Patch): Partial<ModelSettings> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

function checkSettings(info: ModelInfo, settings: ModelSettings): void {
  const offered: Record<keyof ModelSettings, readonly (string | number)[]> = {
    effort: info.efforts,
    thinkingBudget: info.budgetModes,
    thinkingOutput: info.thinkingOutputs,
    tier: info.tiers,
    cacheTtlSec: info.cacheTtlSec,
  };
  for (const name of Object.keys(offered) as (keyof ModelSettings)[]) {
    const allowed = offered[name];
    if (allowed.length === 0 || allowed.includes(settings[name])) continue;
    throw new SettingError({ model: info.id, name, value: String(settings[name]), allowed: allowed.map(String) });
  }
}
