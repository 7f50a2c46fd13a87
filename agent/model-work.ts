/** The loop's slow work with the model in charge: its calls, the summary of a long conversation, and its replacement. */
import type { AgentOptions } from "./agent-options.ts";
import type { Purse } from "./budget.ts";
import { systemClock } from "./clock.ts";
import { compactionThreshold } from "./compact.ts";
import { type CompactionWork, type Forgotten, makeShorter } from "./compaction-work.ts";
import { Context } from "./context.ts";
import { contextSections } from "./context-sections.ts";
import { type SagentError, toErrorInfo } from "./error.ts";
import type { EventOf } from "./event.ts";
import { Chain } from "./fallback.ts";
import type { ContextTokens } from "./fleet-port.ts";
import { type Freed, freedBy } from "./freed.ts";
import type { Log } from "./log.ts";
import type { LoopWork } from "./loop.ts";
import type { Compaction, Input, Switch, Tuning } from "./machine-state.ts";
import { type CallId, type Message, type MessageId, promptTokens, textOf, toolCalls } from "./message.ts";
import { adoptSettings, lowestSettings, type Model, type ModelRequest, type ModelSettings, originOf } from "./model.ts";
import type { WantedOutput } from "./output.ts";
import { Preamble } from "./preamble.ts";
import { type RelayOptions, relay } from "./relay.ts";
import { type Choice, ModelSwitcher, type SwitchPlan } from "./switch.ts";
import type { Toolbox } from "./toolbox.ts";
import { runTurn, tooDear, tooLong } from "./turn.ts";

export interface ModelWorkOptions {
  readonly agent: AgentOptions;
  readonly log: Log;
  readonly purse: Purse;
  readonly toolbox: Toolbox;
  readonly settings: Partial<ModelSettings>;
  readonly onForget: (what: Forgotten) => void;
}

export class ModelWork implements LoopWork {
  readonly #options: ModelWorkOptions;
  readonly #preamble: Preamble;
  readonly #context: Context;
  readonly #switcher: ModelSwitcher;
  readonly #chain: Chain;
  /** What the present work is to end with. */
  wanted: WantedOutput | undefined;
  /** The answer of which something was shown. */
  #shown: MessageId | undefined;
  #sleep: AbortController | undefined;
  /** The conversation as it is cannot be sent: whatever is left out is better than to end here. */
  #mustShrink = false;

  constructor(options: ModelWorkOptions) {
    const { model } = options.agent;
    this.#options = options;
    this.#context = new Context(options.log.state);
    this.#switcher = new ModelSwitcher(options.agent);
    this.#preamble = new Preamble(options.agent.system ?? "", options.toolbox, options.agent.revise);
    const settings = adoptSettings({ ...lowestSettings(model.info), ...options.settings }, model.info);
    this.#chain = new Chain(options.agent, this.#switcher, { model, settings });
  }

  get model(): Model {
    return this.#chain.present.model;
  }

  get settings(): ModelSettings {
    return this.#chain.present.settings;
  }

  /** Who answers, as events tell it. */
  get identity(): Pick<EventOf<"started">, "model" | "account" | "settings"> {
    const { access, ...info } = this.model.info;
    const account = access?.account;
    return { model: originOf(info), ...(account === undefined ? {} : { account }), settings: this.settings };
  }

  async callModel(generation: number, signal: AbortSignal): Promise<Input> {
    const { agent, log } = this.#options;
    const input = await relay({
      chain: this.#chain,
      clock: agent.clock ?? systemClock,
      waits: agent.waitForLimits ?? false,
      signal,
      emit: (event) => log.emit(event),
      call: () => this.#answer(generation, signal),
      change: (choice, why) => this.#relieve(choice, why),
      against: (choice) => this.#against(choice),
      woken: () => this.#woken(),
    });
    this.#mustShrink = input.type === "modelFailed" && input.cause === "overflow";
    return input.type === "modelDone" ? { ...input, ...this.wanted?.judge(input.answer) } : input;
  }

  /** Ends a sleep until a limit resets, if there is one: the call fails, and what was said since is heard. */
  wake(): void {
    this.#sleep?.abort();
  }

