/** The loop's slow work with the model in charge: its calls, the summary of a long conversation, and its replacement. */
import type { AgentOptions } from "./agent-options.ts";
import { offeredSpecs } from "./background.ts";
import type { Purse } from "./budget.ts";
import { systemClock } from "./clock.ts";
import { compactionThreshold } from "./compact.ts";
import { type CompactionWork, type Forgotten, makeShorter } from "./compaction-work.ts";
import { Context, messageTokens } from "./context.ts";
import { toErrorInfo } from "./error.ts";
import type { ContextTokens } from "./fleet-port.ts";
import { type Freed, freedBy } from "./freed.ts";
import type { Log } from "./log.ts";
import type { LoopWork } from "./loop.ts";
import type { Compaction, Input, Switch, Tuning } from "./machine-state.ts";
import { type CallId, type Message, promptTokens, toolCalls } from "./message.ts";
import {
  adoptSettings,
  lowestSettings,
  type Model,
  type ModelRequest,
  type ModelSettings,
  originOf,
  type ToolSpec,
} from "./model.ts";
import { PromptTooLongError } from "./provider-error.ts";
import { ModelSwitcher, type SwitchPlan } from "./switch.ts";
import { type AnyTool, specsText } from "./tool.ts";
import { runTurn } from "./turn.ts";

export interface ModelWorkOptions {
  readonly agent: AgentOptions;
  readonly log: Log;
  readonly purse: Purse;
  readonly tools: readonly AnyTool[];
  readonly settings: Partial<ModelSettings>;
  readonly onForget: (what: Forgotten) => void;
}

export class ModelWork implements LoopWork {
  readonly #options: ModelWorkOptions;
  readonly #context: Context;
  readonly #switcher: ModelSwitcher;
  #specs: readonly ToolSpec[];
  #model: Model;
  #settings: ModelSettings;
  /** Tokens of system text and tools, by the present model's measure. */
  #fixedTokens: number;
  /** The conversation as it is cannot be sent: whatever is left out is better than to end here. */
  #mustShrink = false;

  constructor(options: ModelWorkOptions) {
    const { model } = options.agent;
    this.#options = options;
    this.#context = new Context(options.log.state);
    this.#switcher = new ModelSwitcher(options.agent);
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
    this.#mustShrink = input.type === "modelFailed" && input.cause === "overflow";
    return input;
  }

  async #answer(generation: number, signal: AbortSignal): Promise<Input> {
    const model = this.#model;
    const tokens = this.#fixedTokens + this.#context.tokens(model);
    const { agent, log, purse } = this.#options;
    const mayCompact = agent.compact !== false;
    if (mayCompact && tokens > compactionThreshold(model.info, this.#maxOutput))
      return this.#overflow(generation, tokens);
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
    if (input.type === "modelFailed" && input.cause === "overflow" && !mayCompact) return { ...input, cause: "other" };
    return input;
  }

  async compact(generation: number, wanted: Compaction, signal: AbortSignal): Promise<Input> {
    return makeShorter(this.#shortening(), generation, wanted, signal);
  }

  /** What making the conversation shorter would free. */
  freed(): Freed {
    return freedBy(this.#shortening());
  }

  #shortening(): CompactionWork {
    return {
      ...this.#options,
      context: this.#context,
      model: this.#model,
      tier: this.#settings.tier,
      maxOutput: this.#maxOutput,
      fixedTokens: this.#fixedTokens,
      mustShrink: this.#mustShrink,
    };
  }

  /** Checks a change of the model or its knobs and makes what it needs. Throws `SagentError`, and then nothing has changed. */
  planSwitch(wanted: Switch): Promise<SwitchPlan> {
    return this.#switcher.plan(wanted, this.#model, this.#settings);
  }

  async switchModel(wanted: Switch): Promise<void> {
    const old = this.#model;
    try {
      this.#use(await this.#switcher.apply(wanted, old, this.#settings));
    } catch (error) {
      this.#options.log.emit({ type: "switchFailed", error: toErrorInfo(error) });
    }
    if (old !== this.#model) await this.#switcher.release(old);
  }

  #use({ model, settings }: { readonly model: Model; readonly settings: ModelSettings }): void {
    const { log, tools } = this.#options;
    this.#model = model;
    this.#settings = settings;
    this.#specs = offeredSpecs(tools, model.info);
    this.#fixedTokens = this.#measureFixed();
    log.emit({ type: "switched", model: originOf(model.info), settings });
  }

  /** What the model sees of the conversation, up to the answer that made this call. */
  conversationBefore(call: CallId): readonly Message[] {
    const messages = this.#context.messages();
    const at = messages.findLastIndex(
      (entry) => entry.type === "assistant" && toolCalls(entry).some((each) => each.callId === call),
    );
    return at === -1 ? messages : messages.slice(0, at);
  }

  /** Where the context's tokens go. Estimates; a round whose results are not all in yet is left out, as from a request. */
  contextTokens(): ContextTokens {
    const { system = "" } = this.#options.agent;
    const { summary, start } = this.#options.log.state;
    const sizes = { summary: 0, user: 0, assistant: 0, toolResults: 0 };
    for (const [index, entry] of this.#context.messages().entries()) {
      const isSummary = index === 0 && summary !== null && start > 0;
      sizes[isSummary ? "summary" : sectionOf(entry)] += messageTokens(this.#model, entry);
    }
    return {
      system: this.#model.estimateText(system),
      tools: this.#model.estimateText(specsText(this.#specs)),
      ...sizes,
    };
  }

  tune(wanted: Tuning): void {
    this.#options.log.emit({ type: "tuned", ...wanted });
  }

  forget(): void {
    this.#options.onForget("all");
  }

  /** Closes every model that a switch made; the first one is its owner's. */
  async close(): Promise<void> {
    await using owned = new AsyncDisposableStack();
    owned.defer(() => this.#switcher.close());
    owned.defer(() => this.#switcher.release(this.#model));
  }

  get #maxOutput(): number {
    return this.#wantedOutput ?? this.#model.info.maxResponseTokens;
  }

  /** What was last asked for, as far as the present model goes; undefined means whatever it can. */
  get #wantedOutput(): number | undefined {
    const { maxOutputTokens = this.#options.agent.maxOutputTokens } = this.#options.log.state;
    if (maxOutputTokens === undefined || maxOutputTokens === null) return undefined;
    const most = this.#model.info.maxResponseTokens;
    return most === 0 ? maxOutputTokens : Math.min(maxOutputTokens, most);
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

  #measureFixed(): number {
    const { system = "" } = this.#options.agent;
    return this.#model.estimateText(system + specsText(this.#specs));
  }
}

function sectionOf(entry: Message): "user" | "assistant" | "toolResults" {
  if (entry.type === "assistant") return "assistant";
  return entry.type === "toolResult" || (entry.type === "notice" && entry.call) ? "toolResults" : "user";
}