  #woken(): AbortSignal {
    this.#sleep = new AbortController();
    return this.#sleep.signal;
  }

  async #answer(generation: number, signal: AbortSignal): Promise<Input> {
    const { model } = this;
    const made = this.#preamble.refresh();
    if (made) await made;
    const tokens = this.#preamble.tokens(model) + this.#context.tokens(model);
    const { agent, log, purse } = this.#options;
    const mayCompact = agent.compact !== false;
    if (mayCompact && tokens > compactionThreshold(model.info, this.#maxOutput))
      return this.#overflow(generation, tokens);
    const { epoch } = log.state;
    const messageId = log.nextMessageId();
    if (this.#shown === messageId) log.emit({ type: "partsReset", message: messageId });
    this.#shown = undefined;
    const input = await runTurn({
      generation,
      model,
      request: this.#request(),
      promptTokens: tokens,
      messageId,
      purse,
      clock: agent.clock ?? systemClock,
      random: agent.random ?? Math.random,
      retry: agent.retry ?? {},
      limits: agent.limits,
      signal,
      emit: (event) => {
        if (event.type === "partStarted") this.#shown = messageId;
        log.emit(event);
      },
      nextCallId: () => log.nextCallId(),
    });
    if (input.type === "modelDone" && input.answer.usage && log.state.epoch === epoch) {
      const counted = promptTokens(input.answer.usage);
      if (counted > 0) this.#context.anchor(model, Math.max(0, counted - this.#preamble.tokens(model)));
    }
    if (input.type === "modelFailed" && input.cause === "overflow" && !mayCompact) return { ...input, cause: "other" };
    return input;
  }

  async compact(generation: number, wanted: Compaction, signal: AbortSignal): Promise<Input> {
    const { agent } = this.#options;
    const trigger = Object.keys(wanted).length === 0 && this.#mustShrink ? "auto" : "manual";
    await agent.hooks?.compact({ agent: agent.label ?? "main", trigger, hint: wanted.hint ?? "", signal });
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
      model: this.model,
      tier: this.settings.tier,
      maxOutput: this.#maxOutput,
      tools: this.#options.toolbox.offered,
      fixedTokens: this.#preamble.tokens(this.model),
      mustShrink: this.#mustShrink,
      standIns: () => this.#chain.others((this.#options.agent.clock ?? systemClock).now()),
    };
  }

  /** Checks a change of the model or its knobs and makes what it needs. Throws `SagentError`, and then nothing has changed. */
  planSwitch(wanted: Switch): Promise<SwitchPlan> {
    return this.#switcher.plan(wanted, this.model, this.settings);
  }

  async switchModel(wanted: Switch): Promise<void> {
    const { home } = this.#chain;
    try {
      const choice = await this.#switcher.apply(wanted, this.model, this.settings);
      const isChosen = choice.model !== this.model;
      if (isChosen) this.#chain.choose(choice);
      else this.#chain.tune(choice.settings);
      this.#changed(isChosen ? {} : this.#standIn());
    } catch (error) {
      this.#options.log.emit({ type: "switchFailed", error: toErrorInfo(error) });
    }
    if (home.model !== this.#chain.home.model) await this.#switcher.release(home.model);
  }

  /** Another model of the chain goes on. */
  #relieve(choice: Choice, why: Parameters<RelayOptions["change"]>[1]): void {
    const from = originOf(this.model.info);
    this.#chain.use(choice);
    const { error, skipped = [] } = why ?? {};
    const reasons = { ...(error ? { error } : {}), ...(skipped.length > 0 ? { skipped: [...skipped] } : {}) };
    this.#changed({ from, ...this.#standIn(), ...reasons });
  }

  #standIn(): Pick<EventOf<"switched">, "insteadOf"> {
    const { home, present } = this.#chain;
    return present === home ? {} : { insteadOf: originOf(home.model.info) };
  }

  #changed(news: Partial<EventOf<"switched">>): void {
    this.#options.log.emit({ ...news, type: "switched", ...this.identity });
  }

  /** A model of the chain takes the conversation as it is, within the budget, or is passed over. */
  #against({ model, settings }: Choice): SagentError | undefined {
    const { agent, purse } = this.#options;
    const { info } = model;
    const promptTokens = this.#preamble.tokens(model) + this.#context.tokensOf(model, this.#context.messages());
    const request = this.#request({ model, settings });
    if (promptTokens > compactionThreshold(info, request.maxOutputTokens ?? info.maxResponseTokens)) {
      return tooLong(info, promptTokens);
    }
    return tooDear({ model, promptTokens, request, purse, clock: agent.clock ?? systemClock });
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
    const { model } = this;
    const { system } = this.#preamble;
    const specs = this.#preamble.specs(model);
    return contextSections({ model, context: this.#context, log: this.#options.log.state, system, specs });
  }

  async judgeRest(generation: number, again: boolean, signal: AbortSignal): Promise<Input> {
    const { agent, log } = this.#options;
    const last = log.state.entries.findLast((entry) => entry.type === "assistant");
    const verdict = await agent.hooks?.rest({
      agent: agent.label ?? "main",
      isChild: agent.path !== undefined,
      again,
      lastWords: last ? textOf(last) : "",
      signal,
    });
    return { type: "restJudged", generation, goOn: verdict?.type === "goOn" ? verdict.reason : null };
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
    owned.use(this.#chain);
    owned.defer(() => this.#switcher.release(this.#chain.home.model));
  }

  get #maxOutput(): number {
    return this.#outputCap(this.model) ?? this.model.info.maxResponseTokens;
  }

  /** What was last asked for, as far as the model goes; undefined means whatever it can. */
  #outputCap({ info }: Model): number | undefined {
    const { maxOutputTokens = this.#options.agent.maxOutputTokens } = this.#options.log.state;
    if (maxOutputTokens === undefined || maxOutputTokens === null) return undefined;
    const most = info.maxResponseTokens;
    return most === 0 ? maxOutputTokens : Math.min(maxOutputTokens, most);
  }

  #request({ model, settings }: Choice = this.#chain.present): ModelRequest {
    const { temperature, stopSequences } = this.#options.agent;
    const maxOutputTokens = this.#outputCap(model);
    const request: ModelRequest = {
      system: this.#preamble.system,
      messages: this.#context.messages(),
      tools: this.#preamble.specs(model),
      settings,
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(stopSequences === undefined ? {} : { stopSequences }),
    };
    return this.wanted?.shape(request, model.info) ?? request;
  }

  #overflow(generation: number, actualTokens: number): Input {
    const error = tooLong(this.model.info, actualTokens);
    return { type: "modelFailed", generation, error: error.toInfo(), partial: null, cause: "overflow" };
  }
}
